import { type CycleBreakdown, emptyBreakdown, type IdleCause, noBalance } from "../../events.ts";
import type { Occupancy } from "../../trace/occupancy.ts";
import type { CountedActivity } from "../array-events/array-events.ts";
import { bookRound } from "../balancer/round-balance.ts";
import { memoryOf } from "../buffer/memory.ts";
import { Column, type RoundTimes, type WaitObserver } from "../column/column.ts";
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
  observer?: Partial<ArrayObserver>,
): LayerRun {
  const { columns: columnCount, rows, slack } = parameters;
  const nest = loopNest(statistics.layer, mapping, parameters);
  const memory = memoryOf(statistics, nest, mapping, parameters);
  const waitObserver =
    (at: number): WaitObserver =>
    (cause, from, to) =>
      observer?.waited?.(at, cause, from, to);
  const columns = Array.from(
    { length: columnCount },
    (_, at) => new Column(rows, memory.readPort, parameters.columnEmapBytes, waitObserver(at)),
  );
  const events = {
    macs: 0,
    fmapReadBytes: 0,
    emapReadBytes: 0,
    dramReadBytes: 0,
    traceVectors: 0,
    routedPairs: 0,
  };
  const balance = noBalance();

  const planned: EpisodePlan[] = [];
  function* dramItems(): Generator<readonly number[]> {
    for (const plan of episodePlans(statistics, nest, mapping, parameters, memory.residents)) {
      planned.push(plan);
      const items = [plan.fmapDramBytes, ...plan.emapDramBytes];
      events.dramReadBytes += items.reduce((sum, bytes) => sum + bytes, 0);
      yield items;
    }
  }
  const prefetcher = new Prefetcher(dramItems(), memory.dram, memory.streamBytes);
  const writeQueue = new WriteQueue(memory.writePort, memory.dram, memory.writeQueueBytes);
  const drain = new GradientDrain(statistics, nest, mapping, parameters, memory, writeQueue);

  /** [episode] cycle at which every column was done with it */
  const done: number[] = [];
  const doneBefore = (episode: number) => (episode < 0 ? 0 : done[episode]);
  let fmapLoaded = 0;
  /** [team][place] cycle at which the last column of the team was done with a k of the residency */
  let ready: number[][] = [];

  for (
    let episode = 0, plan = planned.shift();
    plan && episode < episodes;
    plan = planned.shift(), episode++
  ) {
    const fmapInBuffer = prefetcher.arrival();
    const chunkFree = doneBefore(episode - fmapChunkSlots(parameters));
    const loadFrom = Math.max(fmapLoaded, chunkFree, fmapInBuffer);
    fmapLoaded = memory.loadFmap(loadFrom, plan.fmapBytes, plan.fmapBytesOfPe);
    observer?.chunk?.(plan, fmapLoaded);
    prefetcher.take(fmapLoaded);
    events.fmapReadBytes += plan.fmapBytes;

    const counter = new RoundCounter(occupancy, mapping, parameters, plan);
    if (plan.firstOfResidency) ready = plan.residency.ks.map((ks) => ks.map(() => 0));
    for (let r = 0; r < plan.emapDramBytes.length; r++) {
      const emapInBuffer = prefetcher.arrival();
      let taken = emapInBuffer;
      for (const [at, column] of columns.entries()) {
        const round = plan.rounds[at].at(r);
        if (!round) continue;
        const team = Math.floor(at / mapping.teamColumns);
        const places = Array.from({ length: round.last - round.first }, (_, i) => round.first + i);
        const work = counter.work(at, round);
        const needs = {
          slackCycle: doneBefore(episode - 1 - slack),
          chunkFreeCycle: chunkFree,
          fmapInBufferCycle: fmapInBuffer,
          fmapLoadedCycle: fmapLoaded,
          emapInBufferCycle: emapInBuffer,
          drainedCycle: plan.firstOfResidency ? drain.roomFor(team, round.last) : 0,
        };
        const times = column.round(needs, work);
        observer?.round?.(at, round, work, times);
        for (const i of places) ready[team][i] = Math.max(ready[team][i], column.end);
        taken = Math.max(taken, column.fetched);
        bookRound(balance, work, rows);
        events.macs += work.pairs;
        events.routedPairs += work.routed;
        events.emapReadBytes += round.emapBytes;
      }
      prefetcher.take(taken);
    }
    events.traceVectors += counter.vectors;
    done.push(Math.max(doneBefore(episode - 1), ...columns.map((column) => column.end)));
    observer?.episode?.(done[episode]);
    if (plan.lastOfResidency) drain.send(plan.residency, ready, (...sent) => observer?.drain?.(...sent));
  }

  const finished = Math.max(...columns.map((column) => column.end));
  const cycles = Math.max(1, finished, writeQueue.written);
  const activity = {
    cycles,
    macs: columnCount * rows,
    mapping: describeMapping(mapping),
    breakdown: totalBreakdown(columns, finished, cycles),
    balance,
    events: { ...events, gradientWriteBytes: drain.writtenBytes, dramWriteBytes: drain.writtenBytes },
  };
  return { activity, episodeEnds: done };
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
