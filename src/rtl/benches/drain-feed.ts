import type { Column } from "../../hardware/column/column.ts";
import { DrainLane, type FinishedSums, type Source } from "../../hardware/drain/drain-lane.ts";
import { tracesOf } from "../../hardware/parameters.ts";
import { arithmetic } from "../../hardware/processing-element/arithmetic.ts";
import type { Random } from "../../random.ts";
import { type ColumnWork, slotCount } from "./column-work.ts";
import { bitsFor, PortBits, traceBits } from "./port-bits.ts";
import type { Expected, Subject } from "./subject.ts";

/** Cycles from when a read begins to when its first couple is at the end of its way, as it was in its trace. */
const readLatency = 2;
/** Cycles from when sums may be sent to when the first of them leaves. */
const sendLatency = 2;
const couplesOfTrace = slotCount / 2;

const { add } = arithmetic.bf16;

/** Sums of a channel slice that all of its traces have finished. */
interface Finished extends FinishedSums {
  readonly number: number;
  readonly mask: number;
}

interface Slice extends Source {
  readonly waiting: Finished[];
  /** sums that are finished */
  finished: number;
}

/** What a way is told in a cycle. */
interface Command {
  readonly slice: number;
  readonly step: number;
  readonly sums: Finished;
}

/** Sends sums out of a column as the cycle model's ways do, some of them later, and holds the gradients against what they must be. */
export class DrainFeed {
  private readonly subject: Subject;
  private readonly work: ColumnWork;
  private readonly random: Random;
  private readonly column: Column;
  private readonly slices: readonly Slice[];
  private readonly ways: readonly DrainLane[];
  /** [trace] whether it is held, and cycle from which it goes on */
  private readonly held: boolean[];
  private readonly goesOn: number[];
  /** [slice][step] frees that have been told */
  private readonly told: number[][];
  /** by cycle: traces whose sets are free two cycles later; ways that send; what leaves */
  private readonly freed = new Map<number, number[]>();
  private readonly sends = new Map<number, number[]>();
  private readonly leaves = new Map<
    number,
    { readonly lane: number; readonly sums: bigint; readonly valid: number }[]
  >();
  /** by cycle: couples as they were in their traces, of fp32 */
  private readonly comes = new Map<number, { readonly lane: number; readonly words: bigint }[]>();
  /** [lane] what begins to be read in the next cycle, and what the model sends next */
  private readonly begun: (Command | undefined)[];
  private readonly next: (Command | undefined)[];
  private readonly all: number;
  private now = 0;
  private readonly inputs = new PortBits([
    "hold",
    "set_freed",
    "drain_start",
    "drain_pe",
    "drain_trace",
    "drain_set",
    "drain_mask",
    "drain_adds",
    "drain_send",
  ]);

  constructor(subject: Subject, work: ColumnWork, random: Random, column: Column) {
    this.subject = subject;
    this.work = work;
    this.random = random;
    this.column = column;
    const { channelSlices } = work.layer;
    const { drainLanes: lanes } = work.p;
    this.held = new Array<boolean>(tracesOf(work.p)).fill(false);
    this.goesOn = new Array<number>(tracesOf(work.p)).fill(0);
    this.all = work.items.filter(({ last }) => last).length;
    this.slices = Array.from({ length: channelSlices }, (_, slice) => this.sliceOf(slice));
    this.told = this.slices.map(({ steps }) => steps.map(() => 0));
    this.begun = new Array<undefined>(lanes).fill(undefined);
    this.next = new Array<undefined>(lanes).fill(undefined);
    this.ways = Array.from({ length: lanes }, (_, lane) => {
      const own = this.slices.filter((_, slice) => slice % lanes === lane);
      const send = (sums: FinishedSums, now: number) => this.send(lane, sums as Finished, now);
      const readMask = (_: number, now: number) => now;
      return new DrainLane(own, false, { send, readMask }, (cycle) => column.wake(cycle));
    });
  }

  private sliceOf(slice: number): Slice {
    const { channelSlices, positionSlices } = this.work.layer;
    const steps = Array.from({ length: positionSlices }, (_, step) => {
      const trace = step * channelSlices + slice;
      return {
        hold: () => {
          this.held[trace] = true;
          this.goesOn[trace] = 0;
          return this.column.hold(trace);
        },
        release: (end: number) => {
          this.goesOn[trace] = end;
          this.column.release(trace, end);
          const sums = this.slices[slice].freed[step].length;
          this.begun[slice % this.ways.length] = { slice, step, sums: this.sumsOf(slice, sums) };
        },
      };
    });
    return { waiting: [], steps, freed: steps.map(() => []), finished: 0 };
  }

  private sumsOf(slice: number, number: number): Finished {
    const mask = this.work.wanted[slice].at(number) ?? 0;
    let [wanted, couples] = [0, 0];
    for (let couple = 0; couple < couplesOfTrace; couple++) {
      const own = (mask >> (2 * couple)) & 3;
      wanted += (own & 1) + (own >> 1);
      couples += Number(own > 0);
    }
    return { number, mask, wanted, couples, known: this.now };
  }

  /** Cycle at which a trace has a set for its sums of this number. */
  setFree(trace: number, sums: number): number | undefined {
    const { sets, channelSlices, positionSlices } = this.work.layer;
    if (sums < sets) return 0;
    const step = Math.min(Math.floor(trace / channelSlices), positionSlices - 1);
    return this.slices[trace % channelSlices].freed[step].at(sums - sets);
  }

  /** Whether all sums have left. */
  get done(): boolean {
    return (
      this.leaves.size === 0 &&
      this.sends.size === 0 &&
      this.freed.size === 0 &&
      this.slices.every(({ finished }) => finished === this.all) &&
      this.ways.every(({ idle }) => idle)
    );
  }

  /** What the ways begin in the next cycle is told in this one, at whose end the model's column has done all that it does. */
  cycle(now: number): void {
    this.now = now;
    for (const slice of this.slices.keys()) this.finish(slice);
    for (const way of this.ways) way.step(now + 1);
    for (const [lane, command] of this.begun.entries()) if (command) this.start(lane, command);
    this.begun.fill(undefined);
    this.tellFreed();
    const { inputs } = this;
    for (const lane of this.sends.get(now) ?? []) inputs.set("drain_send", lane, 1, true);
    this.sends.delete(now);
    for (const trace of this.freed.get(now) ?? []) inputs.set("set_freed", trace, 1, true);
    this.freed.delete(now);
    for (const trace of this.held.keys()) this.tellHeld(trace);
    inputs.apply(this.subject);
  }

  /** A trace begins nothing from the cycle after it is first told so on, until the cycle from which it goes on. */
  private tellHeld(trace: number): void {
    if (this.goesOn[trace] > 0 && this.now >= this.goesOn[trace] - 1) {
      this.held[trace] = false;
      this.goesOn[trace] = 0;
    }
    if (this.held[trace]) this.inputs.set("hold", trace, 1, true);
  }

  /** Notes which sums of a slice all of its traces are done with. */
  private finish(slice: number): void {
    const { channelSlices, positionSlices } = this.work.layer;
    const traces = Array.from({ length: positionSlices }, (_, step) => step * channelSlices + slice);
    const done = Math.min(...traces.map((trace) => this.column.nextOf(trace)));
    const own = this.slices[slice];
    while (own.finished < this.all && this.lastItem(own.finished) < done)
      own.waiting.push(this.sumsOf(slice, own.finished++));
  }

  private lastItem(sums: number): number {
    return this.work.items.findIndex((item) => item.last && item.sums === sums);
  }

  private start(lane: number, command: Command): void {
    const { slice, step, sums } = command;
    const { p, layer } = this.work;
    const { channelSlices, sets } = layer;
    const trace = step * channelSlices + slice;
    const { inputs } = this;
    inputs.set("drain_start", lane, 1, true);
    inputs.set("drain_pe", lane, bitsFor(p.rows), Math.floor(trace / p.traces));
    inputs.set("drain_trace", lane, traceBits(p), trace % p.traces);
    inputs.set("drain_set", lane, 3, sums.number % sets);
    inputs.set("drain_mask", lane, slotCount, sums.mask);
    inputs.set("drain_adds", lane, 1, step > 0);
    this.next[lane] = command;
    this.expectCouples(lane, this.work.sums[trace].at(sums.number), sums.mask);
  }

  /** Of a read that begins in the next cycle. */
  private expectCouples(lane: number, own: Float64Array | undefined, mask: number): void {
    let cycle = this.now + 1 + readLatency;
    for (let couple = 0; couple < couplesOfTrace; couple++) {
      if (((mask >> (2 * couple)) & 3) === 0) continue;
      const [low, high] = [2 * couple, 2 * couple + 1].map((i) => BigInt(fp32Of(own?.[i] ?? 0)));
      this.comes.set(cycle, [...(this.comes.get(cycle) ?? []), { lane, words: low | (high << 32n) }]);
      cycle++;
    }
  }

  /** A set that is free from a cycle on is told of two cycles before; traces that are not used go with the last step. */
  private tellFreed(): void {
    for (const [slice, { freed }] of this.slices.entries())
      for (const [step, cycles] of freed.entries())
        for (; this.told[slice][step] < cycles.length; this.told[slice][step]++) {
          const at = cycles[this.told[slice][step]] - 2;
          this.freed.set(at, [...(this.freed.get(at) ?? []), ...this.tracesWith(slice, step)]);
        }
  }

  private tracesWith(slice: number, step: number): number[] {
    const { p, layer } = this.work;
    const { channelSlices, positionSlices } = layer;
    const first = step * channelSlices + slice;
    const traces = [first];
    if (step === positionSlices - 1)
      for (let i = first + channelSlices; i < tracesOf(p); i += channelSlices) traces.push(i);
    return traces;
  }

  /** Now and then sums are sent some cycles later, as the write port has other things to do. */
  private send(lane: number, sums: Finished, now: number): { start: number; end: number } {
    const start = now + (this.random.below(3) === 0 ? this.random.below(30) : 0);
    const { slice } = this.next[lane]!;
    this.sends.set(start, [...(this.sends.get(start) ?? []), lane]);
    const totals = this.totalsOf(slice, sums.number);
    let cycle = start + sendLatency;
    for (let couple = 0; couple < couplesOfTrace; couple++) {
      const valid = (sums.mask >> (2 * couple)) & 3;
      if (valid === 0) continue;
      const [low, high] = [totals[2 * couple], totals[2 * couple + 1]].map(bf16Of);
      const own = { lane, sums: BigInt(low) | (BigInt(high) << 16n), valid };
      this.leaves.set(cycle, [...(this.leaves.get(cycle) ?? []), own]);
      cycle++;
    }
    return { start, end: start + sums.couples };
  }

  /** Sums of all steps, added up one after the other. */
  private totalsOf(slice: number, number: number): Float64Array {
    const { channelSlices, positionSlices } = this.work.layer;
    const totals = new Float64Array(slotCount);
    for (let step = 0; step < positionSlices; step++) {
      const own = this.work.sums[step * channelSlices + slice].at(number);
      for (let i = 0; i < slotCount; i++) {
        const sum = own?.[i] ?? 0;
        totals[i] = step === 0 ? sum : add(sum, totals[i]);
      }
    }
    return totals;
  }

  /** What leaves in this cycle. */
  expected(now: number): Expected[] {
    let [valid, values, mask] = [0n, 0n, 0n];
    for (const { lane, sums, valid: own } of this.leaves.get(now) ?? []) {
      valid |= BigInt(own) << BigInt(2 * lane);
      const places = (own & 1 ? 0xffffn : 0n) | (own & 2 ? 0xffff0000n : 0n);
      mask |= places << BigInt(32 * lane);
      values |= (sums & places) << BigInt(32 * lane);
    }
    this.leaves.delete(now);
    let [couples, ofCouples] = [0n, 0n];
    for (const { lane, words } of this.comes.get(now) ?? []) {
      couples |= words << BigInt(64 * lane);
      ofCouples |= 0xffff_ffff_ffff_ffffn << BigInt(64 * lane);
    }
    this.comes.delete(now);
    return [
      { port: "own_sums", value: couples, mask: ofCouples },
      { port: "gradient_valid", value: valid },
      { port: "gradients", value: values, mask },
    ];
  }
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Bits of an fp32 number; there is one NaN. */
function fp32Of(value: number): number {
  float[0] = value;
  return Number.isNaN(value) ? 0x7fc0_0000 : bits[0];
}

/** bf16 of an fp32 number, rounded to nearest, ties to even. */
export function bf16Of(value: number): number {
  float[0] = value;
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) >>> 16;
}
