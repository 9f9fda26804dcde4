import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dealChannels, handOut, pairsPerTrace, roundCycles, routedPairs } from "./intra-column.ts";

/** A cluster cycle by cycle, by the balancer's rule alone, in a round that lasts `cycles`. */
function stepped(pairs: readonly number[], cycles: number): { left: number; routed: number } {
  const left = [...pairs];
  let routed = 0;
  for (let t = cycles; t > 0; t--) {
    const given = handOut(left, t);
    const served = given.reduce((sum, n) => sum + n, 0);
    expect(served, "no more are served than there are MACs").toBeLessThanOrEqual(pairs.length);
    for (const [pe, n] of given.entries()) {
      expect(n).toBeLessThanOrEqual(pairsPerTrace);
      left[pe] -= n;
      expect(left[pe]).toBeGreaterThanOrEqual(0);
      if (n === pairsPerTrace) routed++;
    }
  }
  return { left: left.reduce((sum, n) => sum + n, 0), routed };
}

const loads = (most: number) =>
  fc.array(fc.oneof(fc.integer({ min: 0, max: most }), fc.constant(0)), { minLength: 1, maxLength: 16 });

describe("does a cluster finish its round as early as counts allow?", () => {
  it("reaches the larger of mean load and half the heaviest, a cycle at least, moving no pair that need not move", () => {
    fc.assert(
      fc.property(fc.oneof(loads(3), loads(40)), fc.nat(3), (pairs, later) => {
        const sum = pairs.reduce((total, n) => total + n, 0);
        const bound = Math.max(
          1,
          Math.ceil(sum / pairs.length),
          Math.ceil(Math.max(...pairs) / pairsPerTrace),
        );
        expect(roundCycles(pairs, pairs.length, true)).toBe(bound);
        // another cluster of the column may need longer
        const cycles = bound + later;
        expect(stepped(pairs, cycles)).toEqual({ left: 0, routed: routedPairs(pairs, cycles) });
      }),
      { numRuns: 1000 },
    );
  });

  it("waits for the heaviest PE without help", () => {
    expect(roundCycles([3, 9, 0, 4], 4, false)).toBe(9);
  });

  it("waits for the slowest cluster, the last of which may be smaller", () => {
    expect(roundCycles([8, 0, 0, 0, 6], 4, true)).toBe(6);
    expect(roundCycles([20, 0, 0, 0, 6], 4, true)).toBe(10);
  });

  it("takes a cycle to find that there is nothing to do", () => {
    expect(roundCycles([0, 0], 2, true)).toBe(1);
  });
});

describe("are channels dealt so that PEs and clusters carry alike?", () => {
  it("deals there and back again", () => {
    expect(dealChannels([0, 1, 2, 3, 4, 5, 6, 7], 4, 4)).toEqual([
      [0, 7],
      [1, 6],
      [2, 5],
      [3, 4],
    ]);
  });

  it("gives each cluster heavy and light slices", () => {
    expect(dealChannels([0, 1, 2, 3], 4, 2)).toEqual([[0], [3], [1], [2]]);
  });

  it("loses no channel, whatever the sizes", () => {
    fc.assert(
      fc.property(
        fc.nat(40),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        (n, slices, size) => {
          const channels = Array.from({ length: n }, (_, i) => i);
          const dealt = dealChannels(channels, slices, size);
          expect(dealt).toHaveLength(slices);
          expect(dealt.flat().sort((a, b) => a - b)).toEqual(channels);
        },
      ),
    );
  });
});
