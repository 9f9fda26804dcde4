import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-layers";
import { beforeEach, describe, expect, it } from "vitest";
import { relativeError } from "../test/both-backends.ts";
import { drawer } from "../test/drawn-blobs.ts";
import "./index.ts";
import { profile } from "./profile.ts";

const drawn = (shape: [number, number, number, number], seed: number, share = 1) => {
  const draw = drawer(seed);
  const value = () => (draw() < share ? draw() : -draw());
  return tf.tensor4d(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, value), shape);
};
const convolved = (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, drawn([3, 3, 16, 16], 2), 1, "same");
const fused = (x: tf.Tensor) =>
  tf.fused.conv2d({ x: x as tf.Tensor4D, filter: drawn([3, 3, 16, 16], 2), strides: 1, pad: "same" });
/** An activation of which few values are above 0, and an error map without zeros. */
const x = () => drawn([2, 8, 8, 16], 1, 0.2);
const dy = () => drawn([2, 8, 8, 16], 3);

/** How the gradient of a convolution's input was computed, and the values that `f` gives on each backend. */
async function compared(f: () => tf.Tensor) {
  await tf.setBackend("cpu");
  const wanted = tf.tidy(f).dataSync();
  await tf.setBackend("wasm");
  let values = new Float32Array() as Float32Array;
  const { layers } = await profile(() => {
    values = tf.tidy(f).dataSync().slice() as Float32Array;
  });
  const methods = layers.filter(({ kernel }) => kernel === "Conv2DBackpropInput").map(({ method }) => method);
  return { error: relativeError(values, wanted), values, methods };
}

beforeEach(() => tf.setBackend("wasm"));

describe("is only what a ReLU's gradient lets through computed?", () => {
  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ["behind a ReLU", (x) => convolved(tf.relu(x))],
    ["in a convolution with a bias, as layers have", (x) => fused(tf.relu(x))],
    ["behind a ReLU6, as layers make it", (x) => convolved(tf.clipByValue(tf.relu(x), 0, 0.5))],
    ["behind pooling", (x) => convolved(tf.maxPool(tf.relu(x) as tf.Tensor4D, [1, 2], 1, "same"))],
    ["where a shortcut has the map too", (x) => tf.tidy(() => tf.add(convolved(tf.relu(x)), tf.relu(x)))],
  ])("%s", async (_, f) => {
    const { error, methods, values } = await compared(() => tf.grad(f)(x(), dy()));
    expect(error).toBeLessThan(1e-5);
    expect(values.some((value) => value !== 0)).toBe(true);
    expect(methods).toEqual(["wanted"]);
  });

  it("with the same bits where zeros are not skipped", async () => {
    const gradient = () =>
      tf
        .grad((x) => convolved(tf.relu(x)))(x(), dy())
        .dataSync();
    const skipping = gradient();
    tf.env().set("WASM_TRAINING_SKIP_ZEROS", false);
    const dense = gradient();
    tf.env().set("WASM_TRAINING_SKIP_ZEROS", true);
    expect(dense).toEqual(skipping);
  });
});

describe("is a gradient exact that goes elsewhere than to a ReLU's?", () => {
  it.each<[string, () => tf.Tensor]>([
    ["to the map itself", () => tf.grad(convolved)(tf.relu(x()), dy())],
    [
      "to the map itself, within another gradient",
      () => {
        let inner: tf.Tensor | undefined;
        tf.grad((x) => {
          const map = tf.relu(x);
          inner = tf.keep(tf.grad(convolved)(map, dy()));
          return map;
        })(x());
        return inner!;
      },
    ],
    ["behind another activation", () => tf.grad((x) => convolved(tf.leakyRelu(x)))(x(), dy())],
    [
      "behind an operation with a gradient of one's own, which mixes",
      () => {
        const mixing = tf.customGrad((x) => ({
          value: tf.clone(x as tf.Tensor),
          gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.mean(dy)),
        }));
        return tf.grad((x) => convolved(mixing(tf.relu(x))))(x(), dy());
      },
    ],
    [
      "in an operation with a gradient of one's own",
      () => {
        const filter = drawn([3, 3, 16, 16], 2);
        const own = tf.customGrad((x, save) => {
          (save as tf.GradSaveFunc)([filter]);
          return {
            value: convolved(x as tf.Tensor),
            gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
              const dx = tf.conv2dTranspose(
                dy as tf.Tensor4D,
                saved as tf.Tensor4D,
                [2, 8, 8, 16],
                1,
                "same",
              );
              return tf.mul(dx, tf.mean(dx));
            },
          };
        });
        return tf.grad((x) => own(tf.relu(x)))(x(), dy());
      },
    ],
  ])("%s", async (_, f) => {
    const { error, methods, values } = await compared(f);
    expect(error).toBeLessThan(1e-5);
    expect(values.some((value) => value !== 0)).toBe(true);
    expect(methods.length).toBeGreaterThan(0);
    expect(methods).not.toContain("wanted");
  });

  it("and the gradient of a gradient, of which the outer one goes to the ReLU's", async () => {
    const inner = (x: tf.Tensor) => tf.grad((y) => tf.square(convolved(tf.relu(y))))(x);
    const { error, values } = await compared(() => tf.grad(inner)(x()));
    expect(error).toBeLessThan(1e-5);
    expect(values.some((value) => value !== 0)).toBe(true);
  });
});
