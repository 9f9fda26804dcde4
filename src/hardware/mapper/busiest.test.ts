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
  it("what it does when channels are dealt", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 16 }),
        (loads, blocks, slices) => {
          const load = (own: readonly number[]) => own.reduce((sum, c) => sum + loads[c], 0);
          const dealt = dealChannels([...loads.keys()], (c) => loads[c], blocks, slices, true);
          const heaviest = Float64Array.from(loads.toSorted((a, b) => b - a));
          expect(busiestSlices(heaviest, blocks, slices)).toBe(
            dealt.reduce((sum, own) => sum + Math.max(...own.map(load)), 0),
          );
        },
      ),
    );
  });
});
