import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { arraySource } from "../trace/byte-source.ts";
import { readTraceFile } from "../trace/swg-trace.ts";
import type { Trace } from "../trace/trace.ts";
import { recordTrainingStep, traceBytes } from "./tensorflow-js.ts";
import { compareGradient, verifyLayer } from "./verify.ts";

const { layers } = keras;
type Shape = keras.Shape | keras.Shape[];
type Tensors = tf.Tensor | tf.Tensor[];

/** Compiled, with weights from seeds of their own. */
function compiled<Model extends keras.LayersModel>(model: Model): Model {
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  for (const [i, weight] of model.weights.entries())
    if (weight.shape.length > 1)
      weight.write(tf.randomNormal(weight.shape as number[], 0, 0.5, "float32", i + 1));
  return model;
}
const stack = (...parts: keras.layers.Layer[]) => compiled(keras.sequential({ layers: parts }));
const drawn = (shape: readonly (number | null)[], seed: number) =>
  tf.randomNormal(shape as number[], 0, 1, "float32", seed);

/** A step of a model on drawn numbers, written and read again, and what it must be the gradient of. */
async function recorded(model: keras.LayersModel, images = 3, options = {}) {
  const x = drawn([images, ...model.inputs[0].shape.slice(1)], 7);
  const y = drawn([images, ...model.outputs[0].shape.slice(1)], 8);
  const tensors = tf.memory().numTensors;
  const step = await recordTrainingStep(tf, model, x, y, options);
  expect(tf.memory().numTensors).toBe(tensors);
  const [trace] = readTraceFile(arraySource("bytes", traceBytes([step]))).steps;
  const inner = (model as unknown as { model?: keras.LayersModel }).model ?? model;
  const { grads } = tf.variableGrads(
    () => tf.mean(inner.lossFunctions[0](y, model.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar,
    model.trainableWeights.map((weight) => weight.read() as tf.Variable),
  );
  /** Of uses of one kernel: how far their gradients' sum is from the framework's. */
  const error = (kernel: { read(): tf.Tensor }, ...uses: string[]) => {
    const gradient = grads[(kernel.read() as tf.Variable).name];
    const axes = { 2: [1, 0], 3: [2, 1, 0], 4: [3, 2, 0, 1] }[gradient.rank]!;
    const sums = uses
      .map((name) => trace.read(name).weightGradient!)
      .reduce((a, b) => a.map((value, i) => value + b[i]));
    return compareGradient(sums, tf.transpose(gradient, axes).dataSync() as Float32Array).error;
  };
  for (const { name } of trace.layers) expect(verifyLayer(trace.read(name))).toMatchObject({ ok: true });
  return { trace, names: trace.layers.map(({ name }) => name), error };
}

const leftOut = ({ coverage }: Trace) => coverage!.leftOut.map(({ operator, names }) => [operator, ...names]);
const kernelOf = (layer: unknown) => (layer as { kernel: { read(): tf.Tensor } }).kernel;

const conv = (name: string, more: object = {}) =>
  layers.conv2d({ name, filters: 2, kernelSize: 3, padding: "same", ...more });
const branch = (name: string) =>
  keras.sequential({ name, layers: [conv("conv", { inputShape: [6, 6, 2] })] });

/** A layer of one's own around a Dense, whose weights it trains. */
class Around extends keras.layers.Layer {
  static className = "Around";
  readonly dense: keras.layers.Layer;
  readonly change: (x: tf.Tensor) => tf.Tensor;
  constructor(dense: keras.layers.Layer, change: (x: tf.Tensor) => tf.Tensor = (x) => x) {
    super({});
    this.dense = dense;
    this.change = change;
  }
  override build(shape: Shape): void {
    this.dense.build(shape);
    this.trainableWeights = this.dense.trainableWeights;
    super.build(shape);
  }
  override computeOutputShape(shape: Shape): Shape {
    return this.dense.computeOutputShape(shape);
  }
  override call(inputs: Tensors): tf.Tensor {
    const [x] = [inputs].flat();
    return this.dense.apply(this.change(x)) as tf.Tensor;
  }
}

/** A product with weights of its own. */
class OwnProduct extends keras.layers.Layer {
  private product!: keras.LayerVariable;
  override build(shape: Shape): void {
    const size = (shape as number[]).at(-1)!;
    this.product = this.addWeight("product", [size, size], "float32", keras.initializers.glorotNormal({}));
    this.addWeight("scale", [size], "float32", keras.initializers.ones());
    super.build(shape);
  }
  override call(inputs: Tensors): tf.Tensor {
    return tf.matMul([inputs].flat()[0] as tf.Tensor2D, this.product.read() as tf.Tensor2D);
  }
}

describe("are layers recorded wherever in a model they lie, and told apart?", () => {
  it("two of one name in two models", async () => {
    const [first, second] = [branch("b1"), branch("b2")];
    const model = stack(first, second, layers.flatten(), layers.dense({ name: "fc", units: 3 }));
    const { names, error, trace } = await recorded(model);
    expect(names).toEqual(["b1/conv", "b2/conv", "fc"]);
    expect(trace.coverage).toEqual({ operatorsWithWeights: 3, leftOut: [], notes: [] });
    expect(error(kernelOf(first.layers[0]), "b1/conv")).toBeLessThan(1e-5);
    expect(error(kernelOf(second.layers[0]), "b2/conv")).toBeLessThan(1e-5);
  });

  it("a model used twice, and models in models", async () => {
    const inner = branch("inner");
    const middle = keras.sequential({ name: "middle", layers: [inner] });
    const input = keras.input({ shape: [6, 6, 2] });
    const output = middle.apply(middle.apply(input)) as keras.SymbolicTensor;
    const model = compiled(keras.model({ inputs: input, outputs: output }));
    const { names, error, trace } = await recorded(model);
    expect(names).toEqual(["conv", "conv#1"]);
    expect(trace.coverage?.operatorsWithWeights).toBe(1);
    expect(error(kernelOf(inner.layers[0]), ...names)).toBeLessThan(1e-5);
  });

  it("inside TimeDistributed, a use for each time step", async () => {
    const dense = layers.dense({ name: "dense", units: 2, activation: "relu" });
    const model = stack(layers.timeDistributed({ layer: dense, inputShape: [4, 3] }));
    const { names, error } = await recorded(model);
    expect(names).toEqual(["dense", "dense#1", "dense#2", "dense#3"]);
    expect(error(kernelOf(dense), ...names)).toBeLessThan(1e-5);
  });

  it("inside a layer of one's own, whatever it does before", async () => {
    const dense = layers.dense({ name: "dense", units: 2 });
    const change = (x: tf.Tensor) => tf.reshape(tf.square(x), [-1, 3]);
    const around = new Around(dense, change);
    const model = stack(
      layers.inputLayer({ inputShape: [3] }),
      around,
      layers.dense({ units: 2, name: "fc" }),
    );
    const { names, error } = await recorded(model);
    expect(names).toEqual(["dense", "fc"]);
    expect(error(kernelOf(dense), "dense")).toBeLessThan(1e-5);
  });

  it("inside a layer that holds them by names, in a plain object or a map", async () => {
    class Held extends Around {
      static override className = "Held";
      readonly held: object;
      constructor(dense: keras.layers.Layer, hold: (dense: keras.layers.Layer) => object) {
        super(dense);
        this.held = hold(dense);
        Object.defineProperty(this, "dense", { enumerable: false });
      }
    }
    for (const hold of [
      (one: unknown) => ({ query: one }),
      (one: unknown) => ({ heads: [one] }),
      (one: unknown) => new Map([["query", one]]),
    ]) {
      const dense = layers.dense({ name: "dense", units: 2 });
      const model = stack(layers.inputLayer({ inputShape: [3] }), new Held(dense, hold));
      const { names, error } = await recorded(model);
      expect(names).toEqual(["dense"]);
      expect(error(kernelOf(dense), "dense")).toBeLessThan(1e-5);
    }
  });

  it("a Dense whose first axis are more than images keeps them all, or is left out of a cut batch", async () => {
    class Back extends Around {
      static override className = "Back";
      override computeOutputShape(): Shape {
        return [null, 4];
      }
      override call(inputs: Tensors): tf.Tensor {
        return tf.reshape(super.call(inputs), [-1, 4]);
      }
    }
    const back = new Back(layers.dense({ name: "dense", units: 2 }), (x) => tf.reshape(x, [-1, 3]));
    back.build = function (this: Back) {
      this.dense.build([null, 3]);
      this.trainableWeights = this.dense.trainableWeights;
      this.built = true;
    };
    const model = stack(layers.dense({ name: "fc", units: 3, inputShape: [2, 3] }), back);
    const { trace, error } = await recorded(model);
    expect(trace.layers.map(({ name, N }) => [name, N])).toEqual([
      ["fc", 6],
      ["dense", 6],
    ]);
    expect(error(kernelOf(back.dense), "dense")).toBeLessThan(1e-5);
    const cut = await recorded(model, 3, { maxBatch: 2 });
    expect(cut.trace.layers.map(({ name, N }) => [name, N])).toEqual([["fc", 4]]);
    expect(cut.trace.coverage?.leftOut[0]).toMatchObject({
      operator: "Dense",
      names: ["dense"],
      why: "its input has 6 entries for 3 images, so that the first 2 cannot be told",
    });
  });
});

describe("is every layer with a kernel that is not recorded named, with the reason?", () => {
  const fc = () => layers.dense({ name: "fc", units: 2 });
  const kinds: [string, keras.layers.Layer[], string[][]][] = [
    [
      "LSTM",
      [layers.lstm({ name: "l", units: 3, recurrentInitializer: "glorotNormal", inputShape: [4, 2] })],
      [["LSTM", "l"]],
    ],
    [
      "Bidirectional GRU",
      [
        layers.bidirectional({
          layer: layers.gru({ name: "g", units: 3, recurrentInitializer: "glorotNormal" }) as never,
          mergeMode: "concat",
          inputShape: [4, 2],
        }),
      ],
      [["GRU", "forward_g", "backward_g"]],
    ],
    [
      "Conv2DTranspose",
      [
        layers.conv2dTranspose({ name: "t", filters: 2, kernelSize: 3, inputShape: [4, 4, 2] }),
        layers.flatten(),
      ],
      [["Conv2DTranspose", "t"]],
    ],
    [
      "SeparableConv2D",
      [
        layers.separableConv2d({ name: "s", filters: 2, kernelSize: 3, inputShape: [4, 4, 2] }),
        layers.flatten(),
      ],
      [["SeparableConv2D", "s"]],
    ],
    [
      "Conv3D",
      [layers.conv3d({ name: "c3", filters: 2, kernelSize: 2, inputShape: [3, 3, 3, 1] }), layers.flatten()],
      [["Conv3D", "c3"]],
    ],
    [
      // whose output TensorFlow.js leaves with its channels last
      "Conv1D with channels first",
      [
        layers.conv1d({
          name: "c1",
          filters: 3,
          kernelSize: 3,
          dataFormat: "channelsFirst",
          inputShape: [2, 8],
        }),
        layers.flatten(),
      ],
      [["Conv1D", "c1"]],
    ],
    [
      "a layer of one's own with its own product",
      [new OwnProduct({ name: "own", inputShape: [3] })],
      [["OwnProduct", "own"]],
    ],
    [
      "a frozen layer",
      [layers.dense({ name: "frozen", units: 3, trainable: false, inputShape: [3] })],
      [["Dense", "frozen"]],
    ],
  ];
  it.each(kinds)("%s", async (_, parts, expected) => {
    const { trace, names } = await recorded(stack(...parts, fc()));
    expect(names).toEqual(["fc"]);
    expect(leftOut(trace)).toEqual(expected);
    expect(trace.coverage?.operatorsWithWeights).toBe(expected.flat().length - expected.length + 1);
  });

  it.each([
    [1.2, /is off from TensorFlow.js's own by 1\d %: it computes something else/],
    [1.005, /is off from TensorFlow.js's own by 0.5\d* %/],
  ])("a layer that only looks like a Dense, its input times %d", async (factor, why) => {
    const dense = layers.dense({ name: "scaled", units: 3, inputShape: [3] });
    const call = dense.call.bind(dense);
    const changed = (inputs: Tensors, kwargs: object) => call(tf.mul([inputs].flat()[0], factor), kwargs);
    dense.call = changed;
    const { trace, names } = await recorded(stack(dense, fc()));
    expect(names).toEqual(["fc"]);
    expect(trace.coverage?.leftOut[0].why).toMatch(why);
    expect(dense.call).toBe(changed);
  });

  it("a layer that the loss does not depend on, and those that were not asked for", async () => {
    const input = keras.input({ shape: [3] });
    const lost = layers.dense({ name: "lost", units: 2 }).apply(input);
    const stopped = layers.multiply().apply([lost, lost] as keras.SymbolicTensor[]);
    const kept = layers.dense({ name: "kept", units: 2 }).apply(input);
    const both = new (class Second extends keras.layers.Layer {
      override computeOutputShape(shapes: Shape): Shape {
        return (shapes as keras.Shape[])[1];
      }
      override call(inputs: Tensors): tf.Tensor {
        return tf.clone((inputs as tf.Tensor[])[1]);
      }
    })({ name: "second" }).apply([stopped, kept] as keras.SymbolicTensor[]);
    const model = compiled(keras.model({ inputs: input, outputs: fc().apply(both) as keras.SymbolicTensor }));
    const { trace } = await recorded(model, 3, { layers: ["kept", "lost"] });
    expect(trace.coverage?.leftOut.map(({ names, why }) => [names, why])).toEqual([
      [["lost"], "the loss does not depend on its weights in this step"],
      [["fc"], "it was not among the layers asked for"],
    ]);
  });

  it("normalisation, pooling and activations have no kernel, and are not named", async () => {
    const model = stack(
      conv("c", { inputShape: [6, 6, 2] }),
      layers.batchNormalization(),
      layers.prelu(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      fc(),
    );
    expect((await recorded(model)).trace.coverage?.leftOut).toEqual([]);
  });
});

describe("does recording leave a training as it was?", () => {
  it("dropout masks of a recurrent layer are not kept", async () => {
    const dropout = { dropout: 0.3, recurrentDropout: 0.3, recurrentInitializer: "glorotNormal" } as const;
    const model = stack(
      layers.gru({ units: 2, ...dropout, returnSequences: true, inputShape: [4, 2] }),
      layers.rnn({ cell: [layers.lstmCell({ units: 2, ...dropout })] as never }),
      layers.dense({ name: "fc", units: 2 }),
    );
    const [x, y] = [drawn([3, 4, 2], 1), drawn([3, 2], 2)];
    const tensors = tf.memory().numTensors;
    await recordTrainingStep(tf, model, x, y);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it("states of a recurrent layer that keeps them", async () => {
    const rnn = layers.simpleRNN({
      name: "r",
      units: 2,
      recurrentInitializer: "glorotNormal",
      stateful: true,
      batchInputShape: [3, 4, 2],
    });
    const model = stack(rnn, layers.dense({ name: "fc", units: 2 }));
    const [x, y] = [drawn([3, 4, 2], 1), drawn([3, 2], 2)];
    await model.trainOnBatch(x, y);
    const states = () =>
      (rnn as unknown as { states_: tf.Tensor[] }).states_.map((state) => [...state.dataSync()]);
    const before = states();
    const tensors = tf.memory().numTensors;
    await recordTrainingStep(tf, model, x, y);
    expect(states()).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
    await model.trainOnBatch(x, y);
    expect(states()).not.toEqual(before);
  });

  it("a layer that throws leaves neither tensors nor changed layers behind", async () => {
    const dense = layers.dense({ name: "dense", units: 2 });
    let broken = false;
    const around = new Around(dense, (x) => {
      if (broken) throw new Error("broken layer");
      return x;
    });
    const model = stack(layers.dense({ name: "fc", units: 3, inputShape: [3] }), around);
    const activation = (dense as unknown as { activation: unknown }).activation;
    const [x, y] = [drawn([2, 3], 1), drawn([2, 2], 2)];
    const tensors = tf.memory().numTensors;
    broken = true;
    await expect(recordTrainingStep(tf, model, x, y)).rejects.toThrow("broken layer");
    expect(tf.memory().numTensors).toBe(tensors);
    expect((dense as unknown as { activation: unknown }).activation).toBe(activation);
    expect([dense, ...model.layers].some((layer) => Object.hasOwn(layer, "call"))).toBe(false);
  });
});
