import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import type { ByteSource } from "../byte-source.ts";
import { fileSource } from "../file-source.ts";
import type { TraceFile } from "../swg-trace.ts";
import { unusable } from "../whole-file.ts";
import { readNumpyTrace } from "./numpy-trace.ts";

const MOST_FILES = 2 ** 14;
/** A layer's name may have slashes, and each is a folder. A link to a folder above ends here too. */
const DEEPEST_FOLDER = 16;
/** Of all kinds: a folder with far more is no trace. */
const MOST_ENTRIES = 2 ** 16;

export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Opens a trace that lies in a folder of .npy files and of folders of them: a step's in one with its number, those of a layer
 * whose name has slashes in as many. Other files, and folders without any, are ignored. Throws `InputError`.
 */
export function readNpyFolder(path: string): TraceFile {
  const files = npyFiles(path);
  if (files.length === 0)
    throw new InputError(`${path}: folder holds no .npy files${insteadOf(namesIn(path))}`);
  const members = files.map((name): [string, ByteSource] => [
    name.slice(0, -".npy".length),
    fileSource(join(path, name)),
  ]);
  return readNumpyTrace(path, new Map(members));
}

/** What a folder holds, such as a model as it is downloaded. */
function insteadOf([first, ...others]: readonly string[]): string {
  if (first === undefined) return "; it is empty";
  const rest = others.length === 0 ? "" : ` and ${others.length} more`;
  return ` but ${quoted(first)}${rest}; give a file of it, or a folder with LAYER.fmap.npy and LAYER.emap.npy`;
}

/** The .npy files in a folder and in those inside it, by their paths in it, with "/". Throws `InputError`. */
export function npyFiles(path: string): string[] {
  const files: string[] = [];
  let entries = 0;
  const visit = (inside: string, depth: number): void => {
    if (depth > DEEPEST_FOLDER)
      throw new InputError(
        `${path}: folders must nest at most ${DEEPEST_FOLDER} deep, as ${inside} does not`,
      );
    // what begins with a dot is a system's own, such as "._c.fmap.npy" of macOS
    const names = namesIn(join(path, inside)).filter((name) => !name.startsWith("."));
    entries += names.length;
    if (entries > MOST_ENTRIES)
      throw new InputError(`${path}: folder holds more than ${MOST_ENTRIES} files; is it a trace?`);
    files.push(...names.filter((name) => name.endsWith(".npy")).map((name) => `${inside}${name}`));
    if (files.length > MOST_FILES)
      throw new InputError(
        `${path}: folder holds more than ${MOST_FILES} .npy files; at most so many are read`,
      );
    for (const name of names)
      if (!name.endsWith(".npy") && isFolder(join(path, inside, name))) visit(`${inside}${name}/`, depth + 1);
  };
  visit("", 0);
  return files;
}

/** "conv10" stands behind "conv9". */
function namesIn(path: string): string[] {
  try {
    return readdirSync(path).sort(new Intl.Collator("en", { numeric: true }).compare);
  } catch (error) {
    throw unusable(path, "read", error);
  }
}
