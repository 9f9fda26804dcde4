import type { Random } from "../random.ts";
import { crossEntropy } from "./cross-entropy.ts";
import type { Network, Stage } from "./network.ts";
import { choosePictures, type Pictures } from "./pictures.ts";
import { type Step, scoresOf, takeStep } from "./step.ts";
import { biasGradient, weightGradient } from "./weight-gradient.ts";

export interface Schedule {
  readonly epochs: number;
  /** Pictures in a step. */
  readonly batch: number;
  /** At its highest: it rises in a straight line over the first tenth of the steps, then falls towards 0. */
  readonly learningRate: number;
  readonly momentum: number;
}

/** The state of one epoch's end. */
export interface Progress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of the epoch's training steps, mean, in nats. */
  readonly loss: number;
  /** On the held-out pictures, 0 to 1. */
  readonly accuracy: number;
}

/** Trains `network` in place by stochastic gradient descent with momentum; says after how many steps it stopped. */
export const train = (...given: Parameters<typeof trainInSteps>): { steps: number; accuracy: number } =>
  drained(trainInSteps(...given));

/** Does work in steps to its end. */
export function drained<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** As `train`, but yields after each step: whoever runs it may stop there. */
export function* trainInSteps(
  network: Network,
  { training, heldOut }: { training: Pictures; heldOut: Pictures },
  schedule: Schedule,
  random: Random,
  onProgress: (progress: Progress) => void = () => {},
): Generator<void, { steps: number; accuracy: number }> {
  const { epochs, batch } = schedule;
  const velocities = network.map(({ weights, bias }) => ({
    weights: new Float32Array(weights.length),
    bias: new Float32Array(bias.length),
  }));
  const stepsPerEpoch = Math.floor(training.digits.length / batch);
  const order = Array.from(training.digits.keys());
  let steps = 0;
  let accuracy = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    random.shuffle(order);
    let loss = 0;
    for (let i = 0; i < stepsPerEpoch; i++, steps++) {
      const step = takeStep(network, choosePictures(training, order.slice(i * batch, (i + 1) * batch)));
      const rate = schedule.learningRate * riseAndFall(steps / (epochs * stepsPerEpoch));
      for (const [s, stage] of network.entries())
        update(stage, velocities[s], step.stages[s], rate, schedule.momentum);
      loss += step.loss / stepsPerEpoch;
      yield;
    }
    accuracy = accuracyOf(network, heldOut);
    onProgress({ epoch, epochs, loss, accuracy });
  }
  return { steps, accuracy };
}

/** From 0 at 0 to 1 at a tenth and back to 0 at 1. */
const riseAndFall = (done: number): number => Math.min(done / 0.1, (1 - done) / 0.9);

/** The share of pictures that the network recognises, 0 to 1. */
const accuracyOf = (network: Network, pictures: Pictures): number =>
  crossEntropy(scoresOf(network, pictures), pictures.digits).correct / pictures.digits.length;

function update(
  { weights, bias }: Stage,
  velocity: { weights: Float32Array; bias: Float32Array },
  traced: Step["stages"][number],
  rate: number,
  momentum: number,
): void {
  descend(weights, velocity.weights, weightGradient(traced), rate, momentum);
  descend(bias, velocity.bias, biasGradient(traced), rate, momentum);
}

function descend(
  values: Float32Array,
  velocity: Float32Array,
  gradient: Float64Array,
  rate: number,
  momentum: number,
): void {
  for (let i = 0; i < values.length; i++) {
    velocity[i] = momentum * velocity[i] + gradient[i];
    values[i] -= rate * velocity[i];
  }
}
