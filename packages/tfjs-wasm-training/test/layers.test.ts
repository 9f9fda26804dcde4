import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import "../src/index.ts";
import { drawer } from "./drawn-blobs.ts";

const { layers, initializers } = keras;
type Layers = InstanceType<typeof layers.Layer>[];
const drawn = () => initializers.glorotUniform({ seed: 3 });

/** Losses of two steps on a backend, on pictures [2][8][8][3], or on words where the first layer is an embedding. */
async function losses(backend: string, make: () => Layers): Promise<number[]> {
  await tf.setBackend(backend);
  const draw = drawer(1);
  const made = make();
  const words = made[0].getClassName() === "Embedding";
  const x = words
    ? tf.tensor2d(
        Array.from({ length: 8 }, () => Math.floor(draw() * 5)),
        [2, 4],
      )
    : tf.tensor4d(
        Array.from({ length: 384 }, () => draw() - 0.3),
        [2, 8, 8, 3],
      );
  const y = tf.tensor2d([1, 0, 0, 1], [2, 2]);
  const end = [layers.flatten(), layers.dense({ units: 2, kernelInitializer: drawn() })];
  const model = keras.sequential({ layers: [...made, ...end] });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
  const found = [];
  for (let step = 0; step < 3; step++) found.push((await model.trainOnBatch(x, y)) as number);
  tf.dispose([x, y]);
  model.dispose();
  return found;
}

const inputShape = [8, 8, 3];

describe("which layers train on wasm as on the cpu backend?", () => {
  it.each<[string, () => Layers]>([
    [
      "a convolution with stride, ReLU in it, and a bias",
      () => [
        layers.conv2d({
          inputShape,
          filters: 5,
          kernelSize: 3,
          strides: 2,
          activation: "relu",
          kernelInitializer: drawn(),
        }),
      ],
    ],
    [
      "a convolution along one axis",
      () => [
        layers.reshape({ inputShape, targetShape: [64, 3] }),
        layers.conv1d({ filters: 4, kernelSize: 5, kernelInitializer: drawn() }),
      ],
    ],
    [
      "a transposed convolution",
      () => [
        layers.conv2dTranspose({
          inputShape,
          filters: 4,
          kernelSize: 3,
          strides: 2,
          kernelInitializer: drawn(),
        }),
      ],
    ],
    [
      "a separable convolution",
      () => [
        layers.separableConv2d({
          inputShape,
          filters: 4,
          kernelSize: 3,
          depthMultiplier: 2,
          depthwiseInitializer: drawn(),
          pointwiseInitializer: drawn(),
        }),
      ],
    ],
    [
      "batch normalisation, pooling that overlaps, ReLU6",
      () => [
        layers.batchNormalization({ inputShape }),
        layers.maxPooling2d({ poolSize: 3, strides: 2 }),
        layers.reLU({ maxValue: 6 }),
        layers.averagePooling2d({ poolSize: 2 }),
      ],
    ],
    [
      "an embedding",
      () => [
        layers.embedding({
          inputDim: 5,
          outputDim: 3,
          inputLength: 4,
          embeddingsInitializer: initializers.randomUniform({ seed: 3 }),
        }),
      ],
    ],
  ])("%s", async (_, make) => {
    const wanted = await losses("cpu", make);
    const found = await losses("wasm", make);
    for (const [step, loss] of found.entries()) expect(Math.abs(loss - wanted[step])).toBeLessThan(1e-5);
    expect(found[2]).not.toBe(found[0]);
  });
});
