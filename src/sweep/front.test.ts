import { describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { seededRandom } from "../random.ts";
import { paretoFront } from "./front.ts";

function byDefinition(points: number[][]): number[] {
  const dominates = (a: number[], b: number[]) =>
    a.every((value, at) => value <= b[at]) && a.some((value, at) => value < b[at]);
  return [...points.keys()].filter((index) => !points.some((other) => dominates(other, points[index])));
}

describe("which points does no other dominate?", () => {
  it.each([1, 2, 3])("those of the definition, with ties, in %i objectives", (width) => {
    const random = seededRandom(width);
    for (let round = 0; round < 50; round++) {
      const points = Array.from({ length: 60 }, () => Array.from({ length: width }, () => random.below(7)));
      expect(paretoFront(points)).toEqual(byDefinition(points));
    }
  });

  it("none of none", () => expect(paretoFront([])).toEqual([]));

  it.each([[[[1, 2, 3, 4]]], [[[1], [1, 2]]], [[[Number.NaN]]], [[[]]]])("refuses %j", (points) => {
    expect(() => paretoFront(points)).toThrow(InputError);
  });
});
