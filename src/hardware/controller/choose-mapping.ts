import type { Occupancy } from "../../trace/occupancy.ts";
import { denseMacs } from "../../workload/layer.ts";
import type { LayerStatistics } from "../dataflow/layer-statistics.ts";
import { otherRounds, promisingMappings } from "../dataflow/mapper.ts";
import { episodeCount, loopNest, type Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";
import { simulateLayer } from "./controller.ts";

/** Mappings that are tried before one is chosen. */
const trials = 12;
/** Dense MACs that a trial simulates at most; what is left of a larger layer is taken to go on alike. */
const trialMacs = 2 ** 27;

/**
 * The mapping that a host would choose that tries the most promising ones on its model of the machine:
 * first with rounds of one size, then the best of them with the others. Assumed, D9.
 */
export function chooseMapping(
  occupancy: Occupancy,
  statistics: LayerStatistics,
  parameters: SwgParameters,
): Mapping {
  const best = (mappings: readonly Mapping[]): { mapping: Mapping; cycles: number } =>
    mappings
      .map((mapping) => ({ mapping, cycles: trialCycles(occupancy, statistics, mapping, parameters) }))
      .reduce((least, other) => (other.cycles < least.cycles ? other : least));
  const first = best(promisingMappings(statistics, parameters, trials));
  const others = otherRounds(first.mapping, parameters);
  if (others.length === 0) return first.mapping;
  const second = best(others);
  return second.cycles < first.cycles ? second.mapping : first.mapping;
}

/** Cycles of the layer under a mapping: simulated as far as `trialMacs` go, then at the pace of the second half. */
function trialCycles(
  occupancy: Occupancy,
  statistics: LayerStatistics,
  mapping: Mapping,
  parameters: SwgParameters,
): number {
  const episodes = episodeCount(loopNest(statistics.layer, mapping, parameters));
  const share = Math.min(1, trialMacs / denseMacs(statistics.layer));
  const tried = Math.max(2, Math.ceil(share * episodes));
  const { activity, episodeEnds } = simulateLayer(occupancy, statistics, mapping, parameters, tried);
  if (tried >= episodes) return activity.cycles;
  const middle = Math.floor(tried / 2);
  const pace = (episodeEnds[tried - 1] - episodeEnds[middle - 1]) / (tried - middle);
  return activity.cycles + pace * (episodes - tried);
}
