import { DrainLane, type FinishedSums, type Holders, type Source } from "../../hardware/drain/drain-lane.ts";
import type { Random } from "../../random.ts";
import { bitsFor } from "./port-bits.ts";

/** Ways of a column. */
const lanes = 4;
const slots = 18;
/** Low slots of all couples. */
const lowSlots = 0x15555;

interface Sums extends FinishedSums {
  readonly mask: number;
}

/** What is held to the model: a circuit, or the gates of one. */
export interface Control {
  set(port: string, value: number): void;
  number(port: string): number;
  settle(): void;
  tick(): void;
}

/** A channel slice and its traces, one in each step. */
interface Slice extends Source {
  /** waiting sums, which the model takes from, and all of them */
  readonly waiting: Sums[];
  readonly all: Sums[];
  /** those whose mask was asked for */
  masked: number;
  /** [step] cycle at which the trace's job ends, or has ended */
  readonly jobs: number[];
  /** [step] cycle from which it begins jobs again; infinite while that is not known */
  readonly held: number[];
}

/** A read that begins in the next cycle. */
interface Start {
  readonly trace: number;
  readonly step: number;
  readonly set: number;
  readonly mask: number;
}

/** A mask that is asked for, and cycle in which it comes. */
interface Asked {
  readonly slice: number;
  readonly cycle: number;
  readonly there: number;
  readonly mask: number;
}

/** The control of a way out, beside the cycle model's way: with traces whose jobs take any time, and masks and a write queue that have one waiting now and then. */
export class WayBench {
  /** sums that were sent */
  sent = 0;
  /** couples of sums that were read */
  couples = 0;
  private readonly circuit: Control;
  /** of a trace's number in its column */
  private readonly traceBits: number;
  private readonly random: Random;
  private readonly sets: number;
  private readonly lane: number;
  private readonly channelSlices: number;
  private readonly slices: readonly Slice[];
  private readonly way: DrainLane;
  /** one in so many cycles sums are finished; share of fourths of cycles in which a trace that has no job begins one; longest wait for a mask and for the write queue */
  private readonly often: number;
  private readonly busy: number;
  private readonly wait: number;
  /** cycles from which the way wants to send, and sends */
  private readonly asked: { readonly from: number; readonly start: number }[] = [];
  private sends = -1;
  /** masks that have not come, the last one that was asked for, and the slices that have finished sums in the next cycle, as they are told to the circuit */
  private readonly masks: Asked[] = [];
  private lastAsked: Asked | undefined;
  private finished = 0;
  /** traces that are held */
  private readonly held = new Set<number>();
  private start: Start | undefined;
  private now = 0;

  /** `traces` of a column. */
  constructor(circuit: Control, random: Random, traces: number) {
    this.circuit = circuit;
    this.traceBits = bitsFor(traces);
    this.random = random;
    this.channelSlices = 1 + random.below(traces);
    const steps = 1 + random.below(Math.floor(traces / this.channelSlices));
    this.lane = random.below(Math.min(lanes, this.channelSlices));
    const slices = Math.ceil((this.channelSlices - this.lane) / lanes);
    this.sets = 1 + random.below(8);
    this.often = 1 + random.below(30);
    this.busy = random.below(4);
    this.wait = 1 + random.below(20);
    this.slices = Array.from({ length: slices }, (_, slice) => this.sliceOf(slice, steps));
    this.way = new DrainLane(
      this.slices,
      false,
      {
        send: ({ couples }, now) => this.send(couples, now),
        readMask: (_, now) => now + this.late(),
        asked: (slice, cycle, there) => this.ask(slice, cycle, there),
      },
      () => undefined,
    );
    circuit.set("reset", 1);
    circuit.set("lane", this.lane);
    circuit.set("channel_slices", this.channelSlices);
    circuit.set("last_from", (steps - 1) * this.channelSlices);
    circuit.set("sets", this.sets);
    for (let i = 0; i < 3; i++) circuit.tick();
    circuit.set("reset", 0);
  }

  private traceOf(slice: number, step: number): number {
    return step * this.channelSlices + slice * lanes + this.lane;
  }

  /** Now and then something takes some cycles. */
  private late(): number {
    return this.random.below(3) === 0 ? this.random.below(this.wait) : 0;
  }

  private ask(slice: number, cycle: number, there: number): void {
    const { all, masked } = this.slices[slice];
    this.lastAsked = { slice, cycle, there, mask: all[masked].mask };
    this.slices[slice].masked++;
    this.masks.push(this.lastAsked);
  }

  private sliceOf(slice: number, steps: number): Slice {
    const holders = (step: number): Holders => ({
      hold: () => {
        const { held, jobs } = this.slices[slice];
        held[step] = Number.POSITIVE_INFINITY;
        return jobs[step];
      },
      release: (end) => {
        const { held, all, freed } = this.slices[slice];
        held[step] = end;
        const number = freed[step].length;
        this.couples += all[number].couples;
        this.start = {
          trace: this.traceOf(slice, step),
          step,
          set: number % this.sets,
          mask: all[number].mask,
        };
      },
    });
    const each = Array.from({ length: steps }, (_, step) => step);
    return {
      all: [],
      masked: 0,
      waiting: [],
      steps: each.map(holders),
      freed: each.map(() => []),
      jobs: each.map(() => 0),
      held: each.map(() => 0),
    };
  }

  private send(couples: number, now: number): { start: number; end: number } {
    const start = now + this.late();
    this.asked.push({ from: now, start });
    this.sent++;
    return { start, end: start + couples };
  }

  /** Throws at the first port that says something else than the model does. */
  run(cycles: number): void {
    for (; this.now < cycles; this.now++) {
      const { circuit, now, lastAsked } = this;
      circuit.set("finished", this.finished);
      const mask = this.masks.at(0);
      const comes = mask?.there === now;
      circuit.set("mask_valid", Number(comes));
      if (comes) circuit.set("mask", this.masks.shift()!.mask);
      const asks = lastAsked?.cycle === now;
      this.finishSums();
      this.finished = this.finishedOf(now + 1);
      this.start = undefined;
      this.way.step(now + 1);
      this.compareCycle(asks ? lastAsked : undefined);
      circuit.tick();
      this.beginJobs();
    }
  }

  /** Slices with finished sums whose mask was not asked for two cycles before. */
  private finishedOf(cycle: number): number {
    const { lastAsked } = this;
    return this.slices.reduce((bits, { waiting }, at) => {
      const stale = lastAsked?.slice === at && lastAsked.cycle === cycle - 1;
      const has = stale || (waiting.length > 0 && waiting[0].known <= cycle);
      return bits | (Number(has) << at);
    }, 0);
  }

  /** Some slice is done with a k, as far as it has a set for it. */
  private finishSums(): void {
    const { random, now } = this;
    const { all, waiting, freed } = this.slices[random.below(this.slices.length)];
    const comes =
      random.below(this.often) === 0 &&
      all.length - Math.min(...freed.map(({ length }) => length)) < this.sets;
    if (!comes) return;
    const mask = drawMask(random);
    const couples = onesOf((mask | (mask >> 1)) & lowSlots);
    const sums = { mask, wanted: onesOf(mask), couples, known: now + 1 };
    all.push(sums);
    waiting.push(sums);
  }

  private beginJobs(): void {
    const next = this.now + 1;
    for (const { jobs, held } of this.slices)
      for (const [step, end] of jobs.entries())
        if (held[step] <= next && end <= next && this.random.below(4) < this.busy)
          jobs[step] = next + 1 + this.random.below(20);
  }

  private compareCycle(asked: Asked | undefined): void {
    const { circuit, now, start } = this;
    const next = this.asked.at(0);
    const granted = next?.start === now + 1;
    circuit.set("send_ready", Number(granted));
    circuit.set("run", this.runOf(0) | (this.runOf(1) << 1));
    circuit.settle();
    this.compare("ask", Number(asked !== undefined));
    if (asked) this.compare("ask_slice", this.traceOf(asked.slice, 0));
    this.compare("start", Number(start !== undefined));
    if (start) {
      this.compare("start_trace", start.trace);
      this.compare("start_set", start.set);
      this.compare("start_mask", start.mask);
      this.compare("start_adds", Number(start.step > 0));
    }
    this.compare("send_valid", Number(next !== undefined && next.from <= now + 1));
    this.compare("send", Number(this.sends === now));
    this.compareTraces("hold", this.held, ({ held }, step) => held[step] > now + 1);
    this.holdTraces();
    // a set that is free from a cycle on is told of two cycles before
    this.compareTraces("set_freed", this.freedInCircuit(), ({ freed }, step) =>
      freed[step].slice(-2).includes(now + 2),
    );
    if (granted) this.sends = this.asked.shift()!.start;
  }

  private compare(port: string, must: number): void {
    const is = this.circuit.number(port);
    if (must !== is) throw new Error(`cycle ${this.now}: ${port} must be ${must}, is ${is}`);
  }

  private compareTraces(
    port: string,
    is: ReadonlySet<number>,
    must: (slice: Slice, step: number) => boolean,
  ): void {
    for (const [at, slice] of this.slices.entries())
      for (const step of slice.steps.keys())
        if (must(slice, step) !== is.has(this.traceOf(at, step)))
          throw new Error(
            `cycle ${this.now}: ${port} of slice ${at}, step ${step} must be ${must(slice, step)}, is not`,
          );
  }

  /** Whether a MAC serves what the circuit names in registers. */
  private runOf(at: number): number {
    this.circuit.settle();
    const trace = this.heldTrace(at);
    const slice = this.slices[Math.floor(((trace % this.channelSlices) - this.lane) / lanes)];
    return Number((slice?.jobs[Math.floor(trace / this.channelSlices)] ?? 0) > this.now);
  }

  private heldTrace(at: number): number {
    const { circuit, traceBits } = this;
    return (circuit.number("held_trace") >> (at * traceBits)) & (2 ** traceBits - 1);
  }

  /** What a register in front of the traces makes of what the circuit says. */
  private holdTraces(): void {
    const { circuit, held } = this;
    if (circuit.number("release_trace") === 1) held.delete(circuit.number("freed_trace"));
    if (circuit.number("hold") === 1) held.add(circuit.number("hold_trace"));
  }

  private freedInCircuit(): Set<number> {
    const { circuit } = this;
    if (circuit.number("set_freed") === 0) return new Set();
    const trace = circuit.number("freed_trace");
    if (circuit.number("freed_all") === 0) return new Set([trace]);
    const { steps } = this.slices[Math.floor((trace - this.lane) / lanes)];
    return new Set(steps.map((_, step) => trace + step * this.channelSlices));
  }
}

function drawMask(random: Random): number {
  const kind = random.below(4);
  if (kind === 0) return 0;
  return kind === 1 ? 1 << random.below(slots) : random.below(2 ** slots);
}

const onesOf = (bits: number): number => bits.toString(2).replaceAll("0", "").length;
