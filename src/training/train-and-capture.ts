import { join } from "node:path";
import { InputError } from "../input-error.ts";
import { seededRandom } from "../random.ts";
import { encodeTrace } from "../trace/encode.ts";
import { memoryTrace } from "../trace/memory-trace.ts";
import { checkFolder, makeFolder, writeWholeFiles } from "../trace/whole-file.ts";
import { captureStep } from "./capture.ts";
import { digitNetwork } from "./network.ts";
import { choosePictures, drawPictures } from "./pictures.ts";
import { takeStep } from "./step.ts";
import { drained, type Progress, type Schedule, trainInSteps } from "./train.ts";

/** Pictures in a captured step: the first ones drawn. */
const CAPTURED_BATCH = 16;
const SCHEDULE: Omit<Schedule, "epochs"> = { batch: 25, learningRate: 0.05, momentum: 0.9 };

/** What to train; `pictures` (2500) are those learned from, seen in each of the `epochs` (3), `heldOut` (1000) are others. */
export interface TrainingOptions {
  readonly seed: number;
  readonly outDir: string;
  readonly pictures?: number;
  readonly epochs?: number;
  readonly heldOut?: number;
  /** told of the end of each epoch */
  readonly onProgress?: (progress: Progress) => void;
}

/** What `trainAndCapture` did. */
export interface TrainingResult {
  /** On the held-out pictures, after training, 0 to 1. */
  readonly accuracy: number;
  /** Of the captured batch, in nats. */
  readonly lossBefore: number;
  readonly lossAfter: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly paths: { readonly before: string; readonly after: string };
}

/**
 * Draws pictures, trains the network on them, and writes the same batch's training step before and after as
 * `trace-before.safetensors` and `trace-after.safetensors` into `outDir`, which is made where there is none.
 * The same seed gives the same bytes. Throws `InputError` for options that cannot be, or where nothing can be written.
 */
export const trainAndCapture = (options: TrainingOptions): TrainingResult =>
  drained(trainAndCaptureInSteps(options));

/** The same, but yields after each step of the training. Both files are written at its end: who stops it leaves nothing. */
export function* trainAndCaptureInSteps(options: TrainingOptions): Generator<void, TrainingResult> {
  const { seed, outDir, pictures = 2500, epochs = 3, heldOut = 1000, onProgress } = options;
  requireWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  requireWhole("pictures", pictures, SCHEDULE.batch, 1_000_000);
  requireWhole("epochs", epochs, 1, 1000);
  requireWhole("heldOut", heldOut, 1, 1_000_000);
  checkFolder(outDir);
  const started = performance.now();
  const random = seededRandom(seed);
  const training = drawPictures(pictures, random);
  const others = drawPictures(heldOut, random);
  const network = digitNetwork(random);
  const captured = choosePictures(
    training,
    Array.from({ length: CAPTURED_BATCH }, (_, n) => n),
  );
  const capture = (step: number, name: string) => {
    const path = join(outDir, name);
    const labels = { network: "digits", dataset: `drawn digits, seed ${seed}`, step, batch: CAPTURED_BATCH };
    const trace = memoryTrace(path, labels, captureStep(network, captured));
    return { path, chunks: encodeTrace(path, [trace]), loss: takeStep(network, captured).loss };
  };
  const before = capture(0, "trace-before.safetensors");
  const { steps, accuracy } = yield* trainInSteps(
    network,
    { training, heldOut: others },
    { ...SCHEDULE, epochs },
    random,
    onProgress,
  );
  const after = capture(steps, "trace-after.safetensors");
  makeFolder(outDir);
  writeWholeFiles([before, after]);
  return {
    accuracy,
    lossBefore: before.loss,
    lossAfter: after.loss,
    epochs,
    seconds: (performance.now() - started) / 1000,
    paths: { before: before.path, after: after.path },
  };
}

function requireWhole(option: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new InputError(`${option} must be a whole number from ${least} to ${most}, is ${value}`);
}
