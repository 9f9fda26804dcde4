import { arrayActivity } from "../array-events/array-events.ts";
import type { CycleModel } from "../cycle-model.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { episodeCount, loopNest } from "../dataflow/mapping.ts";
import { chooseMapping } from "../mapper/choose-mapping.ts";
import { swgParameters } from "../parameters.ts";
import { simulateLayer, trialOf } from "./controller.ts";

/** One layer's weight gradient on the SWG machine, exact to the cycle, under the mapping that the host chooses for it. */
export const swgCycleModel: CycleModel<typeof swgParameters> = {
  name: "swg",
  parameters: swgParameters,
  simulate(occupancy, parameters, onProgress) {
    const flat = flattenPointwise(occupancy);
    const statistics = layerStatistics(flat);
    const mapping = chooseMapping(statistics, parameters, trialOf(flat, statistics, parameters));
    const episodes = episodeCount(loopNest(statistics.layer, mapping, parameters));
    let done = 0;
    const observer = { episode: () => onProgress?.(++done / episodes) };
    const { activity } = simulateLayer(flat, statistics, mapping, parameters, episodes, observer);
    return arrayActivity(activity, statistics, mapping, parameters);
  },
};
