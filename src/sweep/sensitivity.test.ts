import { describe, expect, it } from "vitest";
import type { Exploration } from "./exploration.ts";
import { sensitivities } from "./sensitivity.ts";

/** An exploration of every combination of two axes, of which `objective` says the one objective. */
function explored(objective: (a: number, b: number) => number) {
  const values = [1, 2, 4];
  const points = values.flatMap((a) =>
    values.map((b) => ({ values: { a, b }, objectives: [objective(a, b)] })),
  );
  const axes = ["a", "b"].map((name) => ({ name, values }));
  return { axes, points, objectives: [{ name: "x", unit: "" }] } as unknown as Exploration;
}
const shares = (objective: (a: number, b: number) => number) =>
  sensitivities(explored(objective)).map(({ shares: [share] }) => share);

describe("how much does an axis explain?", () => {
  it("all of what follows from it alone, and nothing of what it has no say in", () => {
    const [a, b] = shares((a) => 7 * a);
    expect(a).toBeCloseTo(1, 12);
    expect(b).toBeCloseTo(0, 12);
  });

  it("of a product of powers the squares of these, in proportion", () => {
    const [a, b] = shares((a, b) => a ** 3 * b);
    expect(a).toBeCloseTo(0.9, 12);
    expect(b).toBeCloseTo(0.1, 12);
  });

  it("nothing where nothing varies", () => expect(shares(() => 5)).toEqual([0, 0]));
});
