import { denseMacs } from "../../workload/layer.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { promisingMappings } from "../dataflow/mapper.ts";
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

/** Mappings that are looked at, and those of them that are tried further. */
const firstTrials = 12;
const secondTrials = 4;
/** A layer of no more dense MACs is tried whole. */
const smallLayerMacs = 2 ** 25;
/** Dense MACs of a larger layer that the trials simulate; what is left is taken to go on alike. */
const firstTrialMacs = 2 ** 21;
const secondTrialMacs = 2 ** 24;

/**
 * The mapping that a host would choose that tries the most promising ones on its model of the machine: all of them
 * on a little of the layer, then the best of those on more of it. Assumed, D9.
 */
export function chooseMapping(statistics: LayerCounts, parameters: SwgParameters, trial: Trial): Mapping {
  const best = (mappings: readonly Mapping[], macs: number): Mapping[] => {
    const cycles = new Map(
      mappings.map((mapping) => [mapping, trialCycles(statistics, mapping, parameters, trial, macs)]),
    );
    return mappings.toSorted((a, b) => cycles.get(a)! - cycles.get(b)!);
  };
  const promising = promisingMappings(statistics, parameters, firstTrials);
  if (denseMacs(statistics.layer) <= smallLayerMacs) return best(promising, smallLayerMacs)[0];
  const further = best(promising, firstTrialMacs).slice(0, secondTrials);
  return best(further, secondTrialMacs)[0];
}

/** Cycles under a mapping: of the whole layer, or as far as `macs` go and then at the pace of the second half. */
function trialCycles(
  statistics: LayerCounts,
  mapping: Mapping,
  parameters: SwgParameters,
  trial: Trial,
  macs: number,
): number {
  const episodes = episodeCount(loopNest(statistics.layer, mapping, parameters));
  const tried = Math.max(2, Math.ceil((macs / denseMacs(statistics.layer)) * episodes));
  const { cycles, episodeEnds } = trial(mapping, tried);
  if (tried >= episodes) return cycles;
  const middle = Math.floor(tried / 2);
  const pace = (episodeEnds[tried - 1] - episodeEnds[middle - 1]) / (tried - middle);
  return cycles + pace * (episodes - tried);
}
