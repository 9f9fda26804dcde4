import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../input-error.ts";

/**
 * Writes a file beside its place first, then renames it, so that nobody sees half a file. Throws `InputError`
 * where it cannot be written, and leaves nothing.
 */
export function writeWholeFile(path: string, chunks: Iterable<Uint8Array>): void {
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  try {
    const file = openSync(unfinished, "wx");
    try {
      for (const chunk of chunks) writeAll(file, chunk);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw unusable(path, "written", error);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 26));
}

/** Makes a folder, and those it lies in, where there is none. Throws `InputError` where it cannot. */
export function makeFolder(path: string): void {
  try {
    makeWithParents(path);
  } catch (error) {
    throw new InputError(`${path}: folder cannot be made (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Step by step: Node's own `recursive` never returns in a folder that takes none, such as /proc. */
function makeWithParents(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    makeWithParents(dirname(path));
    mkdirSync(path);
  }
}

/** What the system says of a path, as one line; an error that is not the system's stays as it is. */
export function unusable(path: string, verb: "read" | "written", error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) return error;
  if (code === "ENOENT" && verb === "read") return new InputError(`${path}: no such file`);
  return new InputError(`${path}: cannot be ${verb} (${code})`);
}
