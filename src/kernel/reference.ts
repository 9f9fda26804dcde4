import { simulateLayer, trialOf } from "../hardware/array/controller.ts";
import { arrayActivity } from "../hardware/array-events/array-events.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { episodeCount, loopNest } from "../hardware/dataflow/mapping.ts";
import { chooseMapping } from "../hardware/mapper/choose-mapping.ts";
import { countValidPairs } from "../hardware/valid-data-trace/valid-pairs.ts";
import { checkedKernel } from "./checked-kernel.ts";

/** Plain TypeScript; the definition that faster kernels are measured against. */
export const reference = checkedKernel({
  name: "reference",
  validPairs: (occupancy) => countValidPairs(flattenPointwise(occupancy)),
  swg(occupancy, parameters, onProgress) {
    const flat = flattenPointwise(occupancy);
    const statistics = layerStatistics(flat);
    const mapping = chooseMapping(statistics, parameters, trialOf(flat, statistics, parameters));
    const episodes = episodeCount(loopNest(statistics.layer, mapping, parameters));
    let done = 0;
    const observer = { episode: () => onProgress?.(++done / episodes) };
    const { activity } = simulateLayer(flat, statistics, mapping, parameters, episodes, observer);
    return arrayActivity(activity, statistics, mapping, parameters);
  },
});
