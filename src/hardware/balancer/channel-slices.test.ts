import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dealChannels } from "./channel-slices.ts";

describe("are channels dealt so that slices carry alike?", () => {
  const load = (c: number) => [9, 1, 5, 5, 2, 8, 3, 4][c];

  it("heavy channels with light ones; blocks of those that carry alike, the heaviest to the slice that carried least", () => {
    // 0 (9), 5 (8), 2 (5) and 3 (5) get 1 (1), 4 (2), 7 (4) and 6 (3)
    expect(dealChannels([0, 1, 2, 3, 4, 5, 6, 7], load, 2, 2, true)).toEqual([
      [
        [5, 4],
        [0, 1],
      ],
      [
        [2, 7],
        [3, 6],
      ],
    ]);
    expect(dealChannels([0, 1, 2, 5], load, 2, 2, true)).toEqual([
      [[0], [5]],
      [[1], [2]],
    ]);
  });

  it("in turn when it does not balance", () => {
    expect(dealChannels([0, 1, 2, 3, 4], load, 2, 2, false)).toEqual([
      [[0], [1]],
      [[2, 4], [3]],
    ]);
  });

  it("all once, as many in each slice of a block but for one, and no two slices' sums further apart than blocks x the heaviest", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(99), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 1, max: 6 }),
        (loads, slices, blocks) => {
          const channels = loads.map((_, c) => c);
          const dealt = dealChannels(channels, (c) => loads[c], blocks, slices, true);
          expect(dealt.flat(2).sort((a, b) => a - b)).toEqual(channels);
          const sums = new Array<number>(slices).fill(0);
          for (const block of dealt) {
            const sizes = block.map((own) => own.length);
            expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
            for (const [slice, own] of block.entries()) for (const c of own) sums[slice] += loads[c];
          }
          expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(blocks * Math.max(...loads));
        },
      ),
    );
  });
});
