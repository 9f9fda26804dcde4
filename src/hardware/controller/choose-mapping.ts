import { denseMacs } from "../../workload/layer.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { otherRounds, promisingMappings } from "../dataflow/mapper.ts";
import { episodeCount, loopNest, type Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";

/** The first `episodes` episodes of a layer under a mapping; all of them where there are not so many. */
export type Trial = (
  mapping: Mapping,
  episodes: number,
) => {
  readonly cycles: number;
  /** cycle at which every column was done with an episode */
  readonly episodeEnds: ArrayLike<number>;
};

/** Mappings that are tried before one is chosen. */
const trials = 12;
/** A layer of no more dense MACs is tried whole. */
const smallLayerMacs = 2 ** 27;
/** Dense MACs of a larger layer that a trial simulates; what is left is taken to go on alike. */
const trialMacs = 2 ** 24;

/**
 * The mapping that a host would choose that tries the most promising ones on its model of the machine:
 * first with rounds of one size, then the best of them with the others. Assumed, D9.
 */
export function chooseMapping(statistics: LayerCounts, parameters: SwgParameters, trial: Trial): Mapping {
  const best = (mappings: readonly Mapping[]): { mapping: Mapping; cycles: number } =>
    mappings
      .map((mapping) => ({ mapping, cycles: trialCycles(statistics, mapping, parameters, trial) }))
      .reduce((least, other) => (other.cycles < least.cycles ? other : least));
  const first = best(promisingMappings(statistics, parameters, trials));
  const others = otherRounds(first.mapping, parameters);
  if (others.length === 0) return first.mapping;
  const second = best(others);
  return second.cycles < first.cycles ? second.mapping : first.mapping;
}

/** Cycles under a mapping: of the whole layer, or as far as `trialMacs` go and then at the pace of the second half. */
function trialCycles(
  statistics: LayerCounts,
  mapping: Mapping,
  parameters: SwgParameters,
  trial: Trial,
): number {
  const episodes = episodeCount(loopNest(statistics.layer, mapping, parameters));
  const macs = denseMacs(statistics.layer);
  const share = macs <= smallLayerMacs ? 1 : trialMacs / macs;
  const tried = Math.max(2, Math.ceil(share * episodes));
  const { cycles, episodeEnds } = trial(mapping, tried);
  if (tried >= episodes) return cycles;
  const middle = Math.floor(tried / 2);
  const pace = (episodeEnds[tried - 1] - episodeEnds[middle - 1]) / (tried - middle);
  return cycles + pace * (episodes - tried);
}
