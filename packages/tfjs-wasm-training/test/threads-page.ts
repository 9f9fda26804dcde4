import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { type Mode, registerBaselines, setMode } from "../bench/baselines.ts";
import { type BenchedLayer, drawnMaps, filterShapeOf, phasesOf } from "../bench/layers.ts";
import type { Backend } from "../src/backend.ts";
import { engineOf } from "../src/engine.ts";
import "../src/index.ts";
import { maskGradient } from "../src/mask-gradient.ts";
import { drawer, drawnBlobs } from "./drawn-blobs.ts";
import { type NetworkName, networks } from "./networks.ts";

const ours = () => engineOf(tf.backend() as unknown as Backend).threads;

/** Starts the backend with so many threads, and this package's as well; how many those are. */
export async function start(path: string, threads: number): Promise<number> {
  setWasmPaths(path);
  setThreadsCount(threads);
  await tf.setBackend("wasm");
  registerBaselines();
  for (let waited = 0; ours().count() < threads && waited < 5000; waited += 10)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return ours().count();
}

function drawn(shape: [number, number, number, number], density: number, seed: number): tf.Tensor4D {
  const draw = drawer(seed);
  const value = () => (draw() < density ? draw() - 0.5 : 0);
  return tf.tensor4d(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, value), shape);
}

/** A digest of the bits of results by every method. */
export async function resultBits(): Promise<Record<string, string>> {
  const bits: Record<string, string> = {};
  const filter = drawn([3, 3, 32, 40], 1, 1);
  const pruned = tf.variable(filter);
  maskGradient(pruned, drawn([3, 3, 32, 40], 0.1, 2));
  for (const density of [1, 0.1]) {
    const x = drawn([4, 24, 24, 32], density, 3);
    const dy = drawn([4, 24, 24, 40], density, 4);
    const convolve = (map: tf.Tensor, weights: tf.Tensor) =>
      tf.conv2d(map as tf.Tensor4D, weights as tf.Tensor4D, 1, "same");
    const results: Record<string, tf.Tensor> = {
      forward: convolve(x, filter),
      filter: tf.grad((weights) => convolve(x, weights))(filter, dy),
      pruned: tf.grad((weights) => convolve(x, weights))(pruned, dy),
      input: tf.grad((map) => convolve(map, filter))(x, dy),
      "input behind a ReLU": tf.grad((map) => convolve(tf.relu(map), filter))(x, dy),
    };
    for (const [name, result] of Object.entries(results))
      bits[`${name}, density ${density}`] = await digest(
        result.dataSync().slice() as Float32Array<ArrayBuffer>,
      );
  }
  return bits;
}

const digest = async (values: Float32Array<ArrayBuffer>) =>
  String(new Uint32Array(await crypto.subtle.digest("SHA-256", values)));

/** How many threads there are when the backend has been given up. */
export function threadsAfterwards(): number {
  const threads = ours();
  tf.removeBackend("wasm");
  return threads.count();
}

type Step = () => Promise<unknown>;
const steps = new Map<string, Step>();

/** Milliseconds by the clock of a step of 16 images; the first of each network compiles. */
export async function stepMs(name: NetworkName, mode: Mode): Promise<number> {
  const step = steps.get(name) ?? stepOf(name);
  steps.set(name, step);
  setMode(mode);
  const started = performance.now();
  await step();
  return performance.now() - started;
}

function stepOf(name: NetworkName): Step {
  const { x, y } = drawnBlobs(16, 32);
  const model = networks[name](32);
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: "categoricalCrossentropy" });
  return () => model.trainOnBatch(x, y) as Promise<unknown>;
}

const maps = new Map<string, ReturnType<typeof drawnMaps>>();

/** Milliseconds by the clock of each phase of a layer. */
export function phasesMs(layer: BenchedLayer, density: number): Record<string, number> {
  const key = `${layer} ${density}`;
  const drawnFor = maps.get(key) ?? drawnMaps(density, layer);
  maps.set(key, drawnFor);
  setMode("package");
  const ms: Record<string, number> = {};
  for (const [phase, run] of Object.entries(phasesOf(drawnFor, filterShapeOf(layer)))) {
    const started = performance.now();
    run().dispose();
    ms[phase] = performance.now() - started;
  }
  return ms;
}
