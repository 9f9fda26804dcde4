import { join } from "node:path";
import { encodeTrace } from "../trace/encode.ts";
import { memoryTrace } from "../trace/memory-trace.ts";
import { checkFolder, makeFolder, writeWholeFiles } from "../trace/whole-file.ts";
import { type CapturedStep, checkDigitTraining, type DigitTraining, digitSteps } from "./digit-steps.ts";
import { drained } from "./train.ts";

/** What to train, as `DigitTraining` says, and where the steps go. */
export interface TrainingOptions extends DigitTraining {
  readonly outDir: string;
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
  const { outDir, ...training } = options;
  checkDigitTraining(training);
  checkFolder(outDir);
  const started = performance.now();
  const { before, after, accuracy, epochs } = yield* digitSteps(training);
  const fileOf = ({ labels, layers }: CapturedStep, name: string) => {
    const path = join(outDir, name);
    return { path, chunks: encodeTrace(path, [memoryTrace(path, labels, layers)]) };
  };
  const files = [fileOf(before, "trace-before.safetensors"), fileOf(after, "trace-after.safetensors")];
  makeFolder(outDir);
  writeWholeFiles(files);
  const [first, second] = files;
  return {
    accuracy,
    lossBefore: before.loss,
    lossAfter: after.loss,
    epochs,
    seconds: (performance.now() - started) / 1000,
    paths: { before: first.path, after: second.path },
  };
}
