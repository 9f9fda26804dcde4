import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { recordTrainingStep } from "./tensorflow-js.ts";

const model = keras.sequential({ layers: [keras.layers.dense({ name: "fc", units: 2, inputShape: [3] })] });
model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
const [x, y] = [tf.ones([4, 3]), tf.ones([4, 2])];
afterAll(() => tf.dispose([x, y]));

type Arguments = Parameters<typeof recordTrainingStep>;
/** As JavaScript calls it: with whatever comes. */
const record = (...given: unknown[]) => recordTrainingStep(...(given as Arguments));

describe("is a wrong argument named in one line, and nothing left behind?", () => {
  it.each<[string, unknown[], string]>([
    ["nothing", [], "tf must be an object, is missing"],
    ["a model in place of tf", [model, tf, x, y], "tf: customGrad must be a function, is missing"],
    ["a graph model", [tf, { execute() {} }, x, y], "model: apply must be a function, is missing"],
    [
      "a layer",
      [tf, keras.layers.flatten(), x, y],
      "model must be a LayersModel of TensorFlow.js, has no layers",
    ],
    ["no inputs", [tf, model], "inputs must be a tensor whose first axis holds the images"],
    ["inputs in a list", [tf, model, [x], y], "inputs must be a tensor"],
    ["targets in a list", [tf, model, x, [y]], "targets must be a tensor"],
    ["targets of no axes", [tf, model, x, tf.scalar(1)], "targets must be a tensor"],
    ["no options", [tf, model, x, y, null], "options must be an object, is null"],
    ["half a step", [tf, model, x, y, { step: 0.5 }], "step must be a whole number from 0"],
    ["layers in one text", [tf, model, x, y, { layers: "fc" }], 'layers must be a list, is "fc"'],
    ["no layers at all", [tf, model, x, y, { layers: [] }], "layers must hold a name, is empty"],
    ["a number as a network", [tf, model, x, y, { network: 7 }], "network must be text, is 7"],
    [
      "a loss by its name",
      [tf, model, x, y, { loss: "meanSquaredError" }],
      'loss must be a function, is "meanSquaredError"',
    ],
    [
      "a loss for each image",
      [tf, model, x, y, { loss: (a: tf.Tensor, b: tf.Tensor) => tf.mean(tf.squaredDifference(a, b), 1) }],
      "loss must give one number for the batch, a tensor of no axes, gives a tensor of shape [4]",
    ],
    ["a loss that is a plain number", [tf, model, x, y, { loss: () => 1 }], "a tensor of no axes, gives 1"],
  ])("%s", async (_, given, message) => {
    const tensors = tf.memory().numTensors;
    const error = await record(...given).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(message);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it("inputs that were disposed of", async () => {
    const gone = tf.ones([4, 3]);
    gone.dispose();
    await expect(record(tf, model, gone, y)).rejects.toThrow("inputs must be a tensor");
  });
});

describe("are inputs of other types and calls of other kinds recorded?", () => {
  it("integers, as tf.oneHot gives them, and truth values", async () => {
    const oneHot = tf.oneHot([0, 1, 2, 0], 3);
    const flags = tf.cast(oneHot, "bool");
    const steps = [await record(tf, model, oneHot, y), await record(tf, model, flags, y)];
    for (const step of steps)
      expect(step.read("fc").fmap).toEqual(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0));
    tf.dispose([oneHot, flags]);
  });

  it("within a tidy of the caller, which ends before the values are there", async () => {
    const tensors = tf.memory().numTensors;
    const steps: ReturnType<typeof record>[] = [];
    tf.tidy(() => {
      steps.push(record(tf, model, x, y));
    });
    expect((await steps[0]).layers).toHaveLength(1);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it("numbers that are not finite leave their layer out", async () => {
    const step = record(tf, model, tf.fill([4, 3], Number.NaN), y);
    await expect(step).rejects.toThrow("fc: its maps or its gradient are not finite");
  });
});
