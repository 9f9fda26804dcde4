import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { episodeCount, type LoopNest, loopNest, type Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";
import { promisingMappings } from "./mapper.ts";
import { movedBytes, trafficOf } from "./traffic.ts";

/** The first `episodes` episodes of a layer under a mapping; all of them where there are not so many. */
export type Trial = (
  mapping: Mapping,
  episodes: number,
) => {
  readonly cycles: number;
  /** cycle at which every column was done with an episode */
  readonly episodeEnds: ArrayLike<number>;
};

/** Mappings that are looked at, and those of them that are tried further. */
const firstTrials = 12;
const furtherTrials = 4;
/** Work up to which a mapping is tried on the whole layer, as `workOf` counts it; and work of the trials of others. */
const smallWork = 2 ** 14;
const firstWork = 2 ** 11;
const furtherWork = 2 ** 13;

/** Of mappings that take as long but for this share, the one that moves least is chosen: it takes less energy. */
const nearTie = 0.005;

/**
 * The mapping that a host would choose that tries the most promising ones on its model of the machine: all of them
 * on a little of a large layer, then the best of those on more of it. Assumed, D9.
 */
export function chooseMapping(counts: LayerCounts, parameters: SwgParameters, trial: Trial): Mapping {
  const { layer } = counts;
  const whole = new Map<Mapping, number>();
  const cyclesOf = (mapping: Mapping, work: number): number => {
    const nest = loopNest(layer, mapping, parameters);
    const episodes = episodeCount(nest);
    const all = workOf(nest, parameters);
    const tried = Math.max(2, Math.ceil((work / all) * episodes));
    if (all > smallWork && tried < episodes) return trialCycles(trial(mapping, tried), tried, episodes);
    const cycles = whole.get(mapping) ?? trial(mapping, episodes).cycles;
    whole.set(mapping, cycles);
    return cycles;
  };
  const fastestFirst = (mappings: readonly Mapping[], work: number): Tried[] =>
    mappings
      .map((mapping) => ({ mapping, cycles: cyclesOf(mapping, work) }))
      .sort((a, b) => a.cycles - b.cycles);
  const promising = promisingMappings(counts, parameters, firstTrials);
  const further = fastestFirst(promising, firstWork).slice(0, furtherTrials);
  const last = fastestFirst(
    further.map(({ mapping }) => mapping),
    furtherWork,
  );
  const moved = (mapping: Mapping): number =>
    movedBytes(trafficOf(counts, loopNest(layer, mapping, parameters), mapping, parameters));
  return last
    .filter(({ cycles }) => cycles <= last[0].cycles * (1 + nearTie))
    .map(({ mapping }) => ({ mapping, bytes: moved(mapping) }))
    .reduce((best, other) => (other.bytes < best.bytes ? other : best)).mapping;
}

interface Tried {
  readonly mapping: Mapping;
  readonly cycles: number;
}

/** Columns x k's of each, over all episodes: how often the lists of a k go to a column. */
const workOf = (nest: LoopNest, { columns }: SwgParameters): number =>
  (episodeCount(nest) * columns * nest.groupKs) / nest.kBlocks / nest.teamsPerDomain;

/** Cycles of all episodes, when those that were not tried go on at the pace of the second half of those that were. */
function trialCycles({ cycles, episodeEnds }: ReturnType<Trial>, tried: number, episodes: number): number {
  const middle = Math.floor(tried / 2);
  const pace = (episodeEnds[tried - 1] - episodeEnds[middle - 1]) / (tried - middle);
  return cycles + pace * (episodes - tried);
}
