import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { episodeCount, type LoopNest, loopNest, type Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";
import { promisingMappings } from "./mapper.ts";

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

/**
 * The mapping that a host would choose that tries the most promising ones on its model of the machine: all of them
 * on a little of a large layer, then the best of those on more of it. Assumed, D9.
 */
export function chooseMapping(statistics: LayerCounts, parameters: SwgParameters, trial: Trial): Mapping {
  const { layer } = statistics;
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
  const best = (mappings: readonly Mapping[], work: number): Mapping[] =>
    mappings
      .map((mapping) => ({ mapping, cycles: cyclesOf(mapping, work) }))
      .sort((a, b) => a.cycles - b.cycles)
      .map(({ mapping }) => mapping);
  const promising = promisingMappings(statistics, parameters, firstTrials);
  const further = best(promising, firstWork).slice(0, furtherTrials);
  return best(further, furtherWork)[0];
}

/** Columns x k's of each, over all episodes: how often a k's emap chunk goes to a column. */
const workOf = (nest: LoopNest, { columns }: SwgParameters): number =>
  (episodeCount(nest) * columns * nest.groupKs) / nest.kBlocks / nest.teamsPerDomain;

/** Cycles of all episodes, when those that were not tried go on at the pace of the second half of those that were. */
function trialCycles({ cycles, episodeEnds }: ReturnType<Trial>, tried: number, episodes: number): number {
  const middle = Math.floor(tried / 2);
  const pace = (episodeEnds[tried - 1] - episodeEnds[middle - 1]) / (tried - middle);
  return cycles + pace * (episodes - tried);
}
