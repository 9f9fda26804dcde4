import { swgCycleModel } from "../src/hardware/array/swg-cycle-model.ts";
import { swgParameters } from "../src/hardware/parameters.ts";
import type { Kernel } from "../src/kernel/kernel.ts";
import { defaults } from "../src/parameter.ts";
import type { OccupancySource } from "../src/trace/occupancy.ts";
import { type Spent, timed } from "./measurement.ts";

/** Counts a layer's valid pairs and runs it on the SWG machine, the choice of its mapping included. */
export function simulate(kernel: Kernel, source: OccupancySource, layer: string): Spent {
  const made = timed(() => source.occupancy(layer));
  const { seconds, result } = timed(() => {
    kernel.simulate(swgCycleModel, made.result, defaults(swgParameters));
    return kernel.validPairs(made.result);
  });
  return { seconds, makingSeconds: made.seconds, validPairs: result };
}
