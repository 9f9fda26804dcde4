import { arrayActivity } from "../hardware/array-events/array-events.ts";
import type { LayerCounts } from "../hardware/dataflow/layer-statistics.ts";
import type { Mapping } from "../hardware/dataflow/mapping.ts";
import { chooseMapping } from "../hardware/mapper/choose-mapping.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { checkedKernel } from "./checked-kernel.ts";
import { Engine } from "./engine.ts";
import { engineCounts } from "./engine-counts.ts";
import { runMapping } from "./engine-run.ts";

/** Made at first use, and used for every layer after that. */
let idle: Engine | undefined;

/**
 * What `work` gets out of an engine with the layer in it. The engine is there for the next layer only where nothing failed:
 * what went wrong in one has no say in the next.
 */
function withEngine<T>(occupancy: Occupancy, work: (engine: Engine) => T): T {
  const engine = idle ?? new Engine();
  idle = undefined;
  engine.load(occupancy);
  const result = work(engine);
  idle = engine;
  return result;
}

/**
 * The compiled engine. The host's part, which mapping and which k's and channels go where, is the reference's own;
 * all that the machine does is written a second time in assembly/, and equals the reference integer for integer.
 */
export const fast = checkedKernel({
  name: "fast",
  validPairs: (occupancy) => withEngine(occupancy, (engine) => engine.validPairs()),
  swg: (occupancy, parameters, onProgress) =>
    withEngine(occupancy, (engine) => {
      const counts = engineCounts(engine, occupancy);
      const mapping = mappingOf(engine, counts, parameters);
      const { activity } = runMapping(engine, counts, mapping, parameters, { onProgress });
      return arrayActivity(activity, counts, mapping, parameters);
    }),
});

/** The mapping that both kernels choose for a layer. */
export const fastMapping = (occupancy: Occupancy, parameters: SwgParameters): Mapping =>
  withEngine(occupancy, (engine) => mappingOf(engine, engineCounts(engine, occupancy), parameters));

const mappingOf = (engine: Engine, counts: LayerCounts, parameters: SwgParameters): Mapping =>
  chooseMapping(counts, parameters, (mapping, episodes) => {
    const { activity, episodeEnds } = runMapping(engine, counts, mapping, parameters, { episodes });
    return { cycles: activity.cycles, episodeEnds };
  });
