import { InputError, quoted, requireText } from "../input-error.ts";
import { encodeTrace } from "./encode.ts";
import { fileSource } from "./file-source.ts";
import { memoryTrace } from "./memory-trace.ts";
import { isFolder, readNpyFolder } from "./numpy/npy-folder.ts";
import { isZip, readNpz } from "./numpy/npz.ts";
import { readTraceFile, type TraceFile } from "./swg-trace.ts";
import type { LayerTrace, Trace, TraceLabels } from "./trace.ts";
import { writeWholeFile } from "./whole-file.ts";

/**
 * Opens a trace: swg-trace version 1 or 2 in safetensors, or NumPy arrays in a .npz or a folder of .npy. Headers are read
 * and checked now, a layer's values at each `read`. Throws `InputError`, with the path first, for what is none.
 */
export function openTraceFile(path: string): TraceFile {
  requireText("path", path);
  if (isFolder(path)) return readNpyFolder(path);
  const source = fileSource(path);
  return isZip(source) ? readNpz(source) : readTraceFile(source);
}

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
  throw new InputError(`${path}: unknown step ${quoted(step)}; known: ${known}`);
}

/**
 * Writes a trace file of one training step: beside its place first, then renamed, so that nobody sees half a file.
 * The same traces give the same bytes. Throws `InputError` where the path cannot be written.
 */
export const writeTrace = (path: string, labels: TraceLabels, layerTraces: readonly LayerTrace[]): void =>
  writeTraceFile(path, [memoryTrace(path, labels, layerTraces)]);

/** Writes training steps, one or more, in the same way. One layer at a time is held. */
export function writeTraceFile(path: string, steps: readonly Trace[]): void {
  requireText("path", path);
  writeWholeFile(path, encodeTrace(path, steps));
}
