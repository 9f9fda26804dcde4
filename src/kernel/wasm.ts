import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import { arrayActivity } from "../hardware/array-events/array-events.ts";
import type { CycleModel } from "../hardware/cycle-model.ts";
import { type LayerCounts, totalsOf } from "../hardware/dataflow/layer-statistics.ts";
import type { Mapping } from "../hardware/dataflow/mapping.ts";
import { chooseMapping, estimatedMapping } from "../hardware/mapper/choose-mapping.ts";
import { onceUnder } from "../hardware/once.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { emapSize, fmapSize, gradientSize } from "../workload/layer.ts";
import { checkedKernel } from "./checked-kernel.ts";
import { Engine } from "./engine.ts";
import { engineCounts } from "./engine-counts.ts";
import { runMapping, tryMapping } from "./engine-run.ts";

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

/** The SWG machine on the engine: mapping, k's and channels as in the reference, all that the machine does in assembly/. */
const simulateSwg: (typeof swgCycleModel)["simulate"] = (occupancy, parameters, onProgress) =>
  withEngine(occupancy, (engine) => {
    const counts = engineCounts(engine, occupancy);
    const mapping = mappingOf(engine, counts, parameters);
    const run = runMapping(engine, counts, mapping, parameters, { onProgress });
    return arrayActivity(run, counts, mapping, parameters);
  });

/** What the engine runs, under the model that it equals: itself, not its name, which any other may bear. */
const onEngine = new Map<CycleModel, CycleModel["simulate"]>([[swgCycleModel, simulateSwg]]);

/**
 * The compiled engine, which equals the reference integer for integer: it is written a second time, in assembly/. Models
 * that it does not have run in their own fast form, or as they are defined.
 */
export const fast = checkedKernel({
  name: "fast",
  validPairs: (occupancy) => withEngine(occupancy, (engine) => engine.validPairs()),
  simulate(model, occupancy, parameters, onProgress) {
    const ofEngine = onEngine.get(model);
    if (ofEngine) return ofEngine(occupancy, parameters, onProgress);
    if (model.simulateFast) return model.simulateFast(occupancy, parameters, onProgress);
    return model.simulate(occupancy, parameters, onProgress);
  },
});

/** The mapping that both kernels choose for a layer. */
export const fastMapping = (occupancy: Occupancy, parameters: SwgParameters): Mapping =>
  withEngine(occupancy, (engine) => mappingOf(engine, engineCounts(engine, occupancy), parameters));

/** A mapping that is estimated nearly best, found without a trial: a first answer, which `fastMapping` betters. */
export const fastEstimate = (occupancy: Occupancy, parameters: SwgParameters): Mapping =>
  withEngine(occupancy, (engine) => estimatedMapping(engineCounts(engine, occupancy), parameters));

const mappingOf = (engine: Engine, counts: LayerCounts, parameters: SwgParameters): Mapping =>
  onceForDense(counts, parameters, () =>
    chooseMapping(counts, parameters, (mapping, options) =>
      tryMapping(engine, counts, mapping, parameters, options),
    ),
  );

/** Mappings of layers without any zero, by shape and machine: those of one shape are alike, and a transformer has many. */
const dense = new Map<string, Mapping>();
const mostDense = 64;

function onceForDense(counts: LayerCounts, parameters: SwgParameters, choose: () => Mapping): Mapping {
  const { layer } = counts;
  const { fmap, emap, wanted } = totalsOf(counts);
  if (fmap < fmapSize(layer) || emap < emapSize(layer) || wanted < gradientSize(layer)) return choose();
  if (dense.size === mostDense) dense.clear();
  return onceUnder(dense, JSON.stringify([{ ...layer, name: "" }, parameters]), choose);
}
