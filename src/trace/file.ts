import { closeSync, openSync, readSync, statSync } from "node:fs";
import { InputError } from "../input-error.ts";
import type { ByteSource } from "./byte-source.ts";
import { encodeTrace } from "./encode.ts";
import { memoryTrace } from "./memory-trace.ts";
import { readTraceFile, type TraceFile } from "./swg-trace.ts";
import type { LayerTrace, Trace, TraceLabels } from "./trace.ts";
import { unusable, writeWholeFile } from "./whole-file.ts";

/**
 * Opens a trace file, swg-trace version 1 or 2. The header is read and checked now, a layer's values at each `read`.
 * Throws `InputError`, with the path first, for a file that is not one.
 */
export const openTraceFile = (path: string): TraceFile => readTraceFile(fileSource(path));

/**
 * One training step of a trace file: the one numbered `step`, or the only one. Throws `InputError` where there is no such
 * step, or several and none is named.
 */
export function openTrace(path: string, step?: number): Trace {
  const { steps } = openTraceFile(path);
  if (step === undefined && steps.length === 1) return steps[0];
  const found = steps.find(({ labels }) => labels.step === step);
  if (found) return found;
  const known = steps.map(({ labels }) => labels.step).join(", ");
  if (step === undefined) throw new InputError(`${path}: holds the steps ${known}; one must be named`);
  throw new InputError(`${path}: unknown step ${step}; known: ${known}`);
}

/**
 * Writes a trace file of one training step: beside its place first, then renamed, so that nobody sees half a file.
 * The same traces give the same bytes. Throws `InputError` where the path cannot be written.
 */
export const writeTrace = (path: string, labels: TraceLabels, layerTraces: readonly LayerTrace[]): void =>
  writeTraceFile(path, [memoryTrace(path, labels, layerTraces)]);

/** Writes training steps, one or more, in the same way. One layer at a time is held. */
export const writeTraceFile = (path: string, steps: readonly Trace[]): void =>
  writeWholeFile(path, encodeTrace(path, steps));

/** The file is opened anew for each read, so an open trace holds no descriptor. */
function fileSource(path: string): ByteSource {
  const status = attempt(path, () => statSync(path));
  if (!status.isFile()) throw new InputError(`${path}: is not a regular file`);
  const read = (offset: number, length: number) => attempt(path, () => readWhole(path, offset, length));
  return { name: path, size: status.size, read };
}

function readWhole(path: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const file = openSync(path, "r");
  try {
    for (let done = 0; done < length; ) {
      const count = readSync(file, bytes, done, Math.min(length - done, 2 ** 26), offset + done);
      if (count === 0) throw new InputError(`${path}: file became shorter while it was read`);
      done += count;
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw unusable(path, "read", error);
  }
}
