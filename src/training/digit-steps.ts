import { InputError } from "../input-error.ts";
import { seededRandom } from "../random.ts";
import type { LayerTrace, TraceLabels } from "../trace/trace.ts";
import { captureStep } from "./capture.ts";
import { digitNetwork } from "./network.ts";
import { choosePictures, drawPictures } from "./pictures.ts";
import { takeStep } from "./step.ts";
import { type Progress, type Schedule, trainInSteps } from "./train.ts";

/** Pictures in a captured step: the first ones drawn. */
const CAPTURED_BATCH = 16;
const SCHEDULE: Omit<Schedule, "epochs"> = { batch: 25, learningRate: 0.05, momentum: 0.9 };

/** What to train; `pictures` (2500) are those learned from, seen in each of the `epochs` (3), `heldOut` (1000) are others. */
export interface DigitTraining {
  readonly seed: number;
  readonly pictures?: number;
  readonly epochs?: number;
  readonly heldOut?: number;
  /** told of the end of each epoch */
  readonly onProgress?: (progress: Progress) => void;
}

/** A training step that was captured. */
export interface CapturedStep {
  readonly labels: TraceLabels;
  readonly layers: readonly LayerTrace[];
  /** of its batch, in nats */
  readonly loss: number;
}

/** The same batch's step before the training and after it. */
export interface DigitSteps {
  readonly before: CapturedStep;
  readonly after: CapturedStep;
  /** On the held-out pictures, after training, 0 to 1. */
  readonly accuracy: number;
  readonly epochs: number;
}

/** Throws `InputError` for a training that cannot be. */
export function checkDigitTraining({
  seed,
  pictures = 2500,
  epochs = 3,
  heldOut = 1000,
}: DigitTraining): void {
  requireWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  requireWhole("pictures", pictures, SCHEDULE.batch, 1_000_000);
  requireWhole("epochs", epochs, 1, 1000);
  requireWhole("heldOut", heldOut, 1, 1_000_000);
}

/**
 * Draws pictures and trains the network on them; yields after each step of the training, so that whoever runs it may stop there. The same
 * seed gives the same steps. Throws `InputError` for options that cannot be.
 */
export function* digitSteps(options: DigitTraining): Generator<void, DigitSteps> {
  checkDigitTraining(options);
  const { seed, pictures = 2500, epochs = 3, heldOut = 1000, onProgress } = options;
  const random = seededRandom(seed);
  const training = drawPictures(pictures, random);
  const others = drawPictures(heldOut, random);
  const network = digitNetwork(random);
  const captured = choosePictures(
    training,
    Array.from({ length: CAPTURED_BATCH }, (_, n) => n),
  );
  const capture = (step: number): CapturedStep => ({
    labels: { network: "digits", dataset: `drawn digits, seed ${seed}`, step, batch: CAPTURED_BATCH },
    layers: captureStep(network, captured),
    loss: takeStep(network, captured).loss,
  });
  const before = capture(0);
  const { steps, accuracy } = yield* trainInSteps(
    network,
    { training, heldOut: others },
    { ...SCHEDULE, epochs },
    random,
    onProgress,
  );
  return { before, after: capture(steps), accuracy, epochs };
}

function requireWhole(option: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new InputError(`${option} must be a whole number from ${least} to ${most}, is ${value}`);
}
