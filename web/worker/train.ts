import { percent } from "../../src/report/format.ts";
import { encodeTrace } from "../../src/trace/encode.ts";
import { memoryTrace } from "../../src/trace/memory-trace.ts";
import { digitSteps } from "../../src/training/digit-steps.ts";
import { drained } from "../../src/training/train.ts";
import type { Trained } from "../messages.ts";

/** Trains, tells how it goes, and gives the step before and the one after as a trace file. */
export function trained(seed: number, tell: (words: string) => void): Trained {
  tell("drawing digits");
  const { before, after } = drained(
    digitSteps({
      seed,
      onProgress: ({ epoch, epochs, loss, accuracy }) =>
        tell(
          `epoch ${epoch} of ${epochs}: loss ${loss.toFixed(3)}, ${percent(accuracy)} of held-out digits right`,
        ),
    }),
  );
  const name = `digits-seed-${seed}.safetensors`;
  const traces = [before, after].map(({ labels, layers }) => memoryTrace(name, labels, layers));
  const blob = [...encodeTrace(name, traces)];
  const bytes = new Uint8Array(blob.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of blob) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { name, bytes, step: after.labels.step };
}
