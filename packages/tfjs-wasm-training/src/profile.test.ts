import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { drawer } from "../test/drawn-blobs.ts";
import { bitsOf } from "../test/wasm-engine.ts";
import { profile } from "./index.ts";

beforeAll(() => tf.setBackend("wasm"));
beforeEach(() => tf.env().set("WASM_TRAINING_SKIP_ZEROS", true));

function map(shape: [number, number, number, number], density: number, seed: number): tf.Tensor4D {
  const draw = drawer(seed);
  const values = Array.from({ length: shape.reduce((a, b) => a * b) }, () =>
    draw() < density ? draw() - 0.5 : 0,
  );
  return tf.tensor4d(values, shape);
}

const filterGradient = (x: tf.Tensor4D, dy: tf.Tensor4D, filterShape: number[]) =>
  tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, {
    strides: 1,
    pad: "same",
    filterShape,
  } as never) as tf.Tensor;

describe("what does a profile say of a training step?", () => {
  it("each layer's densities, how it was computed, and what that saved", async () => {
    const { layers } = keras;
    const model = keras.sequential({
      layers: [
        layers.conv2d({
          name: "first",
          inputShape: [16, 16, 32],
          filters: 32,
          kernelSize: 3,
          padding: "same",
        }),
        layers.reLU(),
        layers.conv2d({ name: "second", filters: 32, kernelSize: 3, padding: "same" }),
        layers.flatten(),
        layers.dense({ units: 2 }),
      ],
    });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const [x, y] = [map([4, 16, 16, 32], 0.1, 1), tf.ones([4, 2])];
    const { layers: found, ms, savedMs } = await profile(() => model.trainOnBatch(x, y));
    const first = found.filter(({ layer }) => layer?.startsWith("first"));
    expect(first.map(({ kernel }) => kernel).sort()).toEqual([
      "Conv2DBackpropFilter",
      "Conv2DBackpropInput",
      "FusedConv2D",
    ]);
    const gradient = first.find(({ kernel }) => kernel === "Conv2DBackpropFilter")!;
    expect(gradient.method).toBe("fmap");
    expect(gradient.density.fmap).toBeCloseTo(0.1, 1);
    expect(gradient.density.emap).toBeGreaterThan(0.3);
    expect(gradient.shapes).toBe("x 4x16x16x32, dy 4x16x16x32");
    const second = found.filter(({ layer }) => layer?.startsWith("second"));
    expect(second).toHaveLength(3);
    expect(ms).toBeGreaterThan(0);
    expect(savedMs).toBeCloseTo(
      found.reduce((sum, layer) => sum + layer.savedMs, 0),
      6,
    );
    expect(found.filter(({ method }) => method === "dense").every((layer) => layer.savedMs === 0)).toBe(true);
    tf.dispose([x, y]);
  });

  it("nothing outside of it, and one at a time", async () => {
    const run = () =>
      filterGradient(map([1, 4, 4, 2], 1, 1), map([1, 4, 4, 2], 1, 2), [3, 3, 2, 2]).dispose();
    const inner = profile(async () => {
      run();
      await expect(profile(run)).rejects.toThrow("a profile is being made already");
    });
    expect((await inner).layers[0].calls).toBe(1);
    run();
    expect((await profile(() => {})).layers).toEqual([]);
  });
});

describe("are numbers that are not finite computed as without skipping?", () => {
  const shape: [number, number, number, number] = [2, 16, 16, 32];
  const withValue = (value: number, density: number, seed: number) => {
    const values = map(shape, density, seed).dataSync().slice();
    values[1000] = value;
    return tf.tensor4d(values, shape);
  };

  it.each([
    ["NaN in the feature map", Number.NaN, 1],
    ["infinity in the feature map", Infinity, 1],
    ["NaN in the error map", Number.NaN, 0],
    ["infinity in the error map", -Infinity, 0],
  ])("%s", async (_, value, inFmap) => {
    const [x, dy] = inFmap
      ? [withValue(value, 1, 1), map(shape, 0.1, 2)]
      : [map(shape, 0.1, 1), withValue(value, 0.1, 2)];
    const skipping = filterGradient(x, dy, [3, 3, 32, 32]).dataSync() as Float32Array;
    tf.env().set("WASM_TRAINING_SKIP_ZEROS", false);
    const dense = filterGradient(x, dy, [3, 3, 32, 32]).dataSync() as Float32Array;
    expect(dense.some(Number.isNaN)).toBe(true);
    expect(Array.from(skipping, Number.isNaN)).toEqual(Array.from(dense, Number.isNaN));
  });

  it("and finite ones to the same bits, by the way that the profile says", async () => {
    const [x, dy] = [map(shape, 1, 1), map(shape, 0.1, 2)];
    const gradients: Int32Array[] = [];
    const methods: string[] = [];
    for (const skip of [true, false]) {
      tf.env().set("WASM_TRAINING_SKIP_ZEROS", skip);
      const { layers } = await profile(() => {
        gradients.push(bitsOf(filterGradient(x, dy, [3, 3, 32, 32]).dataSync() as Float32Array));
      });
      methods.push(layers[0].method);
    }
    expect(methods).toEqual(["emap", "dense"]);
    expect(gradients[0]).toEqual(gradients[1]);
  });
});
