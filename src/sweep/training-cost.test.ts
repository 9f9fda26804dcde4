import { describe, expect, it } from "vitest";
import { reportOf } from "../../test/made-up-report.ts";
import { trainingCost } from "./training-cost.ts";
import { trainingCostText } from "./training-cost-text.ts";

const made = reportOf(["conv"]);
/** A step with so many cycles of its first machine. */
const recorded = (step: number, cycles: number, batch = 4) => {
  const { trace, totals, subject } = made;
  const results = { ...totals.results, [subject]: { ...totals.results[subject], cycles } };
  return { ...made, trace: { ...trace, step, batch }, totals: { ...totals, results } };
};
const training = { epochs: 10, images: 40 };
const secondsOf = (reports: ReturnType<typeof recorded>[], of = training) =>
  trainingCost(reports, of).machines[made.subject].phases.wg!.total.seconds;

describe("how much of a training does a recorded step stand for?", () => {
  it("half of the way to its neighbours, and all of it before the first and after the last", () => {
    const { steps } = trainingCost([recorded(100, 8), recorded(25, 1), recorded(50, 2)], training);
    expect(steps.map(({ step, share }) => [step, share])).toEqual([
      [25, 0.375],
      [50, 0.375],
      [100, 0.25],
    ]);
  });

  it("so that what changes evenly is met exactly", () => {
    const clock = made.machines[made.subject].clockMhz * 1e6;
    const even = [0, 25, 100].map((step) => recorded(step, 1000 + 40 * step));
    expect(secondsOf(even)).toBeCloseTo((100 * 3000) / clock, 12);
    expect(secondsOf([recorded(7, 3000)])).toBe((100 * 3000) / clock);
  });

  it("in images: steps of other batches stand beside each other", () => {
    const some = [recorded(0, 400, 4), recorded(50, 800, 8)];
    expect(secondsOf(some)).toBeCloseTo(secondsOf([recorded(0, 400)]), 12);
  });
});

it("units are such that the least number of a column has digits", () => {
  const text = trainingCostText(trainingCost([recorded(7, 3e9)], { epochs: 90, images: 1e6 }));
  expect(text).toMatch(/^machine +phase +(s|min|hours|days) /m);
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

it("a step is recorded once", () => {
  expect(() => trainingCost([recorded(7, 1), recorded(7, 2)], training)).toThrow(
    "recorded steps must differ, are both step 7: one is enough",
  );
});
