import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { relativeError } from "../test/both-backends.ts";
import { drawer } from "../test/drawn-blobs.ts";
import { drawnCases, infoOf, operandsOf, randomConvolutions } from "../test/random-convolution.ts";
import { weightGradient } from "../test/reference.ts";
import { computed, wasmEngine } from "../test/wasm-engine.ts";
import type { Engine } from "./engine.ts";
import { forwardGather } from "./gather.ts";
import { readMask } from "./gradient-mask.ts";
import { maskGradient, profile } from "./index.ts";
import { wantedGradient } from "./wanted-gradient.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await wasmEngine();
});

type Drawn = Parameters<typeof infoOf>[0];

function expectMasked(drawn: Drawn, share: number): void {
  const info = infoOf(drawn);
  const { x, dy } = operandsOf(drawn, info);
  const whole = weightGradient(info, x, dy);
  const draw = drawer(drawn.seed);
  const mask = whole.map(() => Number(draw() < share));
  const gradient = computed(engine, [x, dy], whole.length, ([fmap, emap], result) => {
    const places = { fmap, emap, gradient: result };
    wantedGradient(engine, forwardGather(info), info.batchSize, places, readMask(mask, info.outChannels));
  });
  // of the whole's largest: what is wanted can be no more than what rounding left
  expect(Math.max(...gradient.map((value, i) => Math.abs(value - mask[i] * whole[i])))).toBeLessThanOrEqual(
    1e-5 * Math.max(1, ...whole.map(Math.abs)),
  );
  expect(gradient.every((value, i) => mask[i] === 1 || value === 0)).toBe(true);
}

describe("is a gradient with a mask the reference's where it is wanted, and 0 elsewhere?", () => {
  it("of random layers of stride 1", () => {
    fc.assert(
      fc.property(randomConvolutions(), fc.constantFrom(0, 0.1, 0.5, 1), (drawn, share) =>
        expectMasked({ ...drawn, strides: [1, 1] }, share),
      ),
      { numRuns: drawnCases },
    );
  });

  it("of several blocks and bands", () => {
    for (const pad of ["same", "valid"] as const)
      for (const shape of [
        [1, 70, 40, 3],
        [9, 12, 10, 16],
      ] as [number, number, number, number][])
        for (const taps of [1, 3])
          expectMasked(
            {
              shape,
              filterShape: [taps, taps, shape[3], 5],
              strides: [1, 1],
              dilations: [1, 1],
              pad,
              density: 0.5,
              seed: 3,
            },
            0.3,
          );
  });
});

const filled = (shape: number[], seed: number, below = 0.5) => {
  const draw = drawer(seed);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => draw() - below),
    shape,
  );
};

describe("does a mask hold whatever computes the gradient?", () => {
  const convolve = (x: tf.Tensor, filter: tf.Tensor, strides: number) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, "same");
  it.each<[string, number, number, string]>([
    ["few weights are wanted", 0.05, 1, "wanted"],
    ["most are", 0.95, 1, "dense"],
    ["the stride is 2", 0.05, 2, "dense"],
  ])("where %s", async (_, share, strides, wantedMethod) => {
    await tf.setBackend("wasm");
    const filter = tf.variable(filled([3, 3, 16, 16], 1));
    const x = filled([2, 12, 12, 16], 2);
    const gradientOf = () => tf.grad((weights) => tf.square(convolve(x, weights, strides)))(filter);
    const whole = gradientOf().dataSync();
    const draw = drawer(5);
    const mask = whole.map(() => Number(draw() < share));
    maskGradient(filter, tf.tensor(mask, filter.shape));
    let masked = new Float32Array() as tf.TypedArray;
    const { layers } = await profile(() => {
      masked = gradientOf().dataSync().slice();
    });
    expect(layers.find(({ kernel }) => kernel === "Conv2DBackpropFilter")?.method).toBe(wantedMethod);
    expect(
      relativeError(
        masked,
        whole.map((value, i) => value * mask[i]),
      ),
    ).toBeLessThan(1e-5);
    expect(masked.every((value, i) => mask[i] === 1 || value === 0)).toBe(true);
    tf.env().set("WASM_TRAINING_SKIP_ZEROS", false);
    expect(gradientOf().dataSync()).toEqual(masked);
    tf.env().set("WASM_TRAINING_SKIP_ZEROS", true);
    maskGradient(filter, null);
    expect(gradientOf().dataSync()).toEqual(whole);
  });

  it("where a map is infinite, it is not a number only where it is so without a mask", async () => {
    await tf.setBackend("wasm");
    const filter = tf.variable(filled([3, 3, 16, 16], 1));
    const values = filled([2, 12, 12, 16], 2).dataSync().slice();
    values[0] = Infinity;
    const x = tf.tensor(values, [2, 12, 12, 16]);
    const gradientOf = () =>
      tf
        .grad((weights) => convolve(x, weights, 1))(filter)
        .dataSync();
    const whole = gradientOf();
    const draw = drawer(5);
    const mask = whole.map(() => Number(draw() < 0.05));
    maskGradient(filter, tf.tensor(mask, filter.shape));
    expect([...gradientOf()]).toEqual([...whole].map((value, i) => (mask[i] ? value : 0)));
  });

  it("in layers with a bias, ReLUs and momentum: pruned weights stay 0, and the others train", async () => {
    await tf.setBackend("wasm");
    const { layers } = keras;
    const model = keras.sequential({
      layers: [
        layers.conv2d({ inputShape: [8, 8, 8], filters: 16, kernelSize: 3, padding: "same" }),
        layers.reLU(),
        layers.depthwiseConv2d({ kernelSize: 3 }),
        layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
        layers.flatten(),
        layers.dense({ units: 2 }),
      ],
    });
    model.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: "meanSquaredError" });
    const filters = model.layers
      .flatMap((layer) => layer.getWeights())
      .filter(({ rank }) => rank === 4) as tf.Variable[];
    expect(filters.length).toBe(3);
    for (const [i, filter] of filters.entries()) {
      const mask = tf.greater(filled(filter.shape, i + 1), 0.4);
      filter.assign(tf.mul(filter, tf.cast(mask, "float32")));
      maskGradient(filter, mask);
    }
    const before = filters.map((filter) => filter.dataSync().slice());
    await model.trainOnBatch(filled([4, 8, 8, 8], 7), filled([4, 2], 8));
    await model.trainOnBatch(filled([4, 8, 8, 8], 7), filled([4, 2], 8));
    for (const [i, filter] of filters.entries()) {
      const now = filter.dataSync();
      expect(now.every((value, j) => before[i][j] !== 0 || value === 0)).toBe(true);
      expect(now.some((value, j) => value !== before[i][j])).toBe(true);
    }
  });
});

describe("what is wrong with a mask?", () => {
  it("its shape, or its filter's rank, in one line", () => {
    const filter = filled([3, 3, 2, 4], 1);
    expect(() => maskGradient(filter, tf.ones([3, 3, 2]))).toThrow(
      "tfjs-wasm-training: a mask must have its filter's shape [3,3,2,4], has [3,3,2]",
    );
    expect(() => maskGradient(tf.ones([3, 4]), tf.ones([3, 4]))).toThrow(
      "tfjs-wasm-training: a filter with a mask must have rank 4, has 2",
    );
  });
});
