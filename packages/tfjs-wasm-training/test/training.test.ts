import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import { beforeEach, describe, expect, it } from "vitest";
import "../src/index.ts";
import { comparedTraining, cpuLosses } from "./cpu-losses.ts";
import { drawnBlobs } from "./drawn-blobs.ts";
import { expectNoLeak } from "./leak.ts";
import { type NetworkName, networks } from "./networks.ts";
import { train } from "./train.ts";
import { bitsOf } from "./wasm-engine.ts";

const names = Object.keys(networks) as NetworkName[];

beforeEach(async () => {
  await tf.setBackend("wasm");
  tf.env().reset();
});

describe("does a CNN train on wasm as it does on the cpu backend?", () => {
  it.each(names)("%s: the same losses to 1e-4", async (name) => {
    const { losses } = await train(name, comparedTraining);
    for (const [step, loss] of losses.entries())
      expect(Math.abs(loss - cpuLosses[name][step])).toBeLessThan(1e-4);
  });
});

describe("does skipping zeros change a result?", () => {
  it.each(names)("%s: the same weights, bit for bit, as of dense kernels", async (name) => {
    const sizes = { side: 16, batch: 2, steps: 2 };
    const skipping = await train(name, sizes);
    tf.env().set("WASM_TRAINING_SKIP_ZEROS", false);
    const dense = await train(name, sizes);
    expect(skipping.losses).toEqual(dense.losses);
    expect(skipping.weights.map(bitsOf)).toEqual(dense.weights.map(bitsOf));
  });
});

describe("does a training leave anything behind?", () => {
  it("no tensor, no scratch after the first step, no heap, in 50 steps", () => expectNoLeak(50));
});

describe("do other backends train as before?", () => {
  it("first on wasm, then on cpu, in one process", async () => {
    const { layers } = keras;
    const losses: number[] = [];
    for (const backend of ["wasm", "cpu"]) {
      await tf.setBackend(backend);
      const { x, y } = drawnBlobs(2, 8);
      const model = keras.sequential({
        layers: [
          layers.conv2d({
            inputShape: [8, 8, 3],
            filters: 4,
            kernelSize: 3,
            kernelInitializer: keras.initializers.glorotUniform({ seed: 3 }),
          }),
          layers.batchNormalization(),
          layers.reLU(),
          layers.flatten(),
          layers.dense({ units: 10, kernelInitializer: keras.initializers.glorotUniform({ seed: 4 }) }),
        ],
      });
      model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
      for (let step = 0; step < 3; step++) losses.push((await model.trainOnBatch(x, y)) as number);
      tf.dispose([x, y]);
    }
    for (let step = 0; step < 3; step++) expect(losses[step]).toBeCloseTo(losses[step + 3], 5);
    expect(losses[2]).toBeLessThan(losses[0]);
  });
});
