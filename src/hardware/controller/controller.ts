import { type Activity, type CycleBreakdown, emptyBreakdown } from "../../events.ts";
import type { Occupancy } from "../../trace/occupancy.ts";
import { Column } from "../column/column.ts";
import type { LayerStatistics } from "../dataflow/layer-statistics.ts";
import { describeMapping, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { Prefetcher } from "../dram/prefetcher.ts";
import { WriteQueue } from "../dram/write-queue.ts";
import { fmapChunkSlots, type SwgParameters, valueBytes } from "../parameters.ts";
import { type EpisodePlan, episodePlans } from "./episode-plan.ts";
import { memoryOf } from "./memory.ts";
import { RoundCounter } from "./round-work.ts";

export interface LayerRun {
  readonly activity: Activity;
  /** cycle at which every column was done with an episode */
  readonly episodeEnds: readonly number[];
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
): LayerRun {
  const { columns: columnCount, rows, slack } = parameters;
  const nest = loopNest(statistics.layer, mapping, parameters);
  const memory = memoryOf(statistics, nest, mapping, parameters);
  const columns = Array.from(
    { length: columnCount },
    () => new Column(rows, memory.readPort, parameters.columnEmapBytes),
  );
  const events = {
    ...{ macs: 0, fmapReadBytes: 0, emapReadBytes: 0, gradientWriteBytes: 0 },
    traceVectors: 0,
  };

  const planned: EpisodePlan[] = [];
  let dramReadBytes = 0;
  function* dramItems(): Generator<readonly number[]> {
    for (const plan of episodePlans(statistics, nest, mapping, parameters, memory.residents)) {
      planned.push(plan);
      const items = [plan.fmapDramBytes, ...plan.emapDramBytes];
      dramReadBytes += items.reduce((sum, bytes) => sum + bytes, 0);
      yield items;
    }
  }
  const prefetcher = new Prefetcher(dramItems(), memory.dram, memory.streamBytes);
  const writeQueue = new WriteQueue(memory.writePort, memory.dram, memory.writeQueueBytes);

  /** [episode] cycle at which every column was done with it */
  const done: number[] = [];
  const doneBefore = (episode: number) => (episode < 0 ? 0 : done[episode]);
  /** [team] cycles at which the sums of its k's were drained, one for each k of each residency so far */
  const drained: number[][] = Array.from({ length: nest.teams }, () => []);
  const sumsOfK = mapping.channelsPerPe * mapping.tapRows * statistics.layer.S;
  /** k's whose sums a PE holds: a ring, in which a new k takes the place of the oldest */
  const ksHeld = Math.floor(parameters.accumulators / sumsOfK);
  let fmapLoaded = 0;

  for (
    let episode = 0, plan = planned.shift();
    plan && episode < episodes;
    plan = planned.shift(), episode++
  ) {
    const fmapInBuffer = prefetcher.arrival();
    const chunkFree = doneBefore(episode - fmapChunkSlots(parameters));
    const loadFrom = Math.max(fmapLoaded, chunkFree, fmapInBuffer);
    fmapLoaded = Math.max(
      memory.readPort.transfer(loadFrom, plan.fmapBytes),
      loadFrom + memory.peFmapCycles(plan.fmapBytesOfPe),
    );
    prefetcher.take(fmapLoaded);
    events.fmapReadBytes += plan.fmapBytes;

    const counter = new RoundCounter(occupancy, mapping, parameters, plan);
    /** [team][place] cycle at which the last column of the team was done with a k */
    const ready = plan.residency.ks.map((ks) => ks.map(() => 0));
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
          drainedCycle: plan.firstOfResidency ? drainedBefore(team, round.last) : 0,
        };
        column.round(needs, work);
        for (const i of places) ready[team][i] = Math.max(ready[team][i], column.end);
        taken = Math.max(taken, column.fetched);
        events.macs += work.pairs;
        events.emapReadBytes += round.emapBytes;
      }
      prefetcher.take(taken);
    }
    events.traceVectors += counter.vectors;
    done.push(Math.max(doneBefore(episode - 1), ...columns.map((column) => column.end)));
    if (plan.lastOfResidency) drain(plan, ready);
  }

  /** Cycle at which a team has room for the sums of `ks` more k's than those of the residencies before. */
  function drainedBefore(team: number, ks: number): number {
    const oldest = drained[team].length + ks - 1 - ksHeld;
    return oldest < 0 ? 0 : drained[team][oldest];
  }

  /** Sends the sums of a residency out, the team that can send first served first, its k's in order. */
  function drain({ residency }: EpisodePlan, ready: number[][]): void {
    const sent = ready.map(() => 0);
    const next = (team: number) => Math.max(ready[team][sent[team]], drained[team].at(-1) ?? 0);
    let waiting = residency.ks.flatMap((ks, team) => (ks.length > 0 ? [team] : []));
    while (waiting.length > 0) {
      const team = waiting.reduce((first, other) => (next(other) < next(first) ? other : first));
      const k = residency.ks[team][sent[team]];
      const channels = residency.channels[Math.floor(team / nest.teamsPerDomain)];
      const wanted = channels.map((slice) =>
        slice.reduce((sum, c) => sum + wantedGradients(k, c, residency.kernelRows), 0),
      );
      const sums = wanted.reduce((sum, n) => sum + n, 0);
      const bytes = sums * valueBytes(parameters);
      drained[team].push(writeQueue.put(next(team), bytes, memory.drainCycles(sums, Math.max(...wanted))));
      events.gradientWriteBytes += bytes;
      sent[team]++;
      waiting = waiting.filter((t) => sent[t] < residency.ks[t].length);
    }
  }

  function wantedGradients(k: number, c: number, [r0, r1]: readonly [number, number]): number {
    if (!parameters.gradientSkip) return (r1 - r0) * statistics.layer.S;
    return statistics.wantedTaps(k, c % nest.groupChannels, r0, r1);
  }

  const finished = Math.max(...columns.map((column) => column.end));
  const cycles = Math.max(1, finished, writeQueue.written);
  const activity = {
    ...{ cycles, macs: columnCount * rows, mapping: describeMapping(mapping) },
    breakdown: totalBreakdown(columns, finished, cycles),
    events: { ...events, dramReadBytes, dramWriteBytes: events.gradientWriteBytes },
  };
  return { activity, episodeEnds: done };
}

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
