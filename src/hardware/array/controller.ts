import { type CycleBreakdown, emptyBreakdown, type IdleCause, noBalance } from "../../events.ts";
import type { Occupancy } from "../../trace/occupancy.ts";
import type { CountedActivity } from "../array-events/array-events.ts";
import { bookRound } from "../balancer/round-balance.ts";
import { type Memory, memoryOf } from "../buffer/memory.ts";
import { Column, type RoundNeeds, type RoundTimes, type WaitObserver } from "../column/column.ts";
import type { LayerStatistics } from "../dataflow/layer-statistics.ts";
import { describeMapping, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { type DrainTimes, GradientDrain } from "../drain/gradient-drain.ts";
import { Prefetcher } from "../dram/prefetcher.ts";
import { WriteQueue } from "../dram/write-queue.ts";
import type { Trial } from "../mapper/choose-mapping.ts";
import { fmapChunkSlots, type SwgParameters } from "../parameters.ts";
import { type EpisodePlan, episodePlans, type Round } from "../schedule/episode-plan.ts";
import { type CountedRound, RoundCounter } from "./round-work.ts";

export interface LayerRun {
  readonly activity: CountedActivity;
  /** cycle at which every column was done with an episode */
  readonly episodeEnds: readonly number[];
}

/** Is told what happens in a run, in the order in which it is worked out: by episodes, then rounds, then columns. */
export interface ArrayObserver {
  /** an episode's fmap chunks, and the cycle at which they were there */
  chunk(plan: EpisodePlan, loaded: number): void;
  round(column: number, round: Round, work: CountedRound, times: RoundTimes): void;
  /** every PE of a column waited from cycle `from` to `to`; of one column in the order of time */
  waited(column: number, cause: IdleCause, from: number, to: number): void;
  /** every column was done with the episode */
  episode(done: number): void;
  drain(team: number, k: number, times: DrainTimes): void;
}

/**
 * One layer on the array, exact to the cycle, by events and counts: episodes in order, in each the columns'
 * rounds in order, every time worked out from those before it. Stops after `episodes`, if there are more.
 */
export function simulateLayer(
  occupancy: Occupancy,
  statistics: LayerStatistics,
  mapping: Mapping,
  parameters: SwgParameters,
  episodes = Number.POSITIVE_INFINITY,
  observer: Partial<ArrayObserver> = {},
): LayerRun {
  const run = new ArrayRun(occupancy, statistics, mapping, parameters, observer);
  for (let episode = 0; episode < episodes; episode++) {
    const plan = run.planned.shift();
    if (!plan) break;
    run.simulateEpisode(plan);
  }
  return run.finish();
}

/** What all rounds of an episode wait for. */
type EpisodeNeeds = Omit<RoundNeeds, "emapInBufferCycle" | "drainedCycle">;

/** A layer on the array, as far as it was simulated. */
class ArrayRun {
  /** episodes that DRAM was asked for, or will be next, and that are not simulated yet */
  readonly planned: EpisodePlan[] = [];
  private readonly occupancy: Occupancy;
  private readonly mapping: Mapping;
  private readonly parameters: SwgParameters;
  private readonly observer: Partial<ArrayObserver>;
  private readonly memory: Memory;
  private readonly columns: readonly Column[];
  private readonly prefetcher: Prefetcher;
  private readonly writeQueue: WriteQueue;
  private readonly drain: GradientDrain;
  private readonly balance = noBalance();
  private readonly events = {
    macs: 0,
    fmapReadBytes: 0,
    emapReadBytes: 0,
    dramReadBytes: 0,
    traceVectors: 0,
    routedPairs: 0,
  };
  /** [episode] cycle at which every column was done with it */
  private readonly done: number[] = [];
  private fmapLoaded = 0;
  /** [team][place] cycle at which the last column of the team was done with a k of the residency */
  private ready: number[][] = [];

  constructor(
    occupancy: Occupancy,
    statistics: LayerStatistics,
    mapping: Mapping,
    parameters: SwgParameters,
    observer: Partial<ArrayObserver>,
  ) {
    this.occupancy = occupancy;
    this.mapping = mapping;
    this.parameters = parameters;
    this.observer = observer;
    const { columns, rows, columnEmapBytes } = parameters;
    const nest = loopNest(statistics.layer, mapping, parameters);
    const memory = memoryOf(statistics, nest, mapping, parameters);
    const waitObserver =
      (at: number): WaitObserver =>
      (cause, from, to) =>
        observer.waited?.(at, cause, from, to);
    this.memory = memory;
    this.columns = Array.from(
      { length: columns },
      (_, at) => new Column(rows, memory.readPort, columnEmapBytes, waitObserver(at)),
    );
    const plans = episodePlans(statistics, nest, mapping, parameters, memory.residents);
    this.prefetcher = new Prefetcher(this.itemsOf(plans), memory.dram, memory.streamBytes);
    this.writeQueue = new WriteQueue(memory.writePort, memory.dram, memory.writeQueueBytes);
    this.drain = new GradientDrain(statistics, nest, mapping, parameters, memory, this.writeQueue);
  }

  /** What DRAM is asked for, episode by episode. */
  private *itemsOf(plans: Iterable<EpisodePlan>): Generator<readonly number[]> {
    for (const plan of plans) {
      this.planned.push(plan);
      const items = [plan.fmapDramBytes, ...plan.emapDramBytes];
      this.events.dramReadBytes += items.reduce((sum, bytes) => sum + bytes, 0);
      yield items;
    }
  }

  private doneBefore(episode: number): number {
    return episode < 0 ? 0 : this.done[episode];
  }

  simulateEpisode(plan: EpisodePlan): void {
    const { columns, observer } = this;
    const needs = this.loadFmap(plan);
    const counter = new RoundCounter(this.occupancy, this.mapping, this.parameters, plan);
    if (plan.firstOfResidency) this.ready = plan.residency.ks.map((ks) => ks.map(() => 0));
    for (let r = 0; r < plan.emapDramBytes.length; r++) this.simulateRounds(plan, r, needs, counter);
    this.events.traceVectors += counter.vectors;
    const done = Math.max(this.doneBefore(this.done.length - 1), ...columns.map((column) => column.end));
    this.done.push(done);
    observer.episode?.(done);
    if (plan.lastOfResidency)
      this.drain.send(plan.residency, this.ready, (...sent) => observer.drain?.(...sent));
  }

  /** Loads the fmap of the next episode; returns what its rounds wait for. */
  private loadFmap(plan: EpisodePlan): EpisodeNeeds {
    const episode = this.done.length;
    const fmapInBufferCycle = this.prefetcher.arrival();
    const chunkFreeCycle = this.doneBefore(episode - fmapChunkSlots(this.parameters));
    const from = Math.max(this.fmapLoaded, chunkFreeCycle, fmapInBufferCycle);
    this.fmapLoaded = this.memory.loadFmap(from, plan.fmapBytes, plan.fmapBytesOfPe);
    this.observer.chunk?.(plan, this.fmapLoaded);
    this.prefetcher.take(this.fmapLoaded);
    this.events.fmapReadBytes += plan.fmapBytes;
    const slackCycle = this.doneBefore(episode - 1 - this.parameters.slack);
    return { slackCycle, chunkFreeCycle, fmapInBufferCycle, fmapLoadedCycle: this.fmapLoaded };
  }

  /** Round number `r` of each column that has one. */
  private simulateRounds(plan: EpisodePlan, r: number, needs: EpisodeNeeds, counter: RoundCounter): void {
    const emapInBufferCycle = this.prefetcher.arrival();
    let taken = emapInBufferCycle;
    for (const [at, column] of this.columns.entries()) {
      const round = plan.rounds[at].at(r);
      if (!round) continue;
      const team = Math.floor(at / this.mapping.teamColumns);
      const work = counter.work(at, round);
      const drainedCycle = plan.firstOfResidency ? this.drain.roomFor(team, round.last) : 0;
      const times = column.round({ ...needs, emapInBufferCycle, drainedCycle }, work);
      this.observer.round?.(at, round, work, times);
      const ready = this.ready[team];
      for (let i = round.first; i < round.last; i++) ready[i] = Math.max(ready[i], column.end);
      taken = Math.max(taken, column.fetched);
      this.book(round, work);
    }
    this.prefetcher.take(taken);
  }

  private book(round: Round, work: CountedRound): void {
    bookRound(this.balance, work, this.parameters.rows);
    this.events.macs += work.pairs;
    this.events.routedPairs += work.routed;
    this.events.emapReadBytes += round.emapBytes;
  }

  /** What came of it, when the last gradients are in DRAM. */
  finish(): LayerRun {
    const { columns, events, balance } = this;
    const finished = Math.max(...columns.map((column) => column.end));
    const cycles = Math.max(1, finished, this.writeQueue.written);
    const { writtenBytes } = this.drain;
    const activity = {
      cycles,
      macs: columns.length * this.parameters.rows,
      mapping: describeMapping(this.mapping),
      breakdown: totalBreakdown(columns, finished, cycles),
      balance,
      events: { ...events, gradientWriteBytes: writtenBytes, dramWriteBytes: writtenBytes },
    };
    return { activity, episodeEnds: this.done };
  }
}

/** Tries mappings of a layer by simulating them. */
export const trialOf =
  (occupancy: Occupancy, statistics: LayerStatistics, parameters: SwgParameters): Trial =>
  (mapping, episodes) => {
    const { activity, episodeEnds } = simulateLayer(occupancy, statistics, mapping, parameters, episodes);
    return { cycles: activity.cycles, episodeEnds };
  };

/** Adds up the columns; what is left to the end of the layer is booked on the slowest column and the drain. */
function totalBreakdown(columns: readonly Column[], finished: number, cycles: number): CycleBreakdown {
  const total = emptyBreakdown();
  for (const column of columns) {
    column.idle(column.breakdown.busy > 0 ? "betweenColumns" : "mapping", finished);
    column.idle("fillDrain", cycles);
    for (const [cause, peCycles] of Object.entries(column.breakdown))
      total[cause as keyof CycleBreakdown] += peCycles;
  }
  return total;
}
