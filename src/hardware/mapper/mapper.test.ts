import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, denseAtTheEnd } from "../../../test/random-layers.ts";
import { defaults, withValues } from "../../parameter.ts";
import { convolution, linear } from "../../workload/layer.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { cutIntoChunks, traceVectorBits } from "../dataflow/geometry.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { episodeCount, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { compressedBytes, emapRoundSlots, swgParameters } from "../parameters.ts";
import { candidates, promisingMappings } from "./mapper.ts";

/** One mapping of each chunk shape and number of kernel rows. */
const shapesOf = (mappings: Iterable<Mapping>): Iterable<Mapping> =>
  new Map(
    Array.from(mappings, (mapping) => [
      `${mapping.bandRows} ${mapping.bandColumns} ${mapping.tapRows}`,
      mapping,
    ]),
  ).values();

describe("does every candidate fit the machine?", () => {
  it("not every chunk less tall than one that fits does: rows fall differently", () => {
    // six rows of three positions, the last three rows full; 16 bytes hold six values: bands of 5 rows fit, of 3 do not
    const layer = convolution({
      name: "conv",
      N: 1,
      C: 1,
      H: 7,
      W: 3,
      K: 1,
      R: 2,
      S: 1,
      groups: 1,
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      dilation: [1, 1],
    });
    const emap = Uint8Array.from({ length: 18 }, (_, i) => (i < 9 ? 0 : 1));
    const statistics = layerStatistics({ layer, fmap: new Uint8Array(21).fill(1), emap });
    const parameters = withValues("swg", swgParameters, { columns: 1, rows: 1, emapBufferBytes: 48 });
    const whole = [...candidates(statistics, parameters)].filter(({ bandColumns }) => bandColumns === 3);
    expect([...new Set(whole.map(({ bandRows }) => bandRows))]).toEqual([5]);
  });

  it("no chunk of any of them overflows the emap buffer or the trace vector", () => {
    fc.assert(
      fc.property(
        anyOccupancy,
        fc.constantFrom(12, 24, 48),
        fc.constantFrom(4, 192),
        (occupied, emapBufferBytes, vectorBits) => {
          const parameters = withValues("swg", swgParameters, {
            columns: 2,
            rows: 2,
            emapBufferBytes,
            vectorBits,
          });
          const statistics = layerStatistics(flattenPointwise(occupied));
          const { layer } = statistics;
          const room = Math.floor(emapBufferBytes / emapRoundSlots);
          const ks = Array.from({ length: layer.K }, (_, k) => k);
          for (const { bandRows, bandColumns, tapRows } of shapesOf(candidates(statistics, parameters)))
            for (const chunk of cutIntoChunks(layer, { bandRows, bandColumns })) {
              const bits = traceVectorBits(layer, chunk, tapRows);
              expect(bits).toBeLessThanOrEqual(parameters.vectorBits);
              const stored = ks.map((k) => compressedBytes(bits, statistics.emapCount(k, chunk), 2));
              expect(Math.max(...stored)).toBeLessThanOrEqual(room);
            }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("what a sample let pass and the last image does not is made smaller until it fits", () => {
    for (const size of [1, 3] as const) {
      const flat = flattenPointwise(denseAtTheEnd(size));
      const statistics = layerStatistics(flat);
      const parameters = defaults(swgParameters);
      const room = Math.floor(parameters.emapBufferBytes / emapRoundSlots);
      const overflows = ({ bandRows, bandColumns, tapRows }: Mapping) =>
        cutIntoChunks(flat.layer, { bandRows, bandColumns }).some((chunk) => {
          const bits = traceVectorBits(flat.layer, chunk, tapRows);
          return compressedBytes(bits, statistics.emapCount(0, chunk), 2) > room;
        });
      expect([...candidates(statistics, parameters)].some(overflows)).toBe(true);
      const chosen = promisingMappings(statistics, parameters, 12);
      expect(chosen.length).toBeGreaterThan(3);
      expect(chosen.filter(overflows)).toEqual([]);
    }
  });
});

describe("which mappings are promising?", () => {
  const layer = linear("fc", 2, 512, 64);
  const flags = (size: number) => Uint8Array.from({ length: size }, (_, i) => Number(i % 3 === 0));
  const statistics = layerStatistics(flattenPointwise({ layer, fmap: flags(1024), emap: flags(128) }));
  const chosenAt = (dramMbps: number) => {
    const parameters = withValues("swg", swgParameters, { dramMbps });
    const chosen = promisingMappings(statistics, parameters, 12);
    return chosen.map((mapping) => episodeCount(loopNest(statistics.layer, mapping, parameters)));
  };

  it("several, where the array has a say in how long the layer takes", () => {
    expect(chosenAt(25600).length).toBeGreaterThan(3);
  });

  it("where DRAM alone does, the one with the fewest episodes", () => {
    expect(chosenAt(1)).toHaveLength(1);
    expect(chosenAt(1)[0]).toBeLessThan(Math.max(...chosenAt(25600)) / 16);
  });
});
