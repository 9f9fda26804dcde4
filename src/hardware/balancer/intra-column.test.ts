import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dealChannels, pairsPerTrace, roundCycles } from "./intra-column.ts";

/**
 * A cluster cycle by cycle, by the balancer's rule alone: with t cycles left, a PE with more than 2(t-1) pairs
 * must be served as many as it exceeds that by; the MACs that are left take any pairs, here from the last PE on.
 */
function stepped(pairs: readonly number[]): number {
  const left = [...pairs];
  const macs = pairs.length;
  const sum = pairs.reduce((total, n) => total + n, 0);
  const bound = Math.max(Math.ceil(sum / macs), Math.ceil(Math.max(...pairs) / pairsPerTrace));
  let cycles = 0;
  for (let t = bound; left.some((n) => n > 0); t--, cycles++) {
    let free = macs;
    const served = left.map((n) => Math.max(0, n - pairsPerTrace * (t - 1)));
    for (const n of served) free -= n;
    expect(free, "more must be served than there are MACs").toBeGreaterThanOrEqual(0);
    for (let pe = macs - 1; pe >= 0; pe--) {
      const more = Math.min(free, Math.min(pairsPerTrace, left[pe]) - served[pe]);
      served[pe] += more;
      free -= more;
    }
    for (const [pe, n] of served.entries()) {
      expect(n).toBeLessThanOrEqual(pairsPerTrace);
      left[pe] -= n;
    }
  }
  return cycles;
}

const loads = (most: number) =>
  fc.array(fc.oneof(fc.integer({ min: 0, max: most }), fc.constant(0)), { minLength: 1, maxLength: 16 });

describe("does a cluster finish its round as early as counts allow?", () => {
  it("reaches the larger of mean load and half the heaviest load, serving by the rule", () => {
    fc.assert(
      fc.property(fc.oneof(loads(3), loads(40)), (pairs) => {
        expect(stepped(pairs)).toBe(roundCycles(pairs, pairs.length, true));
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

  it("takes no time when there is nothing to do", () => {
    expect(roundCycles([0, 0], 2, true)).toBe(0);
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
