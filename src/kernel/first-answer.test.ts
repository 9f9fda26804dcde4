import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, holds } from "../../test/random-layers.ts";
import { simulateLayer } from "../hardware/array/controller.ts";
import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import { arrayActivity } from "../hardware/array-events/array-events.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { estimatedMapping } from "../hardware/mapper/choose-mapping.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { fast, fastEstimate } from "./wasm.ts";

describe("is a first answer a simulation like any other?", () => {
  it("of the mapping that the reference estimates, all counts as that simulates it", () => {
    holds(
      fc.property(anyOccupancy, (occupied) => {
        const parameters = withValues("swg", swgParameters, {});
        const flat = flattenPointwise(occupied);
        const counts = layerStatistics(flat);
        const mapping = estimatedMapping(counts, parameters);
        expect(fastEstimate(occupied, parameters)).toEqual(mapping);
        const asked = withValues("swg", swgParameters, { ...mapping });
        expect(fast.simulate(swgCycleModel, occupied, asked)).toEqual(
          arrayActivity(simulateLayer(flat, counts, mapping, asked), counts, mapping, asked),
        );
      }),
      40,
    );
  });
});
