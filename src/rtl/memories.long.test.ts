import { describe, expect, it } from "vitest";
import type { MemoryComponent } from "../accelerators/components.ts";
import { swgMemories } from "../accelerators/swg-memories.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { designParameters } from "./design.ts";
import { designMemories } from "./memories.ts";

/** How many there are of each shape. */
function shapes(memories: readonly { shape: string; count: number }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { shape, count } of memories) counts[shape] = (counts[shape] ?? 0) + count;
  return counts;
}

function shapeOf({ words, wordBits, ports }: MemoryComponent): string {
  const { read, write } = typeof ports === "object" ? ports : { read: 1, write: 1 };
  return `${words} x ${wordBits}, ${read} read, ${write} written`;
}

const machines: Partial<SwgParameters>[] = [
  { columns: 1, rows: 1 },
  {
    columns: 2,
    rows: 2,
    vectorBits: 64,
    vectorTaps: 3,
    accumulators: 36,
    roundKs: 1,
    slack: 3,
    format: "int8",
  },
  {
    columns: 1,
    rows: 3,
    clusterSize: 2,
    vectorBits: 33,
    vectorTaps: 1,
    accumulators: 288,
    roundKs: 8,
    slack: 0,
  },
  {
    columns: 2,
    rows: 1,
    vectorBits: 20,
    vectorTaps: 4,
    accumulators: 5,
    roundKs: 3,
    format: "int16",
    slack: 2,
  },
  { columns: 1, rows: 2, fmapBufferBytes: 300, emapBufferBytes: 77, peFmapBytes: 3, columnEmapBytes: 5 },
  { columns: 1, rows: 1, vectorTaps: 1, roundKs: 1, columnEmapBytes: 1, peFmapBytes: 1, format: "int8" },
];

describe("are the memories that a machine is priced by those that Yosys finds in its SystemVerilog?", () => {
  it.each(machines)("words, bits, ports, all of them, none left over, of %j", async (given) => {
    const p = withValues("swg", swgParameters, given);
    const found = await designMemories(designParameters(p));
    const priced = Object.values<MemoryComponent>(swgMemories(p));
    expect(shapes(priced.map((memory) => ({ shape: shapeOf(memory), count: memory.count })))).toEqual(
      shapes(
        found.map(({ count, words, wordBits, reads, writes }) => ({
          shape: `${words} x ${wordBits}, ${reads} read, ${writes} written`,
          count,
        })),
      ),
    );
  });
});
