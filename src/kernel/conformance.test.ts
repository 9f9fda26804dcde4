import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, anySwg, holds } from "../../test/random-layers.ts";
import { drawnMapping } from "../../test/random-mapping.ts";
import { simulateLayer } from "../hardware/array/controller.ts";
import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { groupsOf } from "../hardware/dataflow/geometry.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { loopNest, residencyCount } from "../hardware/dataflow/mapping.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { countValidPairs } from "../hardware/valid-data-trace/valid-pairs.ts";
import { withValues } from "../parameter.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { phaseOccupancy } from "../trace/phase-occupancy.ts";
import { convolution, emapSize, fmapSize, gradientSize } from "../workload/layer.ts";
import { Engine } from "./engine.ts";
import { engineCounts } from "./engine-counts.ts";
import { runMapping, tryMapping } from "./engine-run.ts";

const engine = new Engine();

const countedPairs = (occupied: Occupancy) => countValidPairs(flattenPointwise(occupied));
const fastPairs = (occupied: Occupancy) => {
  engine.load(occupied);
  return engine.validPairs();
};

/** Parts of a residency's episodes and of all residencies, in eighths; none: the whole layer. */
const anyPart = fc.option(fc.record({ rounds: fc.nat(8), residencies: fc.nat(8) }), { nil: undefined });
const partOf = (all: number, eighths: number) => Math.max(1, Math.ceil((all * eighths) / 8));

describe("is the fast engine the reference, integer for integer?", () => {
  it("valid pairs of any layer", () => {
    holds(
      fc.property(anyOccupancy, (occupied) => {
        expect(fastPairs(occupied)).toBe(countedPairs(occupied));
      }),
      300,
    );
  });

  it.each(["ff", "bp"] as const)("valid pairs of any layer in %s, where one map is full", (phase) => {
    holds(
      fc.property(anyOccupancy, fc.nat(), (given, seed) => {
        const mask = new Uint8Array(gradientSize(given.layer)).map((_, i) => ((i * 7 + seed) % 5) & 1);
        const occupied = phaseOccupancy({ mask, ...given }, phase);
        expect(fastPairs(occupied)).toBe(countedPairs(occupied));
      }),
      150,
    );
  });

  it.each([
    ["one pixel, padded below only", { padding: [0, 0, 1, 0] }],
    ["the same in steps, of groups", { C: 6, K: 14, groups: 2, stride: [3, 2], padding: [0, 0, 7, 0] }],
    ["one pixel, padded at the right only", { padding: [0, 0, 0, 3] }],
    ["one row in steps", { W: 5, stride: [4, 1] }],
    [
      "a step that leaves nothing of the image",
      { H: 3, W: 5, stride: [2 ** 24, 2 ** 24], padding: [65536, 2, 1, 1] },
    ],
    [
      "a step over more columns than there are, between padding",
      { W: 3, stride: [1, 5], padding: [0, 7, 0, 9] },
    ],
    ["a kernel larger than the image, all but one tap of it outside", { R: 7, S: 7, padding: [6, 6, 0, 0] }],
  ] as const)("valid pairs of %s", (_, shape) => {
    const layer = convolution({
      name: "conv",
      N: 1,
      C: 1,
      H: 1,
      W: 1,
      K: 1,
      R: 1,
      S: 1,
      groups: 1,
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      dilation: [1, 1],
      ...shape,
    });
    const ones = (size: number) => new Uint8Array(size).fill(1);
    const occupied = { layer, fmap: ones(fmapSize(layer)), emap: ones(emapSize(layer)) };
    const masked = { ...occupied, mask: ones(gradientSize(layer)) };
    expect(fastPairs(occupied)).toBe(countedPairs(occupied));
    expect(fastPairs(masked)).toBe(countedPairs(occupied));
  });

  it("what the mapper is told of any layer", () => {
    holds(
      fc.property(anyOccupancy, anySwg, fc.nat(), (occupied, given, seed) => {
        const parameters = withValues("swg", swgParameters, { ...given });
        const slow = layerStatistics(flattenPointwise(occupied));
        engine.load(occupied);
        const counts = engineCounts(engine, occupied);
        for (const name of ["fmapNonzeros", "emapNonzeros", "channelLoad", "wanted"] as const)
          expect(counts[name]).toEqual(slow[name]);
        const shape = drawnMapping(counts.layer, parameters, seed);
        if (!shape) return;
        const groups = groupsOf(counts.layer, shape, parameters).length;
        const chunks = Array.from({ length: Math.ceil(groups / shape.chunkGroups) }, (_, i) => i);
        const some = chunks.filter((i) => i % (1 + (seed % 3)) === 0);
        const values = slow.chunkValues(shape, parameters, some);
        expect(counts.chunkValues(shape, parameters, some)).toEqual(values);
      }),
      500,
    );
  });

  it("every count and the end of every episode, of any layer on any machine under any mapping, or of a sample of it", () => {
    holds(
      fc.property(anyOccupancy, anySwg, fc.nat(), anyPart, (occupied, given, seed, part) => {
        const parameters = withValues("swg", swgParameters, { ...given });
        const flat = flattenPointwise(occupied);
        const mapping = drawnMapping(flat.layer, parameters, seed);
        if (!mapping) return;
        const nest = loopNest(flat.layer, mapping, parameters);
        const sample = part && {
          rounds: partOf(nest.episodes, part.rounds),
          residencies: partOf(residencyCount(nest), part.residencies),
        };
        const slow = simulateLayer(flat, layerStatistics(flat), mapping, parameters, { sample });
        engine.load(occupied);
        const counts = engineCounts(engine, occupied);
        expect(runMapping(engine, counts, mapping, parameters, { sample })).toEqual(slow);
        // a run that may end when it does is whole; an episode less and it is given up
        const latestEnds = slow.episodeEnds;
        const { macs } = slow.events;
        const tried = tryMapping(engine, counts, mapping, parameters, { sample, latestEnds });
        expect({ ...tried, episodeEnds: Array.from(tried!.episodeEnds) }).toEqual({
          cycles: slow.cycles,
          episodeEnds: latestEnds,
          events: { macs },
        });
        const late = seed % latestEnds.length;
        const sooner = latestEnds.with(late, latestEnds[late] - 1);
        expect(
          tryMapping(engine, counts, mapping, parameters, { sample, latestEnds: sooner }),
        ).toBeUndefined();
      }),
      500,
    );
  });
});
