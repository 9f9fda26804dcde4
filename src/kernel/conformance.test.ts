import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, anySwg, holds } from "../../test/random-layers.ts";
import { drawnMapping } from "../../test/random-mappings.ts";
import { simulateLayer } from "../hardware/array/controller.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { Engine } from "./engine.ts";
import { engineCounts } from "./engine-counts.ts";
import { runMapping } from "./engine-run.ts";

const engine = new Engine();

const anyCut = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 10 }));

describe("is the fast engine the reference, integer for integer?", () => {
  it("every count and the end of every episode, of any layer on any machine under any mapping, cut short or not", () => {
    holds(
      fc.property(anyOccupancy, anySwg, fc.nat(), anyCut, (occupied, given, seed, episodes) => {
        const parameters = withValues("swg", swgParameters, { ...given });
        const flat = flattenPointwise(occupied);
        const mapping = drawnMapping(flat.layer, parameters, seed);
        if (!mapping) return;
        const slow = simulateLayer(flat, layerStatistics(flat), mapping, parameters, episodes);
        engine.load(occupied);
        const counts = engineCounts(engine, occupied);
        expect(runMapping(engine, counts, mapping, parameters, { episodes })).toEqual(slow);
      }),
      500,
    );
  });
});
