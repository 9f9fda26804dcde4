import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dealChannels } from "../balancer/channel-slices.ts";
import { dealToTeams } from "../balancer/inter-column.ts";
import { busiestPart, busiestSlices } from "./busiest.ts";

/** [i] what the first i loads are together. */
const sumsOf = (loads: readonly number[]): number[] =>
  Array.from({ length: loads.length + 1 }, (_, i) => loads.slice(0, i).reduce((sum, load) => sum + load, 0));

describe("what does the busiest team carry, at least?", () => {
  it("the mean, the heaviest, or what one team has that must have one k more", () => {
    expect(busiestPart(sumsOf([3, 3, 3, 3]), 0, 4, 2)).toBe(6);
    expect(busiestPart(sumsOf([9, 1, 1]), 0, 3, 2)).toBe(9);
    expect(busiestPart(sumsOf([5, 4, 3]), 0, 3, 2)).toBe(7);
    expect(busiestPart(sumsOf([9, 5, 4, 3]), 1, 4, 2)).toBe(7);
    expect(busiestPart(sumsOf([5]), 1, 1, 2)).toBe(0);
  });

  it("never more than it does when k's are dealt", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 16 }),
        (drawn, teams) => {
          const loads = drawn.toSorted((a, b) => b - a);
          const ks = loads.map((_, k) => k);
          const dealt = dealToTeams(ks, (k) => loads[k], teams, ks.length, true);
          const busiest = Math.max(...dealt.map((own) => own.reduce((sum, k) => sum + loads[k], 0)));
          expect(busiestPart(sumsOf(loads), 0, ks.length, teams)).toBeLessThanOrEqual(busiest + 1e-9);
        },
      ),
    );
  });
});

describe("what does the busiest channel slice of each block carry?", () => {
  const channels = (most: number) => fc.array(fc.nat(most), { minLength: 1, maxLength: 60 });
  const upTo = (max: number) => fc.integer({ min: 1, max });
  /** Where channels that have `loads` are dealt and what they carry is `worth`. */
  const whenDealt = (loads: number[], blocks: number, slices: number, worth: (c: number) => number) =>
    dealChannels([...loads.keys()], (c) => loads[c], blocks, slices, true).reduce(
      (sum, own) =>
        sum + Math.max(...own.map((slice) => slice.reduce((carried, c) => carried + worth(c), 0))),
      0,
    );

  it("what it does when channels are dealt", () => {
    fc.assert(
      fc.property(channels(20), upTo(6), upTo(16), (loads, blocks, slices) => {
        const heaviest = Float64Array.from(loads).sort().reverse();
        expect(busiestSlices(heaviest, blocks, slices)).toBe(
          whenDealt(loads, blocks, slices, (c) => loads[c]),
        );
      }),
    );
  });

  it("as many channels as it is dealt, where none carries anything", () => {
    fc.assert(
      fc.property(channels(0), upTo(6), upTo(16), (loads, blocks, slices) => {
        const alike = new Float64Array(loads.length).fill(1);
        expect(busiestSlices(alike, blocks, slices)).toBe(whenDealt(loads, blocks, slices, () => 1));
      }),
    );
  });
});
