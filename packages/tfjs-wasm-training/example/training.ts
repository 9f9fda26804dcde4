import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import { type Profile, profile } from "tfjs-wasm-training";
import { seededRandom } from "../../../src/random.ts";
import { DIGITS, drawPictures, SIDE } from "../../../src/training/pictures.ts";
import { recordTrainingStep, traceBytes } from "../../../src/training/tensorflow-js.ts";
import { type Way, ways } from "./ways.ts";

const batch = 16;
const random = seededRandom(1);
let steps = 0;

/** Made when it is first used: its weights are drawn on the backend. */
let made: keras.Sequential | undefined;
const model = () => {
  made ??= digitModel();
  return made;
};

function digitModel(): keras.Sequential {
  const { layers } = keras;
  const convolution = (filters: number, first = false) =>
    layers.conv2d({
      filters,
      kernelSize: 3,
      padding: "same",
      activation: "relu",
      kernelInitializer: keras.initializers.heNormal({ seed: filters }),
      ...(first && { inputShape: [SIDE, SIDE, 1] }),
    });
  const network = keras.sequential({
    layers: [
      convolution(16, true),
      convolution(32),
      layers.maxPooling2d({ poolSize: 2 }),
      convolution(64),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: DIGITS, activation: "softmax" }),
    ],
  });
  network.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: "categoricalCrossentropy" });
  return network;
}

function drawnBatch() {
  const { pixels, digits } = drawPictures(batch, random);
  return {
    x: tf.tensor4d(pixels, [batch, SIDE, SIDE, 1]),
    y: tf.tidy(() => tf.oneHot(tf.tensor1d(Array.from(digits), "int32"), DIGITS)),
  };
}

export async function choose(way: Way): Promise<void> {
  await tf.setBackend(way === ways[3] ? "cpu" : "wasm");
  tf.env().set("WASM_TRAINING_SKIP_ZEROS", way !== ways[1]);
  tf.env().set("WASM_TRAINING_KERNELS", way !== ways[2]);
}

/** Trains on new digits: the loss, and milliseconds. */
export async function trainStep(): Promise<{ loss: number; ms: number }> {
  const { x, y } = drawnBatch();
  const started = performance.now();
  const loss = Number(await model().trainOnBatch(x, y));
  const ms = performance.now() - started;
  tf.dispose([x, y]);
  steps++;
  return { loss, ms };
}

export const profiledStep = (): Promise<Profile> => profile(trainStep);

/** The next step's layers as a trace file of SWG, of the first four images. */
export async function recordedStep(): Promise<Uint8Array<ArrayBuffer>> {
  const { x, y } = drawnBatch();
  const options = { step: steps, optimizerStep: steps, maxBatch: 4, dataset: "drawn digits" };
  const trace = await recordTrainingStep(tf, model(), x, y, options);
  tf.dispose([x, y]);
  return traceBytes([trace]);
}
