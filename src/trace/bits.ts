import { InputError } from "../input-error.ts";

/** Bytes of a bitmap of so many elements. */
export const bitmapBytes = (elements: number): number => Math.ceil(elements / 8);

/** Flags, 0 or 1, as a bitmap: element i is bit i % 8, from the lowest, of byte i / 8. Bits beyond the last are 0. */
export function packBits(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(flags.length));
  for (let i = 0; i < flags.length; i++) bits[i >> 3] |= flags[i] << (i & 7);
  return bits;
}

/** A bitmap as flags, 0 or 1. Throws `InputError` (`where` in front) for a bit set beyond the last element. */
export function unpackBits(where: string, bits: Uint8Array, elements: number): Uint8Array {
  const flags = new Uint8Array(elements);
  for (let i = 0; i < elements; i++) flags[i] = (bits[i >> 3] >> (i & 7)) & 1;
  const used = elements % 8;
  if (used > 0 && bits[bits.length - 1] >> used !== 0)
    throw new InputError(
      `${where}: bits beyond the last of ${elements} elements must be 0, last byte is ${bits[bits.length - 1]}`,
    );
  return flags;
}

/** The words that lie whole in a list of bytes: from which byte on, and up to which. */
export function wholeWords(bytes: Uint8Array): { start: number; words: Uint32Array; end: number } {
  const start = Math.min(bytes.length, (4 - (bytes.byteOffset % 4)) % 4);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + start, (bytes.length - start) >> 2);
  return { start, words, end: start + 4 * words.length };
}
