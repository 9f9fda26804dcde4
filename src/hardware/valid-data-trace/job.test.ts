import { describe, expect, it } from "vitest";
import { defaults } from "../../parameter.ts";
import { headerWords, listWordsOf, swgParameters, tileLooks, tileValues } from "../parameters.ts";
import { type ChunkPosition, jobOf } from "./job.ts";

/** A list of so many positions, one after the other. */
const listOf = (count: number): ChunkPosition[] =>
  Array.from({ length: count }, (_, number) => ({ n: 0, p: 0, q: number, number, group: 0, column: number }));

/** Bits of windows, one a line of slots. */
const bitsOf = (...windows: string[]): Uint8Array => Uint8Array.from([...windows.join("")].map(Number));

describe("what does a job take?", () => {
  it("of full tiles its pairs, and a sum comes once for all pairs of a slot in a tile", () => {
    const bits = bitsOf("110", "101", "100", "111", "010", "011", "000", "111", "001");
    expect(jobOf(listOf(9), bits, 3, [0, 1, 2], 4, 6)).toEqual({
      cycles: 8 + 6 + 1,
      rest: 3,
      pairs: 15,
      looks: 9,
      visits: 3 + 3 + 1,
      tiles: [
        { pairs: 8, cycles: 8 },
        { pairs: 6, cycles: 6 },
        { pairs: 1, cycles: 1 },
      ],
    });
  });

  it("no less than six, in which two words are read, but for its last one, which takes a cycle", () => {
    const bits = bitsOf("100", "000", "000", "100", "000", "000");
    expect(jobOf(listOf(6), bits, 3, [0, 1, 2], 4, 6)).toEqual({
      cycles: 6 + 1,
      rest: 3,
      pairs: 2,
      looks: 6,
      visits: 1,
      tiles: [
        { pairs: 2, cycles: 6 },
        { pairs: 0, cycles: 1 },
      ],
    });
  });

  it("pairs of slots that the mask wants alone; the next one can follow at once where the last tile is as long as its looks", () => {
    const bits = bitsOf("110", "111", "111", "111");
    const { cycles, rest, pairs, visits } = jobOf(listOf(4), bits, 3, [1], 4, 6);
    expect({ cycles, rest, pairs, visits }).toEqual({ cycles: 4, rest: 0, pairs: 4, visits: 1 });
  });

  it("nothing where the mask wants no slot, or the list is empty", () => {
    const nothing = { cycles: 0, rest: 0, pairs: 0, looks: 0, visits: 0, tiles: [] };
    expect(jobOf(listOf(4), bitsOf("1", "1", "1", "1"), 1, [], 4, 6)).toEqual(nothing);
    expect(jobOf([], new Uint8Array(0), 1, [0], 4, 6)).toEqual(nothing);
  });
});

it("a tile has the values of a word: four of two bytes, eight of one, four of four", () => {
  const p = defaults(swgParameters);
  const of = (format: "bf16" | "int8" | "fp32") => tileValues({ ...p, format });
  expect([of("bf16"), of("int8"), of("fp32")]).toEqual([4, 8, 4]);
});

it("a list is a bitmap and words of values, behind a header where there is a mask; without nonzeros it is a word", () => {
  const p = defaults(swgParameters);
  expect([0, 1, 4, 5, 64].map((n) => listWordsOf(n, false, p))).toEqual([1, 2, 2, 3, 17]);
  expect([0, 1, 4, 5, 64].map((n) => listWordsOf(n, true, p))).toEqual([1, 3, 3, 4, 18]);
});

it("a header takes as many words as the masks of a PE's traces do, and a list without nonzeros is one", () => {
  const p = defaults(swgParameters);
  const large = { ...p, traces: 8, laneBits: 9 };
  expect([headerWords(p), headerWords(large), headerWords({ ...large, format: "fp32" })]).toEqual([1, 4, 2]);
  expect([1, 2, 3].map((traces) => tileLooks({ ...p, traces }))).toEqual([4, 4, 6]);
  expect(tileLooks({ ...p, format: "int8" })).toBe(8);
  expect([0, 1].map((n) => listWordsOf(n, true, large))).toEqual([4, 6]);
});
