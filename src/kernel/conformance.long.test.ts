import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyExtremeSwg, anyOccupancy, anySwg } from "../../test/random-layers.ts";
import { sharedTraces } from "../../test/shared-data.ts";
import { simulateLayer } from "../hardware/array/controller.ts";
import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import { arrayActivity } from "../hardware/array-events/array-events.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { InputError } from "../input-error.ts";
import { withValues } from "../parameter.ts";
import { openTrace } from "../trace/file.ts";
import { type Occupancy, occupancy } from "../trace/occupancy.ts";
import { syntheticTrace } from "../trace/synthetic.ts";
import { reference } from "./reference.ts";
import { fast, fastMapping } from "./wasm.ts";

/** Valid pairs and the whole account, under the mapping that is chosen, which drawn layers hold against the reference's choice. */
function expectEqual(occupied: Occupancy, given: Partial<SwgParameters>): void {
  const parameters = withValues("swg", swgParameters, given);
  expect(fast.validPairs(occupied)).toBe(reference.validPairs(occupied));
  const flat = flattenPointwise(occupied);
  const statistics = layerStatistics(flat);
  const mapping = fastMapping(occupied, parameters);
  const run = simulateLayer(flat, statistics, mapping, parameters);
  expect(fast.simulate(swgCycleModel, occupied, parameters)).toEqual(
    arrayActivity(run, statistics, mapping, parameters),
  );
}

describe.skipIf(sharedTraces().length === 0)("is the fast engine the reference on every real layer?", () => {
  for (const { name, path } of sharedTraces()) {
    const trace = openTrace(path);
    const layers = trace.layers.map((layer) => layer.name);
    it.each(layers)(`${name}: %s`, (layer) => expectEqual(occupancy(trace.read(layer)), {}));
    if (name.startsWith("lenet"))
      it.each(layers)(`${name}, without limits: %s`, (layer) =>
        expectEqual(occupancy(trace.read(layer)), { unlimitedPorts: true }),
      );
  }
});

describe("and on layers of ImageNet, where DRAM is read dozens of episodes ahead?", () => {
  const trace = syntheticTrace("alexnet", 1, 1);
  it.each(["features.6", "features.8", "features.10"])("alexnet, batch 1: %s", (name) =>
    expectEqual(trace.occupancy(name), {}),
  );
});

/** How many layers are drawn, and from which seed; a failure names the seed and the smallest layer that fails. */
const drawn = Number(process.env.SWG_LAYERS ?? 60);
const seed = Number(process.env.SWG_SEED ?? 1);

/** What comes of it, or the line that refuses it. */
function outcome<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

describe("and on layers and machines drawn at random, the degenerate ones among them?", () => {
  const anyMachine = fc.oneof(fc.constant({}), anySwg, anyExtremeSwg, anyExtremeSwg);

  it(
    `${drawn} layers from seed ${seed}: the same valid pairs, the same account, the same refusals`,
    () => {
      fc.assert(
        fc.property(anyOccupancy, anyMachine, (occupied, given) => {
          const parameters = withValues("swg", swgParameters, { ...given });
          expect(fast.validPairs(occupied)).toBe(reference.validPairs(occupied));
          expect(outcome(() => fast.simulate(swgCycleModel, occupied, parameters))).toEqual(
            outcome(() => reference.simulate(swgCycleModel, occupied, parameters)),
          );
        }),
        { numRuns: drawn, seed },
      );
    },
    300_000 + 200 * drawn,
  );
});
