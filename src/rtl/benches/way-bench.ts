import { DrainLane, type FinishedSums, type Holders, type Source } from "../../hardware/drain/drain-lane.ts";
import { doneCycles } from "../../hardware/drain/gradient-drain.ts";
import type { Random } from "../../random.ts";
import type { Circuit } from "../circuit.ts";
import { fieldOf } from "./port-fields.ts";

/** Most slices of a way. */
const mostSlices = 6;
const slots = 18;
/** Low slots of all couples. */
const lowSlots = 0x15555;

interface Sums extends FinishedSums {
  readonly mask: number;
}

/** A channel slice and its traces, one in each step. */
interface Slice extends Source {
  /** waiting sums, which the model takes from, and all of them */
  readonly waiting: Sums[];
  readonly all: Sums[];
  /** [step] cycle at which the trace's job ends, or has ended */
  readonly jobs: number[];
  /** [step] cycle from which it begins jobs again; infinite while that is not known */
  readonly held: number[];
}

/** A read that begins in the next cycle. */
interface Start {
  readonly slice: number;
  readonly step: number;
  readonly set: number;
  readonly mask: number;
}

/** The control of a way out, beside the cycle model's way: with traces whose jobs take any time, and a write queue that has no time now and then. */
export class WayBench {
  /** sums that were sent */
  sent = 0;
  private readonly circuit: Circuit;
  private readonly random: Random;
  private readonly sets: number;
  private readonly slices: readonly Slice[];
  private readonly way: DrainLane;
  /** one in so many cycles sums are finished; share of fourths of cycles in which a trace that has no job begins one; longest wait for the write queue */
  private readonly often: number;
  private readonly busy: number;
  private readonly wait: number;
  /** cycles from which the way wants to send, and sends */
  private readonly asked: { readonly from: number; readonly start: number }[] = [];
  private sends = -1;
  private start: Start | undefined;
  private now = 0;

  constructor(circuit: Circuit, random: Random) {
    this.circuit = circuit;
    this.random = random;
    const [slices, steps] = [1 + random.below(mostSlices), 1 + random.below(4)];
    this.sets = 1 + random.below(8);
    this.often = 1 + random.below(30);
    this.busy = random.below(4);
    this.wait = 1 + random.below(20);
    this.slices = Array.from({ length: slices }, (_, slice) => this.sliceOf(slice, steps));
    this.way = new DrainLane(
      this.slices,
      false,
      ({ couples }, now) => this.send(couples, now),
      () => undefined,
    );
    circuit.powerOn();
    circuit.set("reset", 1);
    circuit.set("slices", slices);
    circuit.set("steps", steps);
    circuit.set("sets", this.sets);
    circuit.step(3);
    circuit.set("reset", 0);
  }

  private sliceOf(slice: number, steps: number): Slice {
    const holders = (step: number): Holders => ({
      hold: (now) => {
        const { held, jobs } = this.slices[slice];
        held[step] = Number.POSITIVE_INFINITY;
        return Math.max(now, jobs[step]);
      },
      release: (end) => {
        const { held, all, freed } = this.slices[slice];
        held[step] = end;
        const number = freed[step].length;
        this.start = { slice, step, set: number % this.sets, mask: all[number].mask };
      },
    });
    const each = Array.from({ length: steps }, (_, step) => step);
    return {
      all: [],
      waiting: [],
      steps: each.map(holders),
      freed: each.map(() => []),
      jobs: each.map(() => 0),
      held: each.map(() => 0),
    };
  }

  private send(couples: number, now: number): { start: number; end: number } {
    const start = now + (this.random.below(3) === 0 ? this.random.below(this.wait) : 0);
    this.asked.push({ from: now, start });
    this.sent++;
    return { start, end: start + couples };
  }

  /** Throws at the first port that says something else than the model does. */
  run(cycles: number): void {
    for (; this.now < cycles; this.now++) {
      this.finishSums();
      this.start = undefined;
      this.way.step(this.now + 1);
      this.compareCycle();
      this.circuit.tick();
      this.beginJobs();
    }
  }

  /** Some slice is done with a k, as far as it has a set for it. The model may take it after two cycles. */
  private finishSums(): void {
    const { circuit, random, now } = this;
    const at = random.below(this.slices.length);
    const { all, waiting, freed } = this.slices[at];
    const comes =
      random.below(this.often) === 0 &&
      all.length - Math.min(...freed.map(({ length }) => length)) < this.sets;
    circuit.set("mask_valid", comes);
    if (!comes) return;
    const mask = drawMask(random);
    const sums = {
      mask,
      wanted: onesOf(mask),
      couples: onesOf((mask | (mask >> 1)) & lowSlots),
      ready: now + doneCycles,
    };
    all.push(sums);
    waiting.push(sums);
    circuit.set("mask_slice", at);
    circuit.set("mask", mask);
  }

  private beginJobs(): void {
    const next = this.now + 1;
    for (const { jobs, held } of this.slices)
      for (const [step, end] of jobs.entries())
        if (held[step] <= next && end <= next && this.random.below(4) < this.busy)
          jobs[step] = next + 1 + this.random.below(20);
  }

  private compareCycle(): void {
    const { circuit, now, start } = this;
    const next = this.asked.at(0);
    const granted = next?.start === now + 1;
    circuit.set("send_ready", granted);
    circuit.set("run", this.runOf(0) | (this.runOf(1) << 1));
    circuit.settle();
    this.compare("start", Number(start !== undefined));
    if (start) {
      this.compare("start_slice", start.slice);
      this.compare("start_step", start.step);
      this.compare("start_set", start.set);
      this.compare("start_mask", start.mask);
      this.compare("start_adds", Number(start.step > 0));
    }
    this.compare("send_valid", Number(next !== undefined && next.from <= now + 1));
    this.compare("send", Number(this.sends === now));
    this.compareTraces("hold", this.heldInCircuit(), ({ held }, step) => held[step] > now + 1);
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
    is: ReadonlySet<string>,
    must: (slice: Slice, step: number) => boolean,
  ): void {
    for (const [at, slice] of this.slices.entries())
      for (const step of slice.steps.keys())
        if (must(slice, step) !== is.has(`${at} ${step}`))
          throw new Error(
            `cycle ${this.now}: ${port} of slice ${at}, step ${step} must be ${must(slice, step)}, is not`,
          );
  }

  /** What the circuit holds, as it names it in registers: whether a MAC serves it. */
  private runOf(at: number): number {
    this.circuit.settle();
    const [slice, step] = this.named(at);
    return Number(this.field("held", at, 1) === 1 && this.slices[slice].jobs[step] > this.now);
  }

  private named(at: number): [number, number] {
    return [this.field("held_slice", at, 3), this.field("held_step", at, 5)];
  }

  private field(port: string, at: number, width: number): number {
    return fieldOf(this.circuit.port(port).words, at, width);
  }

  private heldInCircuit(): Set<string> {
    const { circuit } = this;
    const held = [0, 1].filter((at) => this.field("hold", at, 1) === 1).map((at) => this.named(at).join(" "));
    if (circuit.number("hold_too") === 1)
      held.push(`${circuit.number("too_slice")} ${circuit.number("too_step")}`);
    return new Set(held);
  }

  private freedInCircuit(): Set<string> {
    const { circuit } = this;
    if (circuit.number("set_freed") === 0) return new Set();
    const slice = circuit.number("freed_slice");
    const all = circuit.number("freed_all") === 1;
    const steps = all ? [...this.slices[slice].steps.keys()] : [circuit.number("freed_step")];
    return new Set(steps.map((step) => `${slice} ${step}`));
  }
}

function drawMask(random: Random): number {
  const kind = random.below(4);
  if (kind === 0) return 0;
  return kind === 1 ? 1 << random.below(slots) : random.below(2 ** slots);
}

const onesOf = (bits: number): number => bits.toString(2).replaceAll("0", "").length;
