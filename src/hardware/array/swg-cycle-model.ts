import type { Occupancy } from "../../trace/occupancy.ts";
import { arrayActivity } from "../array-events/array-events.ts";
import type { CycleModel } from "../cycle-model.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { type LayerStatistics, layerStatistics } from "../dataflow/layer-statistics.ts";
import { chooseMapping, type Trial } from "../mapper/choose-mapping.ts";
import { type SwgParameters, swgParameters } from "../parameters.ts";
import { simulateLayer } from "./controller.ts";

/** One layer's weight gradient on the SWG machine, exact to the cycle, under the mapping that the host chooses for it. */
export const swgCycleModel: CycleModel<typeof swgParameters> = {
  name: "swg",
  parameters: swgParameters,
  simulate(occupancy, parameters, onProgress) {
    const flat = flattenPointwise(occupancy);
    const statistics = layerStatistics(flat);
    const mapping = chooseMapping(statistics, parameters, trialOf(flat, statistics, parameters));
    const run = simulateLayer(flat, statistics, mapping, parameters, { onProgress });
    return arrayActivity(run, statistics, mapping, parameters);
  },
};

/** Tries mappings of a layer by simulating them. */
export const trialOf =
  (occupancy: Occupancy, statistics: LayerStatistics, parameters: SwgParameters): Trial =>
  (mapping, { sample }) =>
    simulateLayer(occupancy, statistics, mapping, parameters, { sample });
