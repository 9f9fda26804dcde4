import { describe, expect, it } from "vitest";
import { seededRandom } from "./random.ts";

describe("are random numbers the same for the same seed, and spread as promised?", () => {
  const many = <T>(draw: () => T) => Array.from({ length: 20_000 }, draw);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it("the same numbers for the same seed, others for another", () => {
    const first = seededRandom(7);
    const again = seededRandom(7);
    expect(many(first.bits)).toEqual(many(again.bits));
    expect(seededRandom(8).bits()).not.toBe(seededRandom(7).bits());
    expect(seededRandom(7 + 2 ** 32).bits()).not.toBe(seededRandom(7).bits());
  });

  it("the first numbers of seed 42 never change", () => {
    const random = seededRandom(42);
    expect([random.bits(), random.bits(), random.bits()]).toEqual([1264412219, 1947509147, 3919439299]);
  });

  it("uniform within [0, 1), mean a half", () => {
    const values = many(seededRandom(1).uniform);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(mean(values)).toBeCloseTo(0.5, 1);
  });

  it("normal with mean 0 and variance 1", () => {
    const values = many(seededRandom(2).normal);
    expect(Math.abs(mean(values))).toBeLessThan(0.03);
    expect(Math.abs(mean(values.map((value) => value * value)) - 1)).toBeLessThan(0.05);
  });

  it("below reaches every number, and only those", () => {
    const random = seededRandom(3);
    expect([...new Set(many(() => random.below(5)))].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it("shuffle keeps every item", () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const shuffled = seededRandom(4).shuffle([...items]);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });
});
