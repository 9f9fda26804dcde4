import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { InputError } from "../input-error.ts";
import { checkPlace, unusable } from "../trace/whole-file.ts";
import { uninterrupted } from "./interrupt.ts";

/** A file in a folder that is written: its path in it, and its bytes. */
export interface FolderFile {
  readonly path: string;
  readonly pieces: Iterable<Uint8Array>;
}

/**
 * Writes a large file beside its place, piece by piece, then renames it, so that nobody sees half a file. Aborting `signal`
 * stops it between two pieces. Whatever stops it, nothing is left. Throws `InputError` where it cannot be written.
 */
export const writeFileSteadily = (
  path: string,
  pieces: Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> =>
  besideItsPlace(path, "file", async (beside) => {
    await writePieces(beside, pieces, signal);
    uninterrupted(() => renameSync(beside, path));
  });

/** The same for a folder. One that is there already is replaced: ask `checkReplaceable` first. */
export const writeFolderSteadily = (
  path: string,
  files: Iterable<FolderFile>,
  signal: AbortSignal,
): Promise<void> =>
  besideItsPlace(path, "folder", async (beside) => {
    mkdirSync(beside);
    for (const file of files) {
      const place = join(beside, file.path);
      mkdirSync(dirname(place), { recursive: true });
      await writePieces(place, file.pieces, signal);
    }
    uninterrupted(() => {
      if (!existsSync(path)) return renameSync(beside, path);
      const old = `${path}.${randomUUID()}.replaced`;
      renameSync(path, old);
      renameSync(beside, path);
      rmSync(old, { recursive: true });
    });
  });

/** Refuses to replace a folder with a file in it, at any depth, that is not `ours` by its path there. `what` are those that are. */
export function checkReplaceable(path: string, ours: (file: string) => boolean, what: string): void {
  const strayIn = (folder: string): string | undefined => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const place = join(folder, entry.name);
      const file = relative(path, place);
      const found = entry.isDirectory() ? strayIn(place) : ours(file) ? undefined : file;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const stray = strayIn(path);
  if (stray !== undefined)
    throw new InputError(`${path}: folder holds more than ${what} (${stray}), and is not replaced`);
}

async function besideItsPlace(
  path: string,
  wanted: "file" | "folder",
  write: (beside: string) => Promise<void>,
): Promise<void> {
  const beside = `${path}.${randomUUID()}.unfinished`;
  try {
    checkPlace(path, wanted);
    await write(beside);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw unusable(path, "written", error);
  }
}

const joinedBytes = 2 ** 20;

/** The same bytes in pieces that are worth a write each: a trace of thousands of layers has many of a few bytes. */
function* joined(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    if (bytes > 0 && bytes + piece.length > joinedBytes) {
      yield Buffer.concat(small);
      [small, bytes] = [[], 0];
    }
    if (piece.length > joinedBytes) yield piece;
    else {
      // a generator may use the bytes of a piece again
      small.push(piece.slice());
      bytes += piece.length;
    }
  }
  if (bytes > 0) yield Buffer.concat(small);
}

async function writePieces(path: string, pieces: Iterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  const file = await open(path, "wx");
  try {
    for (const piece of joined(pieces)) {
      signal.throwIfAborted();
      await writeAll(file, piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 2 ** 26));
    done += bytesWritten;
  }
}
