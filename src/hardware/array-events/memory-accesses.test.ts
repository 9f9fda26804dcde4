import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holds } from "../../../test/random-layers.ts";

/** Pairs of each word of each vector that a PE has in a round, those without a pair left out. */
const anyList = fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), {
  minLength: 1,
  maxLength: 12,
});

interface Looked {
  readonly handOuts: number;
  /** changes of the words that are looked at two at a time, of their vectors, and of the word of the pair in second place */
  readonly word: readonly number[];
  readonly vector: readonly number[];
  readonly secondPair: number;
  /** cycles with two pairs, and those of them that are of one sum */
  readonly twice: number;
  readonly met: number;
}

/** `valid_data_trace.sv` hands out a list: what its ports look at, cycle by cycle, until nothing is left. */
function handOut(list: readonly (readonly number[])[], twiceAt: (cycle: number) => boolean): Looked {
  const words = list.flatMap((pairs, vector) =>
    pairs.map((count, i) => ({ vector, count, id: `${vector} ${i}` })),
  );
  const pairs = words.flatMap((word, at) => Array.from({ length: word.count }, () => at));
  const changes = { word: [0, 0], vector: [0, 0], secondPair: 0, handOuts: 0, twice: 0, met: 0 };
  let before: { word: number[]; vector: number[]; second: number } | undefined;
  for (let at = 0, cycle = 0; at < pairs.length; cycle++) {
    const word = [pairs[at], pairs[at] + 1];
    const vector = word.map((w) => words[w]?.vector ?? -1);
    const second = pairs[at + 1] ?? -1;
    for (const i of [0, 1]) {
      changes.word[i] += Number(before?.word[i] !== word[i]);
      changes.vector[i] += Number(before?.vector[i] !== vector[i]);
    }
    changes.secondPair += Number(before?.second !== second);
    before = { word, vector, second };
    changes.handOuts++;
    const two = second >= 0 && twiceAt(cycle);
    changes.twice += Number(two);
    changes.met += Number(two && words[second].vector === vector[0]);
    at += two ? 2 : 1;
  }
  return changes;
}

describe("are the accesses of handing out within what counts say?", () => {
  it("words and vectors change no more often than there are some, of those that have pairs", () => {
    holds(
      fc.property(anyList, fc.array(fc.boolean(), { minLength: 1 }), (list, grants) => {
        const looked = handOut(list, (cycle) => grants[cycle % grants.length]);
        const macs = list.flat().reduce((sum, count) => sum + count, 0);
        expect(looked.handOuts).toBe(macs - looked.twice);
        // what comes behind the last one is of the turn to the next round
        for (const changes of looked.word)
          expect(changes).toBeLessThanOrEqual(Math.min(looked.handOuts, list.flat().length + 1));
        for (const changes of looked.vector)
          expect(changes).toBeLessThanOrEqual(Math.min(looked.handOuts, list.length + 1));
        expect(looked.secondPair).toBeLessThanOrEqual(looked.handOuts);
      }),
      300,
    );
  });

  it("two pairs of a cycle are of one sum, but for one cycle a vector: half of the vectors would be too few", () => {
    holds(
      fc.property(anyList, fc.array(fc.boolean(), { minLength: 1 }), (list, grants) => {
        const { twice, met } = handOut(list, (cycle) => grants[cycle % grants.length]);
        expect(met).toBeGreaterThanOrEqual(twice - list.length);
      }),
      300,
    );
    // one pair alone first: from then on each cycle has the last pair of a vector and the first of the next
    const { twice, met } = handOut([[2], [2], [2], [2], [2], [2]], (cycle) => cycle > 0);
    expect([twice, met]).toEqual([5, 0]);
  });
});
