import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { relativeError } from "../test/both-backends.ts";
import { drawer } from "../test/drawn-blobs.ts";
import "./index.ts";
import { withoutKernel } from "./without-kernel.ts";

beforeAll(() => tf.setBackend("wasm"));

const tensor = (shape: number[], seed: number) => {
  const draw = drawer(seed);
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => draw() - 0.5);
  return tf.tensor(values, shape);
};

describe("what has the wasm backend no kernel for?", () => {
  it("what the list says, of all that the cpu backend has", () => {
    const names = (backend: string) => tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
    const missing = names("cpu").filter((name) => !names("wasm").includes(name));
    expect(missing.sort()).toEqual([...withoutKernel]);
  });
});

describe("is what a kernel cannot do left to the backend?", () => {
  it("maps of int32, said once", () => {
    const said = vi.spyOn(console, "info").mockImplementation(() => {});
    const x = tf.ones([1, 3, 3, 1], "int32");
    const run = () =>
      tf.engine().runKernel("Conv2D", { x, filter: tf.ones([1, 1, 1, 1]) }, {
        strides: 1,
        pad: "same",
        dataFormat: "NHWC",
        dilations: 1,
      } as never);
    run();
    run();
    expect(said.mock.calls).toEqual([
      [
        "tfjs-wasm-training: Conv2D is left to the wasm backend's own kernel: tensors must be float32, one is int32",
      ],
    ]);
    said.mockRestore();
  });

  it("a sum over the last axis, of which nothing has to be said", () => {
    const said = vi.spyOn(console, "info").mockImplementation(() => {});
    expect([...tf.sum(tf.ones([2, 3]), 1).dataSync()]).toEqual([3, 3]);
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
  });

  it("what the backend has no kernel for either is refused in one line", () => {
    const [x, dy] = [tf.ones([1, 1, 3, 3]), tf.ones([1, 1, 3, 3])];
    const attrs = { strides: 1, pad: "same", dataFormat: "NCHW", filterShape: [1, 1, 1, 1] };
    expect(() => tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, attrs as never)).toThrow(
      "Conv2DBackpropFilter of the wasm backend: maps must be NHWC, are NCHW",
    );
  });

  it("all of it by a flag", () => {
    const x = tf.ones([2, 2]);
    const shared = () => tf.engine().state.numDataBuffers;
    const before = shared();
    tf.env().set("WASM_TRAINING_KERNELS", false);
    const copy = tf.clone(x);
    expect(shared()).toBe(before + 1);
    tf.env().set("WASM_TRAINING_KERNELS", true);
    const same = tf.clone(x);
    expect(shared()).toBe(before + 1);
    tf.dispose([x, copy, same]);
  });
});

/** Gradients with respect to all inputs, on both backends. */
async function expectSameGradients(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  given: readonly { shape: number[]; seed: number }[],
): Promise<void> {
  const results: Float32Array[][] = [];
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    const gradients = tf.grads(f)(given.map(({ shape, seed }) => tensor(shape, seed)));
    results.push(gradients.map((gradient) => gradient.dataSync() as Float32Array));
  }
  for (const [i, wanted] of results[0].entries()) {
    expect(wanted.some((value) => value !== 0)).toBe(true);
    expect(relativeError(results[1][i], wanted)).toBeLessThan(1e-5);
  }
}

describe("are gradients the cpu backend's?", () => {
  it.each([4, 7])("of batch normalisation with %i channels, with respect to each input", async (channels) => {
    const each = [2, 3, 4, 5].map((seed) => ({ shape: [channels], seed }));
    const normalised = (
      x: tf.Tensor,
      mean: tf.Tensor,
      variance: tf.Tensor,
      offset: tf.Tensor,
      scale: tf.Tensor,
    ) =>
      tf.mul(
        tf.batchNorm(
          x,
          mean as tf.Tensor1D,
          tf.abs(variance) as tf.Tensor1D,
          offset as tf.Tensor1D,
          scale as tf.Tensor1D,
        ),
        tensor([2, 3, 5, channels], 9),
      );
    await expectSameGradients(normalised as never, [{ shape: [2, 3, 5, channels], seed: 1 }, ...each]);
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ["ReLU", tf.relu],
    ["ReLU6", (x) => tf.relu6(tf.mul(x, 20))],
    ["a sum over the first axes", (x) => tf.sum(x, [0, 1])],
    ["a sum over all axes", (x) => tf.sum(x)],
    ["a sum over axes apart", (x) => tf.sum(x, [0, 2])],
    ["a mean over inner axes, kept", (x) => tf.mean(x, [1, 2], true)],
    ["a mean over the last axis", (x) => tf.mean(x, -1)],
    ["moments", (x) => tf.mul(...(Object.values(tf.moments(x, [0, 1, 2])) as [tf.Tensor, tf.Tensor]))],
  ])("of %s", async (_, f) => {
    await expectSameGradients((x) => tf.square(f(x)), [{ shape: [2, 3, 4, 5], seed: 1 }]);
  });

  it.each<[string, number[][], number[]]>([
    [
      "abc,cde->abde",
      [
        [2, 3, 4],
        [4, 2, 3],
      ],
      [2, 3, 2, 3],
    ],
    [
      "aecd,abcd->acbe",
      [
        [2, 3, 2, 4],
        [2, 5, 2, 4],
      ],
      [2, 2, 5, 3],
    ],
    [
      "abc,bd->ad",
      [
        [2, 3, 4],
        [3, 2],
      ],
      [2, 2],
    ],
    ["abc->b", [[2, 3, 4]], [3]],
  ])("of Einsum %s, which is linear in each input", async (equation, shapes, outShape) => {
    await tf.setBackend("wasm");
    const weights = tensor(outShape, 9);
    const f = (...inputs: tf.Tensor[]) =>
      tf.sum(tf.mul(tf.einsum(equation, ...inputs), weights)) as tf.Scalar;
    const inputs = shapes.map((shape, seed) => tensor(shape, seed + 1));
    const gradients = tf.grads(f)(inputs);
    for (const [i, shape] of shapes.entries()) {
      const other = tensor(shape, 20 + i);
      const moved = f(...inputs.map((input, j) => (j === i ? other : input)));
      const [wanted] = moved.dataSync();
      expect(tf.sum(tf.mul(gradients[i], other)).dataSync()[0]).toBeCloseTo(wanted, 5);
      expect(wanted).not.toBe(0);
    }
  });
});
