import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";
import { setsOfTrace, type TraceChunk, type TraceJob } from "./trace-jobs.ts";
import { TraceList } from "./trace-list.ts";
import { type ScheduledJob, type ScheduledPair, scheduledJob } from "./trace-schedule.ts";

const idleCycles = 60;
/** The list memory serves each of a PE's three traces in every third cycle. */
const period = 3;
/** Until the first of some jobs can begin: header, bitmap and value word come, its first tile is looked at. */
const firstCycles = 10 * period;
/** How much later than its words say a job may begin: they come in turns. */
const mostLate = period;

/** How a MAC serves jobs. */
export interface Served {
  /** cycles after each job in which it does not */
  readonly restCycles: number;
  /** of the others, those in which no pair may leave */
  readonly pausePercent: number;
}

/** What some jobs were, and what switched in them beyond what their cycles take. */
export interface Work {
  /** nonzeros of lists */
  readonly looks: number;
  readonly pairs: number;
  readonly jobs: number;
  readonly use: MeasuredUse;
}

export const sum = (a: MeasuredUse, b: MeasuredUse): MeasuredUse => ({
  uses: a.uses + b.uses,
  logic: a.logic + b.logic,
  flipFlops: a.flipFlops + b.flipFlops,
  clocked: a.clocked + b.clocked,
});

const none: MeasuredUse = { uses: 0, logic: 0, flipFlops: 0, clocked: 0 };

/** A pair that was picked. */
interface Picked {
  readonly pair: ScheduledPair;
  /** its sum was being added to then, by the pair two before */
  readonly keep: boolean;
}

/** What is around a trace: list memory, a MAC that serves it or not. All that it does is compared with what it must do. */
export class TraceBench {
  /** what cycles switch in which a job waits for a MAC */
  waiting = none;
  private readonly sim: GateSimulator;
  private readonly operands: LayerOperands;
  private readonly valueBits: ValueBits;
  private readonly emap: Uint32Array;
  private readonly list: TraceList;
  /** the address that was read in the cycle before */
  private reading: number | undefined;
  private shown = 0;
  private measuredCycles = 0;
  private jobs = 0;
  /** picked one cycle ago, and two */
  private before: Picked | undefined;
  private added: Picked | undefined;

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits) {
    this.sim = sim;
    this.operands = operands;
    this.valueBits = valueBits;
    this.emap = operands.codesOf("emap", formatOfWidth[valueBits]);
    this.list = new TraceList(sim, this.emap, valueBits);
    // a group has eight columns
    sim.set("group_log", 3);
    reset(sim);
  }

  /** Row words of the chunk, two a cycle, while no list is there. */
  activate({ rows, bases, stride, step }: TraceChunk): MeasuredUse {
    const { sim } = this;
    sim.set("group_stride", stride);
    sim.set("column_step", step);
    const rankBits = sim.width("row_base") / 2;
    this.cycle();
    this.begin();
    for (let couple = 0; couple < rows.length / 2; couple++) {
      sim.set("row_write", 1 << couple);
      for (const i of [0, 1]) {
        sim.set("row_bits", rows[2 * couple + i], 20 * i, 20);
        sim.set("row_base", bases[2 * couple + i], rankBits * i, rankBits);
      }
      this.cycle();
    }
    sim.set("row_write", 0);
    this.cycle();
    return this.measured(1);
  }

  /** Jobs of the active chunk: the first one waits for a MAC for a while, then all are served. */
  work(chunk: TraceChunk, jobs: readonly TraceJob[], served: Served): Work {
    const { valueBits, emap } = this;
    const setOf = (i: number) => (this.jobs + i) % setsOfTrace;
    const scheduled = jobs.map((job, i) => scheduledJob(chunk, job, { set: setOf(i), valueBits, emap }));
    const first = this.first(jobs, setOf);
    this.wait();
    for (const [i, job] of scheduled.entries()) this.serve(job, i === jobs.length - 1, served);
    this.jobs += jobs.length;
    return {
      looks: jobs.reduce((all, { entries }) => all + entries.length, 0),
      pairs: scheduled.reduce((all, { cycles }) => all + cycles.filter((pair) => pair).length, 0),
      jobs: jobs.length,
      use: sum(first, this.measured(0)),
    };
  }

  /** Lists go to their memory, until the first job can begin. */
  private first(jobs: readonly TraceJob[], setOf: (i: number) => number): MeasuredUse {
    const { sim, list } = this;
    sim.set("run", 0);
    this.begin();
    for (const [i, { entries, mask }] of jobs.entries()) {
      // a k without a wanted gradient is no job of this trace, nor is one without nonzeros
      if (i % 3 === 1) list.add(entries, 0, 0);
      if (i % 4 === 2) list.add([], mask, 0);
      list.add(entries, mask, setOf(i));
    }
    for (let i = 0; i < firstCycles; i++) this.cycle();
    return this.measured(1);
  }

  /** Cycles in which a job waits for a MAC, while words of other traces pass. */
  private wait(): void {
    this.begin();
    for (let i = 0; i < idleCycles; i++) this.cycle();
    this.waiting = sum(this.waiting, measuredUse(this.sim, idleCycles));
    this.begin();
  }

  /** The next job from its first cycle to its last, and on until the one after can begin. */
  private serve({ cycles, gap }: ScheduledJob, isLast: boolean, { restCycles, pausePercent }: Served): void {
    const { sim, operands } = this;
    const begin = this.shown;
    sim.set("run", 1);
    for (const [i, pair] of cycles.entries()) {
      while (operands.random.below(100) < pausePercent) this.pause();
      if (sim.number("ready") === 0) throw new Error("a job must go on in each cycle, waits");
      const ends = i === cycles.length - 1 ? 1 : 0;
      if (sim.number("ends") !== ends)
        throw new Error(`in cycle ${i} of ${cycles.length}, ends must be ${ends}`);
      this.pairCycle(pair);
    }
    const words = this.list.endJob();
    const end = this.shown;
    if (restCycles > 0 || isLast) sim.set("run", 0);
    if (!isLast) this.awaitNext(end + gap, begin + period * words + mostLate);
    for (let i = this.shown - end; i < (isLast ? 3 : restCycles); i++) this.pairCycle(undefined);
  }

  /** Until a job can begin, as the one before says, or not before cycle `words`, when its words have come. */
  private awaitNext(earliest: number, words: number): void {
    const latest = Math.max(earliest, words);
    while (this.sim.number("ready") === 0 && this.shown <= latest) this.pairCycle(undefined);
    const late = this.shown - earliest;
    if (late < 0 || (late > 0 && this.shown > words))
      throw new Error(
        `a job must begin in cycle ${earliest}, or by ${words} if its words are late, begins in ${this.shown}`,
      );
  }

  private pause(): void {
    this.sim.set("pause", 1);
    this.pairCycle(undefined);
    this.sim.set("pause", 0);
  }

  /** A cycle, and the pair that must be picked in it. */
  private pairCycle(pair: ScheduledPair | undefined): void {
    const { sim, before, added } = this;
    const must = (what: string, is: number, value: number) => {
      if (is !== value) throw new Error(`${what} must be ${value}, is ${is}`);
    };
    // a visit that is interrupted is two
    const reads = pair !== undefined && (pair.first || !before);
    const keep = reads && added?.pair.address === pair.address;
    must("pair_read", sim.number("pair_read"), Number(pair !== undefined));
    must("sum_read", sim.number("sum_read"), Number(reads));
    must("pair_keep", sim.number("pair_keep"), Number(keep));
    const writes = added !== undefined && (added.pair.last || !before);
    must("sum_write", sim.number("sum_write"), writes ? 1 << (added.pair.address & 1) : 0);
    if (writes) must("sum_write_address", sim.number("sum_write_address"), added.pair.address >> 1);
    const word = sim.number("value_address");
    if (pair) must("sum_address", sim.number("sum_address"), pair.address);
    this.cycle();
    must("pair_valid", sim.number("pair_valid"), Number(pair !== undefined));
    [this.before, this.added] = [pair && { pair, keep }, before];
    if (!pair) return;
    must("rank", word * (64 / this.valueBits) + sim.number("pair_place"), pair.rank);
    must("pair_emap", sim.number("pair_emap"), pair.emap);
    must("pair_half", sim.number("pair_half"), pair.address & 1);
    must("pair_same", sim.number("pair_same"), Number(before?.pair.address === pair.address));
    must("pair_kept", sim.number("pair_kept"), Number(keep));
  }

  private begin(): void {
    this.sim.take();
    this.measuredCycles = 0;
  }

  /** What switched since `begin`, without what its cycles take. */
  private measured(uses: number): MeasuredUse {
    const { waiting, measuredCycles } = this;
    const all = measuredUse(this.sim, uses);
    const share = waiting.uses === 0 ? 0 : measuredCycles / waiting.uses;
    return {
      uses,
      logic: all.logic - share * waiting.logic,
      flipFlops: all.flipFlops - share * waiting.flipFlops,
      clocked: all.clocked - share * waiting.clocked,
    };
  }

  /** A cycle; the memory shows what was asked for in the one before, by this trace or one of the two others. */
  private cycle(): void {
    const { sim, list } = this;
    const { reading } = this;
    sim.set("list_valid", reading === undefined ? 0 : 1);
    list.show(reading ?? this.shown * 7);
    const turn = this.shown % period === 0 && sim.number("list_request") === 1;
    const address = sim.number("list_address");
    this.reading = turn && list.has(address) ? address : undefined;
    sim.tick();
    this.measuredCycles++;
    this.shown++;
  }
}
