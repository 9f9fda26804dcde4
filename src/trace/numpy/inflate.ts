import { Inflate } from "fflate";

/** Inflates to 16 MB at most: deflate gains a factor of 1032 at best. */
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
  for (let at = 0; at < compressed.size && wanted; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, compressed.size - at);
    inflate.push(compressed.read(at, length), at + length === compressed.size);
  }
}
