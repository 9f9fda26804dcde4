import * as tf from "@tensorflow/tfjs-core";
import { drawnBlobs } from "./drawn-blobs.ts";
import { type NetworkName, networks } from "./networks.ts";

interface Training {
  readonly side: number;
  readonly batch: number;
  readonly steps: number;
}

/** Trains a network on the backend that is set; gives each step's loss, and the weights at the end. */
export async function train(name: NetworkName, { side, batch, steps }: Training) {
  const { x, y } = drawnBlobs(batch, side);
  const model = networks[name](side);
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: "categoricalCrossentropy" });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) losses.push((await model.trainOnBatch(x, y)) as number);
  const weights = model.getWeights().map((weight) => weight.dataSync().slice() as Float32Array);
  tf.dispose([x, y]);
  model.dispose();
  return { losses, weights };
}
