import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { InputError } from "../input-error.ts";
import { kindOf, unusable } from "./whole-file.ts";

/** How long a pipe may say nothing. */
const LONGEST_WAIT_MS = 10_000;
const PIECE_BYTES = 2 ** 16;

/**
 * All bytes of a file, or of a pipe (`--machine <(...)`), of at most `most`. Throws `InputError`, with the path first, for
 * a larger one, for a pipe that nobody writes to, and for a folder, a device or a socket.
 */
export function readSmallFile(path: string, most: number): Buffer<ArrayBuffer> {
  try {
    // opening a pipe must not wait for someone who writes to it
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = fstatSync(file);
      if (!status.isFile() && !status.isFIFO())
        throw new InputError(`${path}: must be a file or a pipe, is ${kindOf(status)}`);
      const bytes = readUpTo(path, file, most);
      if (bytes.length === 0 && status.isFIFO())
        throw new InputError(`${path}: is a pipe that nobody writes to`);
      return bytes;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unusable(path, "read", error);
  }
}

function readUpTo(path: string, file: number, most: number): Buffer<ArrayBuffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for (let piece = read(path, file); piece.length > 0; piece = read(path, file)) {
    size += piece.length;
    if (size > most) throw new InputError(`${path}: file must have at most ${most} bytes, has more`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The next bytes, none at the end. */
function read(path: string, file: number): Buffer {
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let waited = 0; ; waited += 10)
    try {
      return piece.subarray(0, readSync(file, piece, 0, piece.length, null));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      if (waited >= LONGEST_WAIT_MS)
        throw new InputError(`${path}: is a pipe that has said nothing for ${LONGEST_WAIT_MS / 1000} s`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
}
