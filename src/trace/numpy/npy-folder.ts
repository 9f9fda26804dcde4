import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../input-error.ts";
import type { ByteSource } from "../byte-source.ts";
import { fileSource } from "../file-source.ts";
import type { TraceFile } from "../swg-trace.ts";
import { unusable } from "../whole-file.ts";
import { readNumpyTrace } from "./numpy-trace.ts";

const MOST_FILES = 2 ** 14;

export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Opens a trace that lies in a folder of .npy files, those of a step in a folder with its number. Other files and folders
 * are ignored. Throws `InputError`.
 */
export function readNpyFolder(path: string): TraceFile {
  const inSteps = namesIn(path).filter((name) => /^\d{1,15}$/.test(name) && isFolder(join(path, name)));
  const files = [
    ...arraysIn(path),
    ...inSteps.flatMap((step) => arraysIn(join(path, step)).map((name) => `${step}/${name}`)),
  ];
  if (files.length === 0) throw new InputError(`${path}: folder holds no .npy files`);
  if (files.length > MOST_FILES)
    throw new InputError(`${path}: folder holds ${files.length} .npy files; at most ${MOST_FILES} are read`);
  const members = files.map((name): [string, ByteSource] => [name, fileSource(join(path, `${name}.npy`))]);
  return readNumpyTrace(path, new Map(members));
}

const arraysIn = (path: string): string[] =>
  namesIn(path)
    .filter((name) => name.endsWith(".npy"))
    .map((name) => name.slice(0, -4));

/** "conv10" stands behind "conv9". */
function namesIn(path: string): string[] {
  try {
    return readdirSync(path).sort(new Intl.Collator("en", { numeric: true }).compare);
  } catch (error) {
    throw unusable(path, "read", error);
  }
}
