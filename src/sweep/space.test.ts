import { describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import type { SweepAxis } from "./axis.ts";
import { gridPoints, latinHypercube, samplePoints } from "./space.ts";

const axes: SweepAxis[] = [
  { name: "a", values: [1, 2, 3] },
  { name: "b", values: ["x", "y"] },
];

describe("which points does a space have?", () => {
  it("every combination, the last axis fastest", () => {
    const points = gridPoints(axes).map(({ a, b }) => `${a}${b}`);
    expect(points).toEqual(["1x", "1y", "2x", "2y", "3x", "3y"]);
  });

  it("a grid that is too large is refused", () => {
    const wide = Array.from({ length: 21 }, (_, i) => ({ name: `a${i}`, values: [1, 2] }));
    expect(() => gridPoints(wide)).toThrow(
      "a grid must have at most 1,000,000 points, has 2,097,152; --samples N",
    );
  });

  it.each([6, 7, 60])(
    "how often a Latin hypercube of %i points has two values of an axis differs by one at most",
    (n) => {
      const points = latinHypercube(axes, n, seededRandom(n));
      for (const { name, values } of axes) {
        const counts = values.map((value) => points.filter((point) => point[name] === value).length);
        expect(counts.reduce((a, b) => a + b)).toBe(n);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }
    },
  );

  it("samples: none twice, all that are wanted where there are no more, the same from the same seed", () => {
    const drawn = (seed: number, count: number) =>
      samplePoints(axes, count, seededRandom(seed), ({ a }) => a !== 2).map(({ a, b }) => `${a}${b}`);
    expect(drawn(1, 100).sort()).toEqual(["1x", "1y", "3x", "3y"]);
    expect(drawn(1, 3)).toHaveLength(3);
    expect(drawn(1, 3)).toEqual(drawn(1, 3));
    expect(new Set([1, 2, 3, 4].map((seed) => drawn(seed, 3).join())).size).toBeGreaterThan(1);
  });
});
