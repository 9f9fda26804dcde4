import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy } from "../../../test/random-layers.ts";
import { withValues } from "../../parameter.ts";
import { compressedBytes, emapRoundSlots, swgParameters } from "../parameters.ts";
import { cutIntoChunks, flattenPointwise, traceVectorBits } from "./geometry.ts";
import { layerStatistics } from "./layer-statistics.ts";
import { candidates } from "./mapper.ts";

describe("does every candidate fit the machine?", () => {
  it("no chunk of any of them overflows the emap buffer or the trace vector", () => {
    fc.assert(
      fc.property(anyOccupancy, fc.constantFrom(12, 24, 48), (occupied, emapBufferBytes) => {
        const parameters = withValues("swg", swgParameters, { columns: 2, rows: 2, emapBufferBytes });
        const layer = flattenPointwise(occupied.layer);
        const statistics = layerStatistics({ ...occupied, layer });
        const room = Math.floor(emapBufferBytes / emapRoundSlots);
        const seen = new Set<string>();
        for (const { bandRows, bandColumns, tapRows } of candidates(statistics, parameters)) {
          const key = `${bandRows} ${bandColumns} ${tapRows}`;
          if (seen.has(key)) continue;
          seen.add(key);
          for (const chunk of cutIntoChunks(layer, { bandRows, bandColumns })) {
            const bits = traceVectorBits(layer, chunk, tapRows);
            expect(bits).toBeLessThanOrEqual(parameters.traceBits);
            for (let k = 0; k < layer.K; k++)
              expect(compressedBytes(bits, statistics.emapCount(k, chunk), 2)).toBeLessThanOrEqual(room);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
