import { describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import type { SweepAxis } from "./axis.ts";
import { type ObjectiveValues, paretoFront } from "./front.ts";
import { type Nsga2Options, nsga2Search } from "./nsga2.ts";
import { latinHypercube, type PointValues } from "./space.ts";

const whole = (name: string, count: number): SweepAxis => ({
  name,
  values: Array.from({ length: count }, (_, i) => i),
});
const axes = [whole("a", 40), whole("b", 40), whole("c", 40), { name: "kind", values: ["near", "far"] }];

/** Two objectives that only points with b = c = 20 of the near kind make both small. */
function objectivesOf({ a, b, c, kind }: PointValues): ObjectiveValues {
  const off = Math.abs(Number(b) - 20) + Math.abs(Number(c) - 20) + (kind === "far" ? 10 : 0);
  return [Number(a) + off, 39 - Number(a) + off];
}

function searched(options: Partial<Nsga2Options> = {}, count = 1200) {
  const search = nsga2Search(axes, {
    count,
    population: 40,
    seed: 1,
    first: [],
    wanted: () => true,
    ...options,
  });
  const points: PointValues[] = [];
  const sizes: number[] = [];
  for (let batch = search.next([]); batch.length > 0; batch = search.next(batch.map(objectivesOf))) {
    points.push(...batch);
    sizes.push(batch.length);
  }
  return { points, sizes };
}

/** Points of the true front that a search has found. */
const ideal = (points: readonly PointValues[]) =>
  points.filter((point) => objectivesOf(point)[0] + objectivesOf(point)[1] === 39).length;

describe("does NSGA-II find a front?", () => {
  it("most of one of 40 points among 128,000, of which drawn points find next to none", () => {
    const { points } = searched();
    expect(points).toHaveLength(1200);
    expect(ideal(points)).toBeGreaterThan(25);
    expect(ideal(latinHypercube(axes, 1200, seededRandom(1)))).toBeLessThan(4);
    expect(paretoFront(points.map(objectivesOf)).length).toBeGreaterThan(25);
  });

  it("by generations, the last one cut, and no point twice", () => {
    const { points, sizes } = searched({}, 90);
    expect(sizes).toEqual([40, 40, 10]);
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(90);
  });

  it("the same again from the same seed, others from another", () => {
    expect(searched({}, 200)).toEqual(searched({}, 200));
    expect(searched({}, 200)).not.toEqual(searched({ seed: 2 }, 200));
  });

  it("what is not wanted is not looked at, and what is given first is", () => {
    const first = [{ a: 3, b: 4, c: 5, kind: "far" }];
    const { points } = searched({ first, wanted: ({ a }) => Number(a) % 2 === 1 }, 200);
    expect(points[0]).toEqual(first[0]);
    expect(points.every(({ a }) => Number(a) % 2 === 1)).toBe(true);
  });

  it("ends where there is nothing left to look at", () => {
    const small = [whole("a", 3), whole("b", 4)];
    const search = nsga2Search(small, { count: 100, population: 5, seed: 1, first: [], wanted: () => true });
    let count = 0;
    for (let batch = search.next([]); batch.length > 0; batch = search.next(batch.map(() => [1, 1])))
      count += batch.length;
    expect(count).toBe(12);
  });

  it("goes on where nothing counts", () => {
    const search = nsga2Search(axes, { count: 30, population: 10, seed: 1, first: [], wanted: () => true });
    let count = 0;
    for (let batch = search.next([]); batch.length > 0; batch = search.next(batch.map(() => undefined)))
      count += batch.length;
    expect(count).toBe(30);
  });
});
