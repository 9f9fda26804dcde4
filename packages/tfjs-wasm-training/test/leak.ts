import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import { expect } from "vitest";
import type { Backend } from "../src/backend.ts";
import { engineOf } from "../src/engine.ts";

/** Trains a small model of every kind of layer so many steps on wasm; nothing may stay. */
export async function expectNoLeak(steps: number): Promise<void> {
  const { layers } = keras;
  const model = keras.sequential({
    layers: [
      layers.conv2d({
        inputShape: [6, 6, 2],
        filters: 4,
        kernelSize: 3,
        activation: "relu",
        padding: "same",
      }),
      layers.batchNormalization(),
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
  });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const [x, y] = [tf.ones([2, 6, 6, 2]), tf.ones([2, 2])];
  // the optimiser's variables are made in the first step
  await model.trainOnBatch(x, y);
  const before = state();
  for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
  expect(state()).toEqual(before);
  tf.dispose([x, y]);
  model.dispose();
}

function state() {
  const { scratch, backend } = engineOf(tf.backend() as unknown as Backend);
  const { numTensors, numDataBuffers } = tf.memory();
  const heap = backend.wasm.asm?.memory?.buffer.byteLength;
  return { numTensors, numDataBuffers, heap, scratch: scratch.allocations };
}
