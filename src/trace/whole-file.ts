import { randomUUID } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../input-error.ts";
import { meaningOf } from "../system-error.ts";

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
      checkPlace(path, "file");
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

/**
 * Refuses to put a file or a folder in the place of a device, a pipe or a socket, which would be lost; a folder also in that
 * of a file, and a file in that of a folder. Throws `InputError`.
 */
export function checkPlace(path: string, wanted: "file" | "folder"): void {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status && !(wanted === "file" ? status.isFile() : status.isDirectory()))
    throw new InputError(`${path}: must be a ${wanted} to be replaced, is ${kindOf(status)}`);
}

/** What lies at a path, as an error says it. */
export function kindOf(status: Stats): string {
  if (status.isFile()) return "a file";
  if (status.isDirectory()) return "a folder";
  if (status.isFIFO()) return "a pipe";
  return status.isSocket() ? "a socket" : "a device";
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 26));
}

/**
 * Makes a folder, and those it lies in, where there is none. Returns the folders that were made, outer ones first. Throws
 * `InputError` where it cannot.
 */
export function makeFolder(path: string): string[] {
  const made: string[] = [];
  try {
    makeWithParents(path, made);
  } catch (error) {
    removeFolders(made);
    throw new InputError(
      `${path}: folder cannot be made: ${meaningOf((error as NodeJS.ErrnoException).code ?? String(error))}`,
    );
  }
  return made;
}

/** Removes folders that `makeFolder` made, as far as nothing lies in them. */
export function removeFolders(made: readonly string[]): void {
  for (const folder of made.toReversed())
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
}

/** Throws `InputError` where files cannot be written into a folder, which need not be there. Leaves none. */
export function checkFolder(path: string): void {
  if (existsSync(path) && !statSync(path).isDirectory())
    throw new InputError(`${path}: must be a folder, is ${kindOf(statSync(path))}`);
  removeFolders(makeFolder(path));
  if (!existsSync(path)) return;
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw unusable(path, "written", error);
  }
}

/** Step by step: Node's own `recursive` never returns in a folder that takes none, such as /proc. */
function makeWithParents(path: string, made: string[]): void {
  try {
    mkdirSync(path);
    made.push(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    makeWithParents(dirname(path), made);
    mkdirSync(path);
    made.push(path);
  }
}

/** What the system says of a path, as one line; an error that is not the system's stays as it is. */
export function unusable(path: string, verb: "read" | "written", error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof InputError || code === undefined) return error;
  if (code === "ENOENT" && verb === "read") return new InputError(`${path}: no such file`);
  return new InputError(`${path}: cannot be ${verb}: ${meaningOf(code)}`);
}
