/** Bytes that can be read a piece at a time: a file on disk, or an array in a browser. */
export interface ByteSource {
  /** Where the bytes come from, for messages: a path, or a description. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** A fresh copy of `length` bytes from `offset`; the caller stays within `size`. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** Bytes already in memory. */
export function arraySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => new Uint8Array(bytes.subarray(offset, offset + length)),
  };
}
