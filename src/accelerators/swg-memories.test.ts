import { describe, expect, it } from "vitest";
import { swgParameters } from "../hardware/parameters.ts";
import { defaults } from "../parameter.ts";
import { swgMemories } from "./swg-memories.ts";

const memoriesOf = (given: object) => swgMemories({ ...defaults(swgParameters), ...given });
const bytesOf = ({ words, wordBits }: { readonly words: number; readonly wordBits: number }) =>
  (words * wordBits) / 8;

describe("are the array's memories those of the parameters?", () => {
  it("by default two chunks of 256 bytes and 128 sums a trace, 64 list words a PE", () => {
    const { fmapBuffers, emapBuffers, accumulators } = memoriesOf({});
    expect([fmapBuffers, emapBuffers, accumulators].map(bytesOf)).toEqual([512, 512, 512]);
    expect([fmapBuffers, emapBuffers, accumulators].map(({ count }) => count)).toEqual([256, 128, 256]);
  });

  it("one of each for every trace, of lists one for every PE", () => {
    const { fmapBuffers, emapBuffers, accumulators } = memoriesOf({ columns: 2, rows: 4, traces: 5 });
    expect([fmapBuffers, emapBuffers, accumulators].map(({ count }) => count)).toEqual([40, 8, 40]);
  });

  it("list words of fp32 are twice as wide; all else has words of 64 bits, but that those of a way's buffer say what is wanted", () => {
    expect(memoriesOf({ format: "fp32" }).emapBuffers).toMatchObject({ words: 64, wordBits: 128 });
    for (const format of ["int8", "bf16"])
      for (const [name, { wordBits }] of Object.entries(memoriesOf({ format })))
        expect([name, wordBits]).toEqual([name, name === "drainBuffers" ? 67 : 64]);
    expect(memoriesOf({ format: "fp32" }).fmapBuffers.wordBits).toBe(64);
  });
});
