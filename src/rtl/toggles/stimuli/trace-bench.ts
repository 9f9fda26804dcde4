import type { SynthesisedPe, ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";
import { setsOfTrace, type TraceChunk, type TraceJob } from "./trace-jobs.ts";
import { TraceList } from "./trace-list.ts";
import { type ScheduledJob, type ScheduledPair, scheduledJob } from "./trace-schedule.ts";

const idleCycles = 60;
/** Until the first list's header and bitmap have been read. */
const headCycles = 20;
const couplesOfChunk = 6;
const mostWait = 100;

/** How a MAC serves jobs. */
export interface Served {
  /** cycles after each job in which it does not */
  readonly restCycles: number;
}

/** What some jobs were, and what switched in them beyond what their cycles take. */
export interface Work {
  /** nonzeros of lists */
  readonly looks: number;
  readonly pairs: number;
  readonly jobs: number;
  readonly use: MeasuredUse;
  /** of the chunk's becoming active */
  readonly activation: MeasuredUse;
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
  private readonly valueBits: ValueBits;
  /** the list memory serves each of them in turn */
  private readonly traces: number;
  private readonly emap: Uint32Array;
  private readonly list: TraceList;
  /** the address that was read in the cycle before */
  private reading: number | undefined;
  private shown = 0;
  private measuredCycles = 0;
  private jobs = 0;
  private episode = -1;
  /** picked one cycle ago, and two */
  private before: Picked | undefined;
  private added: Picked | undefined;

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: ValueBits, { traces }: SynthesisedPe) {
    this.sim = sim;
    this.valueBits = valueBits;
    this.traces = traces;
    this.emap = operands.codesOf("emap", formatOfWidth[valueBits]);
    this.list = new TraceList(sim, this.emap, valueBits);
    // a group has eight columns, all lanes are used
    sim.set("group_log", 3);
    sim.set("pass_lanes", 3);
    sim.set("lane_bits", 6);
    sim.set("headers", 1);
    sim.set("sets", setsOfTrace);
    sim.set("chunk_full", 1);
    sim.set("chunks_there", 3);
    reset(sim);
  }

  /** Jobs of a chunk that becomes active: the first one waits for a MAC for a while, then all are served. */
  work(chunk: TraceChunk, jobs: readonly TraceJob[], served: Served): Work {
    const { valueBits, emap, traces } = this;
    const setOf = (i: number) => (this.jobs + i) % setsOfTrace;
    const scheduled = jobs.map((job, i) =>
      scheduledJob(chunk, job, { set: setOf(i), valueBits, emap, traces }),
    );
    this.episode++;
    const activation = this.activate(chunk);
    const read = this.readHead(jobs, setOf);
    this.begin();
    this.awaitReady();
    const first = this.measured(1);
    this.wait();
    let goesOn = false;
    for (const [i, job] of scheduled.entries())
      goesOn = this.serve(job, goesOn, i === jobs.length - 1, served);
    this.jobs += jobs.length;
    return {
      looks: jobs.reduce((all, { entries }) => all + entries.length, 0),
      pairs: scheduled.reduce((all, { cycles }) => all + cycles.filter((pair) => pair).length, 0),
      jobs: jobs.length,
      use: sum(sum(read, first), this.measured(0)),
      activation,
    };
  }

  /** Lists go to their memory, and the head of the first one is read. */
  private readHead(jobs: readonly TraceJob[], setOf: (i: number) => number): MeasuredUse {
    const { list, episode } = this;
    this.begin();
    for (const [i, { entries, mask }] of jobs.entries()) {
      const place = { episode, set: setOf(i) };
      // a k without a wanted gradient is no job of this trace, nor is one without nonzeros
      if (i % 3 === 1) list.add(entries, 0, place);
      if (i % 4 === 2) list.add([], mask, place);
      list.add(entries, mask, place);
    }
    for (let i = 0; i < headCycles; i++) this.cycle();
    return this.measured(1);
  }

  /** Row words of the chunk, two a cycle, as they are asked for, when a list has come: an empty one, of which there is little to read. */
  private activate({ rows, bases, stride, step }: TraceChunk): MeasuredUse {
    const { sim } = this;
    sim.set("run", 0);
    this.list.add([], 0, { episode: this.episode, set: 0 });
    sim.set("column_step", step);
    const rankBits = sim.width("row_base") / 2;
    sim.set("chunks_there", this.episode % 4);
    this.list.tell();
    if (sim.number("activate") !== 1) throw new Error("a chunk that has come must become active, does not");
    this.begin();
    this.cycle();
    for (let couple = 0; couple < couplesOfChunk; couple++) {
      sim.set("row_write", 1 << couple);
      sim.set("row_groups", (stride << 4) | ((2 * couple * stride) % 16));
      for (const i of [0, 1]) {
        sim.set("row_bits", rows[2 * couple + i], 20 * i, 20);
        sim.set("row_base", bases[2 * couple + i], rankBits * i, rankBits);
      }
      sim.set("activated", couple === couplesOfChunk - 1 ? 1 : 0);
      this.cycle();
    }
    sim.set("activated", 0);
    sim.set("row_write", 0);
    return this.measured(1);
  }

  /** Until the first job can begin. */
  private awaitReady(): void {
    for (let i = 0; this.ready() === 0; i++) {
      if (i > mostWait) throw new Error(`a job must be ready within ${mostWait} cycles, is not`);
      this.pairCycle(undefined);
    }
  }

  private ready(): number {
    this.list.tell();
    return this.sim.number("ready");
  }

  /** Cycles in which a job waits for a MAC, while words of other traces pass. */
  private wait(): void {
    // until the list after the first has been read, too
    for (let i = 0; i < headCycles; i++) this.cycle();
    this.begin();
    for (let i = 0; i < idleCycles; i++) this.cycle();
    this.waiting = sum(this.waiting, measuredUse(this.sim, idleCycles));
    this.begin();
  }

  /** The next job from its first cycle to its last, at once or when it is ready. Returns whether the one after goes on at once. */
  private serve({ cycles }: ScheduledJob, atOnce: boolean, isLast: boolean, { restCycles }: Served): boolean {
    const { sim } = this;
    if (!atOnce) {
      this.awaitReady();
      this.pairCycle(undefined);
    }
    sim.set("run", 1);
    let goesOn = false;
    for (const [i, pair] of cycles.entries()) {
      this.list.tell();
      const ends = i === cycles.length - 1 ? 1 : 0;
      if (sim.number("ends") !== ends)
        throw new Error(`in cycle ${i} of ${cycles.length}, ends must be ${ends}`);
      goesOn = ends === 1 && sim.number("next_ready") === 1 && !isLast && restCycles === 0;
      const atWork = this.list.atWork;
      this.pairCycle(pair);
      if (ends === 1) this.list.endJob(atWork);
    }
    if (!goesOn) sim.set("run", 0);
    for (let i = 0; i < (isLast ? 3 : restCycles); i++) this.pairCycle(undefined);
    return goesOn;
  }

  /** A cycle, and the pair that must be picked in it. */
  private pairCycle(pair: ScheduledPair | undefined): void {
    const { sim, before, added } = this;
    this.list.tell();
    const must = (what: string, is: number, value: number) => {
      if (is !== value) throw new Error(`${what} must be ${value}, is ${is}`);
    };
    const reads = pair?.first === true;
    const keep = reads && added?.pair.address === pair.address;
    must("pair_read", sim.number("pair_read"), Number(pair !== undefined));
    must("sum_read", sim.number("sum_read"), Number(reads));
    must("pair_keep", sim.number("pair_keep"), Number(keep));
    const writes = added?.pair.last === true;
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

  /** A cycle; the memory shows what was asked for in the one before, by this trace or another one. */
  private cycle(): void {
    const { sim, list } = this;
    const { reading } = this;
    list.tell();
    sim.set("list_valid", reading === undefined ? 0 : 1);
    list.show(reading ?? this.shown * 7);
    const turn = this.shown % this.traces === 0 && sim.number("list_request") === 1;
    const address = sim.number("list_address");
    this.reading = turn && list.has(address) ? address : undefined;
    sim.tick();
    this.measuredCycles++;
    this.shown++;
  }
}
