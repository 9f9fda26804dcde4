import { describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import { crossEntropy, exponential } from "./cross-entropy.ts";
import { maskOfLargest } from "./mask.ts";
import { maxPool, unpool } from "./max-pool.ts";
import { digitNetwork } from "./network.ts";
import { drawPictures } from "./pictures.ts";
import { takeStep } from "./step.ts";
import { weightGradient } from "./weight-gradient.ts";

describe("is a step's gradient the slope of the loss?", () => {
  const random = seededRandom(11);
  const network = digitNetwork(random);
  const batch = drawPictures(8, random);
  const { stages } = takeStep(network, batch);

  // along the gradient itself the slope is the gradient's length
  it.each(network.map(({ layer }, i) => [layer.name, i] as const))("%s", (_, i) => {
    const gradient = weightGradient(stages[i]);
    const length = Math.hypot(...gradient);
    const lossAt = (distance: number) => {
      const weights = network[i].weights.map((weight, j) => weight + (distance * gradient[j]) / length);
      return takeStep(network.with(i, { ...network[i], weights }), batch).loss;
    };
    const step = 1e-3;
    const slope = (lossAt(step) - lossAt(-step)) / (2 * step);
    expect(slope / length).toBeCloseTo(1, 2);
  });
});

describe("do the small parts of the network do what they say?", () => {
  it("max pooling takes the first of the largest in each 2x2 square, and sends errors back there", () => {
    const input = Float32Array.of(1, 2, 5, 5, 3, 0, 5, 5, -1, -2, 0, 0, -3, -4, 0, 7);
    const { values, winners } = maxPool(input, 4, 4);
    expect([...values]).toEqual([3, 5, -1, 7]);
    expect([...winners]).toEqual([4, 2, 8, 15]);
    const spread = unpool(Float32Array.of(1, 2, 3, 4), winners, 16);
    expect([...spread]).toEqual([0, 0, 2, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 4]);
  });

  it("cross-entropy of even scores is ln 2, its errors half a unit apart", () => {
    const { loss, correct, errors } = crossEntropy(Float32Array.of(3, 3), Uint8Array.of(1));
    expect(loss).toBeCloseTo(Math.log(2), 12);
    expect(correct).toBe(0);
    expect([...errors]).toEqual([0.5, -0.5]);
  });

  it.each([0, -1e-9, -0.5, -3, -40, -300, -800])("exponential of %d", (x) => {
    const exact = Math.exp(x);
    expect(Math.abs(exponential(x) - exact)).toBeLessThanOrEqual(1e-10 * exact);
  });

  it("a mask keeps the largest weights by magnitude, of equal ones the first", () => {
    expect([...maskOfLargest(Float32Array.of(1, -5, 2, 0, 2), 0.4)]).toEqual([0, 1, 1, 0, 0]);
    expect([...maskOfLargest(Float32Array.of(1, 1), 0)]).toEqual([0, 0]);
  });
});
