import { closeSync, openSync, readSync, statSync } from "node:fs";
import { InputError } from "../input-error.ts";
import type { ByteSource } from "./byte-source.ts";
import { encodeTrace } from "./encode.ts";
import { readTrace } from "./swg-trace.ts";
import type { LayerTrace, Trace, TraceLabels } from "./trace.ts";
import { unusable, writeWholeFile } from "./whole-file.ts";

/**
 * Opens a trace file, swg-trace version 1. The header is read and checked now, a layer's values at each `read`.
 * Throws `InputError`, with the path first, for a file that is not one.
 */
export function openTrace(path: string): Trace {
  return readTrace(fileSource(path));
}

/**
 * Writes a trace file, swg-trace version 1: beside its place first, then renamed, so that nobody sees half a file.
 * The same traces give the same bytes. Throws `InputError` where the path cannot be written.
 */
export function writeTrace(path: string, labels: TraceLabels, layerTraces: readonly LayerTrace[]): void {
  writeWholeFile(path, encodeTrace(path, labels, layerTraces));
}

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
