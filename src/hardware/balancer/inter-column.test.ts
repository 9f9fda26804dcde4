import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dealToTeams, heaviestToLeast, mixedBlocks } from "./inter-column.ts";

describe("are k's dealt so that columns carry alike?", () => {
  const load = (k: number) => [9, 1, 5, 5, 2, 8][k];

  it("deals the heaviest first, each to the least loaded team", () => {
    expect(dealToTeams([0, 1, 2, 3, 4, 5], load, 3, 6, true)).toEqual([
      [0, 1],
      [5, 4],
      [2, 3],
    ]);
  });

  it("of teams that carry alike, to the one with fewer k's, then to the lower", () => {
    const some = (k: number) => [4, 2, 2, 0, 0, 0][k];
    expect(dealToTeams([0, 1, 2, 3, 4, 5], some, 3, 6, true)).toEqual([[0], [1, 3, 5], [2, 4]]);
    const loads = (k: number) => [4, 2, 2, 1][k];
    expect(dealToTeams([0, 1, 2, 3], loads, 2, 4, true)).toEqual([
      [0, 3],
      [1, 2],
    ]);
  });

  it("gives no team more than it can hold", () => {
    const dealt = dealToTeams([0, 1, 2, 3], (k) => (k === 0 ? 100 : 1), 2, 2, true);
    expect(dealt.map((ks) => ks.length)).toEqual([2, 2]);
  });

  it("deals in turn when it does not balance", () => {
    expect(dealToTeams([0, 1, 2, 3, 4], load, 2, 3, false)).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
  });

  it("is never worse than 4/3 of the best that any deal could do, as heaviest-first is (Graham 1969)", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }), (loads) => {
        const items = loads.map((_, i) => i);
        const heaviest = (teams: number[][]) =>
          Math.max(...teams.map((ks) => ks.reduce((sum, k) => sum + loads[k], 0)));
        let best = Number.POSITIVE_INFINITY;
        for (let code = 0; code < 2 ** loads.length; code++)
          best = Math.min(best, heaviest([0, 1].map((t) => items.filter((i) => ((code >> i) & 1) === t))));
        const ours = heaviest(dealToTeams(items, (k) => loads[k], 2, items.length, true));
        expect(ours).toBeLessThanOrEqual((7 / 6) * best);
      }),
    );
  });
});

describe("do teams carry alike over all blocks?", () => {
  const load = (k: number) => k;

  it("the heaviest list of a block goes to the team that has carried least", () => {
    const carried = [9, 1, 5];
    expect(heaviestToLeast([[7, 1], [6], [2]], load, carried)).toEqual([[2], [7, 1], [6]]);
    expect(carried).toEqual([11, 9, 11]);
    expect(heaviestToLeast([[4], [], [4]], load, carried)).toEqual([[4], [4], []]);
    expect(carried).toEqual([15, 13, 11]);
  });

  it("where all have carried alike, each keeps its own", () => {
    const carried = [3, 3];
    expect(heaviestToLeast([[1], [2]], load, carried)).toEqual([[1], [2]]);
    expect(carried).toEqual([4, 5]);
  });

  it("the heaviest k of every block is not always the first team's", () => {
    const carried = [0, 0, 0];
    const blocks = [
      [9, 8, 7],
      [6, 5, 4],
      [3, 2, 1],
    ];
    for (const ks of blocks) heaviestToLeast(dealToTeams(ks, load, 3, 1, true), load, carried);
    expect(carried).toEqual([16, 15, 14]);
  });
});

describe("does every block get heavy items and light ones?", () => {
  it("as many as it has room for, in turns", () => {
    expect(mixedBlocks([9, 8, 7, 6, 5, 4], [2, 2, 2])).toEqual([
      [9, 6],
      [8, 5],
      [7, 4],
    ]);
    expect(mixedBlocks([9, 8, 7, 6, 5, 4], [4, 2, 0])).toEqual([[9, 7, 6, 4], [8, 5], []]);
  });
});
