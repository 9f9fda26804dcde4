import { Inflate } from "fflate";

/** What is read at a time, and what is inflated at a time: to 16 MB at most, since deflate gains a factor of 1032 at best. */
const READ_BYTES = 2 ** 16;
const PIECE_BYTES = 2 ** 14;

/**
 * Hands the inflated bytes of `compressed` to `take`, piece by piece, until it says that it has enough (false) or the
 * data ends. Memory holds one piece. Throws what fflate throws for bytes that deflate did not make.
 */
export function inflateInPieces(
  compressed: { readonly size: number; read(offset: number, length: number): Uint8Array },
  take: (bytes: Uint8Array) => boolean,
): void {
  let wanted = true;
  const inflate = new Inflate((bytes) => {
    if (wanted) wanted = take(bytes);
  });
  for (let at = 0; at < compressed.size && wanted; at += READ_BYTES) {
    const bytes = compressed.read(at, Math.min(READ_BYTES, compressed.size - at));
    for (let from = 0; from < bytes.length && wanted; from += PIECE_BYTES) {
      const piece = bytes.subarray(from, from + PIECE_BYTES);
      inflate.push(piece, at + from + piece.length === compressed.size);
    }
  }
}
