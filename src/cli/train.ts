import type { Command } from "commander";
import { InputError } from "../input-error.ts";
import { percent } from "../report/format.ts";
import { writtenPaths } from "../report/write-report.ts";
import { type TrainingResult, trainAndCaptureInSteps } from "../training/train-and-capture.ts";
import { interruptible, pause } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { whole } from "./whole-number.ts";

const about = `
Writes trace-before.safetensors and trace-after.safetensors: one training step before training and after it, since
sparsity drifts. The same seed gives the same bytes.

Examples:
  swg train --out traces --seed 7
  swg train --out traces --epochs 1`;

export interface TrainFlags {
  readonly out: string;
  readonly seed: string;
  readonly epochs: string;
}

/** Declares the options of `swg train`. */
export function declareTrain(command: Command, io: Io): void {
  command
    .option("--out <folder>", "where the traces go", "out")
    .option("--seed <number>", "decides the digits, the first weights and their order", "1")
    .option("--epochs <number>", "how often it sees each digit", "3")
    .addHelpText("after", about)
    .action(async (flags: TrainFlags) => {
      const { paths } = await interruptible((signal) => trainWithProgress(flags, io, signal));
      io.err(writtenPaths(Object.values(paths)));
    });
}

/** Trains, and says how it goes: a line for each epoch. Aborting `signal` ends it, and throws the signal's reason. */
export async function trainWithProgress(
  { out, seed, epochs }: TrainFlags,
  io: Io,
  signal: AbortSignal,
): Promise<TrainingResult> {
  if (!/^\d{1,15}$/.test(seed))
    throw new InputError(`--seed must be a whole number of up to 15 digits, is ${JSON.stringify(seed)}`);
  const times = whole("--epochs", epochs, 1, 1000);
  io.out(`Training a network of five layers on drawn digits, seed ${Number(seed)}\n`);
  const work = trainAndCaptureInSteps({
    seed: Number(seed),
    outDir: out,
    epochs: times,
    onProgress: ({ epoch, epochs, loss, accuracy }) =>
      io.out(
        `  epoch ${epoch} of ${epochs}: loss ${loss.toFixed(3)}, ${percent(accuracy)} of held-out digits right\n`,
      ),
  });
  let step = work.next();
  for (; !step.done; step = work.next()) await pause(signal);
  const result = step.value;
  io.out(
    `Loss of the captured batch: ${result.lossBefore.toFixed(3)} before, ${result.lossAfter.toFixed(3)} after. ` +
      `Accuracy on 1,000 digits never seen: ${percent(result.accuracy)}.\n`,
  );
  return result;
}
