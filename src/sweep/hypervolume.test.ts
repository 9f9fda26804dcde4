import { describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import { hypervolume, hypervolumes } from "./hypervolume.ts";

/** Unit cells of a cube that some point dominates. */
function cells(points: readonly number[][], size: number): number {
  let count = 0;
  for (let x = 0; x < size; x++)
    for (let y = 0; y < size; y++)
      for (let z = 0; z < size; z++) if (points.some(([a, b, c]) => a <= x && b <= y && c <= z)) count++;
  return count;
}

describe("how much do points dominate?", () => {
  it("in three objectives as many cells as one counts", () => {
    const random = seededRandom(3);
    for (const count of [1, 2, 5, 20, 60]) {
      const points = Array.from({ length: count }, () => [0, 0, 0].map(() => random.below(9)));
      expect(hypervolume(points, [8, 8, 8])).toBe(cells(points, 8));
    }
  });

  it("in one and two", () => {
    expect(hypervolume([[3], [2], [9]], [8])).toBe(6);
    expect(
      hypervolume(
        [
          [1, 3],
          [3, 1],
          [2, 2],
          [3, 3],
        ],
        [4, 4],
      ),
    ).toBe(6);
  });
});

describe("how far is a search after so many points?", () => {
  it("never less far than before, and all of the box where one point is best in all", () => {
    const points = [
      [100, 1],
      [1, 100],
      [10, 10],
      [1, 1],
    ];
    const found = hypervolumes(points);
    expect(found.map(({ points }) => points)).toEqual([1, 2, 3, 4]);
    const shares = [0, 0, 0.25, 1];
    for (const [i, { share }] of found.entries()) expect(share).toBeCloseTo(shares[i], 12);
  });

  it("of what is the same everywhere nothing", () => {
    expect(hypervolumes([])).toEqual([]);
    expect(hypervolumes([[5], [5]])).toEqual([]);
  });
});
