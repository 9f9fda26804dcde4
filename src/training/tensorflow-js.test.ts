import "@tensorflow/tfjs-backend-cpu";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { arraySource } from "../trace/byte-source.ts";
import { readTraceFile } from "../trace/swg-trace.ts";
import type { Trace } from "../trace/trace.ts";
import { recordTrainingStep, traceBytes } from "./tensorflow-js.ts";
import { compareGradient, verifyLayer } from "./verify.ts";

const { layers } = keras;

/** Compiled, with weights from seeds of their own. */
function compiled(stack: keras.layers.Layer[], loss = "meanSquaredError"): keras.Sequential {
  const model = keras.sequential({ layers: stack });
  model.compile({ optimizer: "sgd", loss });
  for (const [i, weight] of model.trainableWeights.entries())
    weight.write(tf.randomNormal(weight.shape as number[], 0, 0.5, "float32", i + 1));
  return model;
}

const drawn = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, "float32", seed);

/** A layer's gradient by TensorFlow.js, its axes ordered as [K][C/groups][R][S]. */
function frameworkGradient(model: keras.Sequential, name: string, x: tf.Tensor, y: tf.Tensor): Float32Array {
  const loss = (model as unknown as { model: keras.LayersModel }).model.lossFunctions[0];
  const { grads } = tf.variableGrads(
    () => tf.mean(loss(y, model.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar,
  );
  const kernel = model.getLayer(name).trainableWeights[0].read() as tf.Variable;
  const axes = { 2: [1, 0], 3: [2, 1, 0], 4: name.startsWith("depthwise") ? [2, 3, 0, 1] : [3, 2, 0, 1] };
  return tf.transpose(grads[kernel.name], axes[kernel.rank as 2 | 3 | 4]).dataSync() as Float32Array;
}

const readBack = (...steps: Trace[]) => readTraceFile(arraySource("bytes", traceBytes(steps))).steps;

describe("is the recorded gradient that of TensorFlow.js?", () => {
  const pictures: [string, () => keras.layers.Layer][] = [
    [
      "conv2d of an even kernel and stride 2, same",
      () =>
        layers.conv2d({
          name: "c",
          filters: 4,
          kernelSize: [4, 2],
          strides: [2, 1],
          padding: "same",
          activation: "relu",
        }),
    ],
    [
      "conv2d, valid, linear, without bias",
      () => layers.conv2d({ name: "c", filters: 3, kernelSize: 3, useBias: false }),
    ],
    [
      "conv2d that leaves columns out",
      () => layers.conv2d({ name: "c", filters: 3, kernelSize: 2, strides: 3, activation: "tanh" }),
    ],
    [
      "depthwise, two outputs a channel",
      () =>
        layers.depthwiseConv2d({
          name: "depthwise",
          kernelSize: 3,
          depthMultiplier: 2,
          padding: "same",
          activation: "relu",
        }),
    ],
  ];
  it.each(pictures)("%s", async (_, make) => {
    const x = drawn([3, 9, 8, 2], 5);
    const layer = make();
    const model = compiled([layers.inputLayer({ inputShape: [9, 8, 2] }), layer]);
    const y = drawn([3, ...(model.outputs[0].shape.slice(1) as number[])], 6);
    const [trace] = readBack(await recordTrainingStep(tf, model, x, y));
    const recorded = trace.read(layer.name);
    expect(verifyLayer(recorded)).toMatchObject({ ok: true });
    expect(
      compareGradient(recorded.weightGradient!, frameworkGradient(model, layer.name, x, y)).error,
    ).toBeLessThan(1e-5);
    expect(recorded.emap.some((value) => value !== 0)).toBe(true);
  });

  it("conv1d as one row, and dense on tokens, behind each other", async () => {
    const model = compiled([
      layers.conv1d({
        name: "row",
        filters: 4,
        kernelSize: 4,
        strides: 2,
        padding: "same",
        activation: "relu",
        inputShape: [11, 3],
      }),
      layers.dense({ name: "dense", units: 5, activation: "sigmoid" }),
    ]);
    const [x, y] = [drawn([2, 11, 3], 1), drawn([2, 6, 5], 2)];
    const [trace] = readBack(await recordTrainingStep(tf, model, x, y));
    expect(trace.layers.map(({ name, N, H, W, padding }) => [name, N, H, W, padding])).toEqual([
      ["row", 2, 1, 11, [0, 1, 0, 2]],
      ["dense", 12, 1, 1, [0, 0, 0, 0]],
    ]);
    for (const { name } of trace.layers) {
      const recorded = trace.read(name);
      expect(verifyLayer(recorded)).toMatchObject({ ok: true });
      expect(
        compareGradient(recorded.weightGradient!, frameworkGradient(model, name, x, y)).error,
      ).toBeLessThan(1e-5);
    }
  });

  it("a layer used twice has a gradient for each use, which add up", async () => {
    const input = keras.input({ shape: [4] });
    const shared = layers.dense({ name: "shared", units: 4, activation: "relu" });
    const output = shared.apply(shared.apply(input)) as keras.SymbolicTensor;
    const model = keras.model({ inputs: input, outputs: output });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const [x, y] = [drawn([3, 4], 1), drawn([3, 4], 2)];
    const [trace] = readBack(await recordTrainingStep(tf, model, x, y));
    expect(trace.layers.map(({ name }) => name)).toEqual(["shared", "shared#1"]);
    const [first, second] = ["shared", "shared#1"].map((name) => trace.read(name).weightGradient!);
    const { grads } = tf.variableGrads(
      () => tf.mean(model.lossFunctions[0](y, model.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar,
    );
    const kernel = shared.trainableWeights[0].read() as tf.Variable;
    const whole = tf.transpose(grads[kernel.name]).dataSync() as Float32Array;
    expect(
      compareGradient(
        first.map((value, i) => value + second[i]),
        whole,
      ).error,
    ).toBeLessThan(1e-5);
  });
});

describe("what does a recorded step hold, and what does it leave alone?", () => {
  const network = () =>
    compiled(
      [
        layers.conv2d({ name: "c1", filters: 4, kernelSize: 3, activation: "relu", inputShape: [8, 8, 1] }),
        layers.batchNormalization(),
        layers.conv2d({ name: "c2", filters: 4, kernelSize: 3, activation: "relu" }),
        layers.flatten(),
        layers.dense({ name: "fc", units: 3, activation: "softmax" }),
      ],
      "categoricalCrossentropy",
    );
  const x = drawn([4, 8, 8, 1], 3);
  const y = tf.oneHot([0, 1, 2, 0], 3);

  it("no weight, average or layer of the model changes, and no tensor stays", async () => {
    const model = network();
    const before = model.weights.map((weight) => weight.read().dataSync().slice());
    const activations = model.layers.map((layer) => (layer as { activation?: unknown }).activation);
    const tensors = tf.memory().numTensors;
    await recordTrainingStep(tf, model, x, y);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(model.weights.map((weight) => weight.read().dataSync())).toEqual(before);
    expect(model.layers.map((layer) => (layer as { activation?: unknown }).activation)).toEqual(activations);
    expect(model.layers.some((layer) => Object.hasOwn(layer, "call"))).toBe(false);
  });

  it("several steps of a training in one file, the batch cut", async () => {
    const model = network();
    const steps: Trace[] = [];
    for (let step = 0; step < 5; step++) {
      if (step % 2 === 0)
        steps.push(
          await recordTrainingStep(tf, model, x, y, {
            step,
            optimizerStep: step,
            maxBatch: 2,
            dataset: "drawn",
          }),
        );
      await model.trainOnBatch(x, y);
    }
    const file = readBack(...steps);
    expect(file.map(({ labels }) => [labels.step, labels.batch, labels.framework])).toEqual(
      [0, 2, 4].map((step) => [step, 2, "TensorFlow.js 4.22.0"]),
    );
    for (const step of file)
      for (const { name, N } of step.layers) {
        expect(N).toBe(2);
        expect(verifyLayer(step.read(name))).toMatchObject({ ok: true });
      }
    expect(file[0].read("c1").emap).not.toEqual(file[2].read("c1").emap);
  });

  it("chosen layers alone, and a mask where weights are pruned", async () => {
    const model = network();
    const kernel = model.getLayer("c2").trainableWeights[0];
    kernel.write(tf.mul(kernel.read(), tf.cast(tf.greater(kernel.read(), 0), "float32")));
    const trace = await recordTrainingStep(tf, model, x, y, { layers: ["c2"] });
    const { mask, weightGradient } = trace.read("c2");
    expect(trace.layers).toHaveLength(1);
    expect(mask!.some((flag) => flag === 0)).toBe(true);
    expect(weightGradient!.every((value, i) => mask![i] === 1 || value === 0)).toBe(true);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      "a layer that is not there",
      () => recordTrainingStep(tf, network(), x, y, { layers: ["c9"] }),
      'unknown layer "c9"; known: c1, c2, fc',
    ],
    [
      "half an image",
      () => recordTrainingStep(tf, network(), x, y, { maxBatch: 0.5 }),
      "maxBatch must be a whole number from 1 to 9007199254740991, is 0.5",
    ],
    [
      "a model without a loss",
      () =>
        recordTrainingStep(
          tf,
          keras.sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] }),
          x,
          y,
        ),
      "model must be compiled with one loss, has 0",
    ],
    [
      "a model without such layers",
      () => recordTrainingStep(tf, compiled([layers.flatten({ inputShape: [2, 2] })]), x, y),
      "model must have a Conv1D, Conv2D, DepthwiseConv2D or Dense that trains, has none",
    ],
  ])("%s is refused", async (_, record, message) => {
    await expect(record).rejects.toThrow(message);
  });

  it("nothing of it needs Node", () => {
    const seen = new Set<string>();
    const visit = (path: string) => {
      if (seen.has(path)) return;
      seen.add(path);
      const text = readFileSync(path, "utf8");
      for (const [, type, from] of text.matchAll(/^(?:import|export) (type )?.*?from "([^"]+)";$/gms)) {
        expect(from).not.toMatch(/^node:/);
        if (!type) expect(from).toMatch(/^\./);
        if (from.startsWith(".")) visit(join(dirname(path), from));
      }
    };
    visit(fileURLToPath(new URL("tensorflow-js.ts", import.meta.url)));
    expect(seen.size).toBeGreaterThan(10);
  });
});
