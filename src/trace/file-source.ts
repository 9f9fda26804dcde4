import { closeSync, openSync, readSync, statSync } from "node:fs";
import { InputError } from "../input-error.ts";
import type { ByteSource } from "./byte-source.ts";
import { kindOf, unusable } from "./whole-file.ts";

/** The bytes of a file on disk. It is opened anew for each read, so nothing holds a descriptor. Throws `InputError`. */
export function fileSource(path: string): ByteSource {
  const status = attempt(path, () => statSync(path));
  if (!status.isFile()) throw new InputError(`${path}: must be a file, is ${kindOf(status)}`);
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
