import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, holds } from "../../test/random-layers.ts";
import { runMachine } from "../../test/run-machine.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { convolution } from "../workload/layer.ts";
import { bitSlices, dotProduct } from "./bit-slices.ts";
import { emapStreams, fmapStreams } from "./row-streams.ts";

/** One PE's cycles for row (k, c, r) of the gradient, value by value. */
function cyclesOf(
  { layer, fmap, emap }: Occupancy,
  streamed: string,
  k: number,
  c: number,
  r: number,
): number {
  const { N, C, H, W, K, P, Q, S, stride, padding, dilation } = layer;
  let cycles = 0;
  for (let n = 0; n < N; n++)
    for (let p = 0; p < P; p++) {
      const h = p * stride[0] - padding[0] + r * dilation[0];
      if (h < 0 || h >= H) continue;
      const fmapRow = Array.from(fmap.subarray(((n * C + c) * H + h) * W).subarray(0, W));
      const emapRow = Array.from(emap.subarray(((n * K + k) * P + p) * Q).subarray(0, Q));
      if (!fmapRow.includes(1) || !emapRow.includes(1)) continue;
      const joined = emapRow.flatMap((_, q) =>
        Array.from({ length: S }, (_, s) => [q, q * stride[1] - padding[1] + s * dilation[1]]),
      );
      const within = joined.filter(([, w]) => w >= 0 && w < W);
      const [own, row, other] = streamed === "emap" ? [0, emapRow, fmapRow] : [1, fmapRow, emapRow];
      for (const [i, value] of row.entries()) {
        const partners = within.filter((pair) => pair[own] === i).map((pair) => other[pair[1 - own]]);
        if (value === 1 && partners.length > 0) cycles += Math.max(1, partners.filter((x) => x === 1).length);
      }
    }
  return cycles;
}

describe("do the vectors count what a PE does?", () => {
  it.each([emapStreams, fmapStreams])("%o: value by value the same, on any layer", (streamsOf) => {
    holds(
      fc.property(anyOccupancy, fc.nat(), fc.nat(), fc.nat(), (occupancy, anyK, anyC, anyR) => {
        const { K, C, R, groups } = occupancy.layer;
        const [k, r] = [anyK % K, anyR % R];
        const c = Math.floor(k / (K / groups)) * (C / groups) + (anyC % (C / groups));
        const { streamed, length, ofK, ofRow } = streamsOf(occupancy);
        expect([ofK(k).length, ofRow(c, r).length]).toEqual([length, length]);
        expect(dotProduct(bitSlices(ofK(k)), bitSlices(ofRow(c, r)))).toBe(
          cyclesOf(occupancy, streamed, k, c, r),
        );
      }),
      300,
    );
  });
});

/** One row of four, three taps, one channel a row of `fmap`. */
function run(emap: number[], fmap: number[][], given = {}) {
  const layer = convolution({
    ...{ name: "rows", N: 1, C: fmap.length, H: 1, W: 4, K: 1, R: 1, S: 3, groups: 1 },
    ...{ stride: [1, 1], padding: [0, 1, 0, 1], dilation: [1, 1] },
  });
  const occupancy = { layer, fmap: Uint8Array.from(fmap.flat()), emap: Uint8Array.from(emap) };
  return runMachine("sparsetrain", occupancy, { unlimitedPorts: true, ...given });
}

describe("what does a pair of rows take?", () => {
  const group = { pes: 1, groupPes: 1 };
  it("a cycle for each product", () => {
    expect(run([1, 0, 0, 1], [[0, 1, 1, 1]], group).cycles).toBe(3);
  });
  it("a cycle for a streamed value that meets nothing; the map that takes less streams", () => {
    const { cycles, breakdown, mapping } = run([1, 0, 0, 0], [[0, 0, 1, 1]], group);
    expect([cycles, breakdown.busy]).toEqual([1, 0]);
    expect(mapping).toMatch(/^emap streams/);
    expect(run([0, 0, 1, 1], [[1, 0, 0, 0]], group).mapping).toMatch(/^fmap streams/);
  });
  it("a group is as slow as its slowest PE, and a PE outside of every group is idle", () => {
    const rows = [
      [1, 1, 1, 1],
      [1, 0, 0, 0],
      [0, 0, 0, 0],
    ];
    const { cycles, breakdown } = run([0, 1, 0, 0], rows, { pes: 4 });
    expect([cycles, breakdown.busy, breakdown.columnImbalance, breakdown.mapping]).toEqual([3, 4, 5, 3]);
  });
});
