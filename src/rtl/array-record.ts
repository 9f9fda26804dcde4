import { type ArrayObserver, type LayerRun, simulateLayer } from "../hardware/array/controller.ts";
import type { RoundTimes, RoundWork } from "../hardware/column/column.ts";
import type { LayerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { type LoopNest, loopNest, type Mapping } from "../hardware/dataflow/mapping.ts";
import type { DrainTimes } from "../hardware/drain/gradient-drain.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import type { EpisodePlan, Round } from "../hardware/schedule/episode-plan.ts";
import type { Occupancy } from "../trace/occupancy.ts";

export interface RecordedEpisode {
  readonly plan: EpisodePlan;
  /** cycles at which its fmap chunks were there, and at which every column was done with it */
  readonly loaded: number;
  done: number;
  /** [team] k's of the residencies before */
  readonly ksBefore: readonly number[];
}

export interface RecordedRound {
  readonly episode: number;
  readonly round: Round;
  readonly work: RoundWork;
  readonly times: RoundTimes;
}

/** What the cycle model did with a layer, event by event. */
export interface ArrayRecord {
  readonly run: LayerRun;
  readonly nest: LoopNest;
  readonly episodes: readonly RecordedEpisode[];
  /** [column] in order */
  readonly rounds: readonly (readonly RecordedRound[])[];
  /** [team] one for each k of each residency */
  readonly drains: readonly (readonly (DrainTimes & { readonly k: number })[])[];
}

/** Runs the cycle model and keeps every event. */
export function recordLayer(
  occupancy: Occupancy,
  statistics: LayerStatistics,
  mapping: Mapping,
  parameters: SwgParameters,
): ArrayRecord {
  const nest = loopNest(statistics.layer, mapping, parameters);
  const episodes: RecordedEpisode[] = [];
  const rounds: RecordedRound[][] = Array.from({ length: parameters.columns }, () => []);
  const drains: (DrainTimes & { k: number })[][] = Array.from({ length: nest.teams }, () => []);
  let ksBefore = drains.map(() => 0);
  const observer: Partial<ArrayObserver> = {
    chunk(plan, loaded) {
      const before = episodes.at(-1)?.plan;
      if (before?.lastOfResidency)
        ksBefore = ksBefore.map((ks, team) => ks + before.residency.ks[team].length);
      episodes.push({ plan, loaded, done: 0, ksBefore });
    },
    round: (column, round, work, times) =>
      rounds[column].push({ episode: episodes.length - 1, round, work, times }),
    episode(done) {
      episodes[episodes.length - 1].done = done;
    },
    drain: (team, k, times) => drains[team].push({ ...times, k }),
  };
  const all = Number.POSITIVE_INFINITY;
  const run = simulateLayer(occupancy, statistics, mapping, parameters, all, observer);
  return { run, nest, episodes, rounds, drains };
}
