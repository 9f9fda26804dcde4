import type { SynthesisedPe } from "../../../hardware/logic/toggled-blocks.ts";
import { swgParameters } from "../../../hardware/parameters.ts";
import { type Random, seededRandom } from "../../../random.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { mustBe } from "./drained-sums.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";

const rows = swgParameters.rows.value;
const macs = 16;
const sets = 8;
const listAhead = 8;
const columns = 12;
const cyclesOfColumn = 400;

/** Columns drawn by chance, whose traces are done with jobs and with lists without any. A use is a job. */
export function driveFinishedSums(sim: GateSimulator, pe: SynthesisedPe): MeasuredUse {
  let jobs = 0;
  for (let seed = 1; seed <= columns; seed++) {
    const bench = new SumsBench(sim, seededRandom(seed), rows * pe.traces);
    for (let cycle = 0; cycle < cyclesOfColumn; cycle++) bench.cycle(cycle);
    jobs += bench.jobs;
  }
  return measuredUse(sim, jobs);
}

interface Trace {
  /** lists that it is done with, of which it has begun one, and sums that it has finished */
  done: number;
  begun: boolean;
  /** cycles at which its job began and ends, and from which it can begin one, or pass a list */
  began: number;
  ends: number;
  from: number;
  passes: number;
  sums: number;
}

class SumsBench {
  jobs = 0;
  private readonly sim: GateSimulator;
  private readonly random: Random;
  private readonly channelSlices: number;
  private readonly used: number;
  private readonly traces: readonly Trace[];
  /** [list] whether sums end with it */
  private readonly lists: boolean[] = [];
  /** [slice] sums that were taken; [cycle ago][slice] those that all traces had finished */
  private readonly taken: number[];
  private finished: number[][];
  private free: readonly number[] = [];
  /** [trace] lists that it was done with in the cycle before, and in that before it */
  private done: readonly number[];
  private doneBefore: readonly number[];
  private takes = new Set<number>();

  constructor(sim: GateSimulator, random: Random, traces: number) {
    this.sim = sim;
    this.random = random;
    this.channelSlices = 1 + random.below(traces);
    this.used = this.channelSlices * (1 + random.below(Math.floor(traces / this.channelSlices)));
    this.traces = Array.from({ length: traces }, () => ({
      done: 0,
      begun: false,
      began: 0,
      ends: 0,
      from: 0,
      passes: 0,
      sums: 0,
    }));
    this.done = this.traces.map(() => 0);
    this.doneBefore = this.done;
    this.taken = new Array<number>(this.channelSlices).fill(0);
    this.finished = [this.ofSlices(), this.ofSlices()];
    for (const port of ["list_comes", "next", "run", "taken"]) sim.set(port, 0);
    sim.set("channel_slices", this.channelSlices);
    sim.set("used", 2 ** this.used - 1);
    reset(sim);
    reset(sim);
  }

  /** What the ports say in a cycle, and what they must. */
  cycle(now: number): void {
    const { sim } = this;
    const ended = this.endJobs(now);
    this.beginJobs(now);
    for (const [at, { done, begun, began }] of this.traces.entries()) {
      sim.set("run", Number(begun), at, 1);
      // a job counts from its second cycle on
      sim.set("next", (done + Number(begun && began < now)) % 16, 4 * at, 4);
    }
    this.bringList();
    for (let at = 0; at < this.used; at++)
      sim.set("taken", Number(this.takes.has(at % this.channelSlices)), at, 1);
    sim.settle();
    this.compare();
    sim.tick();
    this.free = ended;
    [this.doneBefore, this.done] = [this.done, this.traces.map(({ done }) => done)];
    this.finished = [this.finished[1], this.ofSlices()];
  }

  private ofSlices(): number[] {
    return this.taken.map((_, slice) => {
      const holders = this.traces.filter((_, at) => at < this.used && at % this.channelSlices === slice);
      return Math.min(...holders.map(({ sums }) => sums));
    });
  }

  /** Ends jobs, and passes lists now and then. Returns the unused traces that are done with sums. */
  private endJobs(now: number): number[] {
    const ended: number[] = [];
    for (const [at, trace] of this.traces.entries()) {
      const ends = trace.begun && trace.ends === now;
      const passes = !trace.begun && trace.passes <= now && this.canGoOn(at) && this.random.below(20) === 0;
      if (!ends && !passes) continue;
      trace.begun = false;
      trace.passes = now + 1;
      if (passes) trace.from = now + 1;
      if (this.lists[trace.done++]) {
        trace.sums++;
        if (at >= this.used) ended.push(at);
      }
    }
    return ended;
  }

  /** Whether a trace has a list, and a set for sums. */
  private canGoOn(at: number): boolean {
    const { done, sums } = this.traces[at];
    const taken = at < this.used ? this.taken[at % this.channelSlices] : sums;
    return done < this.lists.length && sums - taken < sets - 1;
  }

  private beginJobs(now: number): void {
    let free = macs - this.traces.filter(({ begun }) => begun).length;
    for (const [at, trace] of this.traces.entries()) {
      if (free === 0 || trace.begun || trace.from > now || !this.canGoOn(at) || this.random.below(3) === 0)
        continue;
      free--;
      trace.begun = true;
      trace.began = now;
      trace.ends = now + 1 + this.random.below(60);
      this.jobs++;
    }
  }

  private bringList(): void {
    const slowest = Math.min(...this.traces.map(({ done }) => done));
    const comes = this.lists.length < slowest + listAhead;
    const last = this.random.below(3) === 0;
    this.sim.set("list_comes", Number(comes));
    this.sim.set("comes_last", Number(last));
    if (comes) this.lists.push(last);
  }

  /** What was finished two cycles before and is not known to be taken; then some of it is taken, each slice in every second cycle at most. */
  private compare(): void {
    const [before] = this.finished;
    const takes = new Set<number>();
    for (let slice = 0; slice < this.traces.length; slice++) {
      const known =
        slice < this.channelSlices && before[slice] > this.taken[slice] - Number(this.takes.has(slice));
      mustBe(`finished, slice ${slice}`, this.sim.number("finished", slice, 1), Number(known));
      if (!known || this.takes.has(slice) || this.random.below(4) > 0) continue;
      takes.add(slice);
      this.taken[slice]++;
    }
    for (const [at, done] of this.done.entries()) {
      mustBe(`free, trace ${at}`, this.sim.number("free", at, 1), Number(this.free.includes(at)));
      mustBe(`done, trace ${at}`, this.sim.number("done", at, 1), done - this.doneBefore[at]);
      mustBe(`done_lists, trace ${at}`, this.sim.number("done_lists", 4 * at, 4), done % 16);
    }
    this.takes = takes;
  }
}
