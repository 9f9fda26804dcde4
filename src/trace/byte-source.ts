import { InputError, quoted, requireObject, requireText } from "../input-error.ts";

/** Bytes that can be read a piece at a time: a file on disk, or an array in a browser. */
export interface ByteSource {
  /** Where the bytes come from, for messages: a path, or a description. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** A fresh copy of `length` bytes from `offset`; the caller stays within `size`. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** Throws `InputError` for what is no source of bytes. */
export function checkSource(source: ByteSource): void {
  requireObject("source", source, ["read"]);
  requireText("name of a source", source.name);
}

/** Bytes already in memory. */
export function arraySource(name: string, bytes: Uint8Array): ByteSource {
  requireText("name", name);
  if (!(bytes instanceof Uint8Array))
    throw new InputError(`${name}: bytes must be a Uint8Array, are ${quoted(bytes)}`);
  return {
    name,
    size: bytes.length,
    read: (offset, length) => new Uint8Array(bytes.subarray(offset, offset + length)),
  };
}
