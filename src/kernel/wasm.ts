import { arrayActivity } from "../hardware/controller/array-events.ts";
import { chooseMapping } from "../hardware/controller/choose-mapping.ts";
import type { LayerCounts } from "../hardware/dataflow/layer-statistics.ts";
import type { Mapping } from "../hardware/dataflow/mapping.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { Engine } from "./engine.ts";
import { engineCounts } from "./engine-counts.ts";
import { runMapping } from "./engine-run.ts";
import type { Kernel } from "./kernel.ts";

/** Made at first use, and used for every layer after that. */
let made: Engine | undefined;

/** The engine with a layer in it. */
export function engineWith(occupancy: Occupancy): Engine {
  made ??= new Engine();
  made.load(occupancy);
  return made;
}

/**
 * The compiled engine. The host's part, which mapping and which k's and channels go where, is the reference's own;
 * all that the machine does is written a second time in assembly/, and equals the reference integer for integer.
 */
export const fast: Kernel = {
  name: "fast",
  validPairs: (occupancy) => engineWith(occupancy).validPairs(),
  swg(occupancy, parameters) {
    const engine = engineWith(occupancy);
    const counts = engineCounts(engine, occupancy);
    const mapping = mappingOf(engine, counts, parameters);
    const { activity } = runMapping(engine, counts, mapping, parameters);
    return arrayActivity(activity, counts, mapping, parameters);
  },
};

/** The mapping that both kernels choose for a layer. */
export function fastMapping(occupancy: Occupancy, parameters: SwgParameters): Mapping {
  const engine = engineWith(occupancy);
  return mappingOf(engine, engineCounts(engine, occupancy), parameters);
}

const mappingOf = (engine: Engine, counts: LayerCounts, parameters: SwgParameters): Mapping =>
  chooseMapping(counts, parameters, (mapping, episodes) => {
    const { activity, episodeEnds } = runMapping(engine, counts, mapping, parameters, episodes);
    return { cycles: activity.cycles, episodeEnds };
  });
