import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../input-error.ts";

/**
 * Writes a file beside its place first, then renames it, so that nobody sees half a file. Throws `InputError`
 * where it cannot be written, and leaves nothing.
 */
export const writeWholeFile = (path: string, chunks: Iterable<Uint8Array>): void =>
  writeWholeFiles([{ path, chunks }]);

/** Files that are wanted together: none takes its place before all are written beside theirs. */
export function writeWholeFiles(
  files: readonly { readonly path: string; readonly chunks: Iterable<Uint8Array> }[],
): void {
  const unfinished: { path: string; beside: string }[] = [];
  let current = "";
  try {
    for (const { path, chunks } of files) {
      current = path;
      const beside = `${path}.${randomUUID()}.unfinished`;
      const file = openSync(beside, "wx");
      unfinished.push({ path, beside });
      try {
        for (const chunk of chunks) writeAll(file, chunk);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    }
    for (const { path, beside } of unfinished) {
      current = path;
      renameSync(beside, path);
    }
  } catch (error) {
    for (const { beside } of unfinished) rmSync(beside, { force: true });
    throw unusable(current, "written", error);
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
