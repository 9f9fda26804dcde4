import { describe, expect, it } from "vitest";
import { logicPoints, machineOf } from "../hardware/logic/logic-blocks.ts";
import type { MemoryComponent, MemoryName } from "./components.ts";
import { swgMemories } from "./swg-memories.ts";

/** The memories in each block that was synthesised; `drain` is of the whole array, the others of a PE. */
const memoriesOf: Readonly<Record<string, readonly MemoryName[]>> = {
  validDataTrace: ["traceLists", "traceOffsets", "traceKs"],
  windows: ["fmapBuffers", "fmapBitmaps", "fmapRanks", "emapBuffers", "emapBitmaps", "emapBases"],
  accumulation: ["accumulators"],
  drain: ["roundChunks", "roundSums", "roundEpisodes", "roundCounts"],
};

describe("have the memories as many bits as synthesis left to a memory compiler?", () => {
  const points = logicPoints.filter(({ block }) => block in memoriesOf);

  it("every memory is in a block that was synthesised", () => {
    expect(Object.values(memoriesOf).flat().sort()).toEqual(
      Object.keys(swgMemories(machineOf({ machine: {} }))).sort(),
    );
  });

  it.each(points)("$block of $machine", ({ block, machine, memoryBits }) => {
    const p = machineOf({ machine });
    const memories: Partial<Record<MemoryName, MemoryComponent>> = swgMemories(p);
    const pes = block === "drain" ? 1 : p.columns * p.rows;
    const bits = memoriesOf[block].map((name) => {
      const { count, words, wordBits } = memories[name]!;
      return (count * words * wordBits) / pes;
    });
    expect(bits.reduce((a, b) => a + b)).toBe(memoryBits);
  });
});
