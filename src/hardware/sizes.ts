import { emapRoundSlots, fmapChunkSlots, type SwgParameters, valueBytes } from "./parameters.ts";

/** Bits that tell so many things apart. */
const bitsFor = (things: number): number => Math.ceil(Math.log2(things));

/**
 * Sizes that follow from the machine's parameters, as the SystemVerilog has them; of sets of parameters that the hardware
 * does not have, what it would have if it did (D48).
 */
export function hardwareSizes(p: SwgParameters) {
  const bytes = valueBytes(p);
  const chunks = fmapChunkSlots(p);
  const chunkBytes = Math.floor(p.fmapBufferBytes / chunks);
  const roundBytes = Math.floor(p.emapBufferBytes / emapRoundSlots);
  const valueBits = 8 * bytes;
  return {
    valueBits,
    chunks,
    chunkBytes,
    roundBytes,
    /** what a PE takes in a cycle: words of bitmap, and values; words of 32 bits do not end where bytes do (D46) */
    loadWords: Math.max(1, Math.ceil(p.peFmapBytes / 4)) * 2,
    loadFmapValues: Math.max(1, Math.ceil(p.peFmapBytes / bytes)) * 2,
    loadEmapValues: Math.max(1, Math.ceil(p.columnEmapBytes / bytes)),
    /** words of 32 bits in a trace vector, and those that a window of its length touches, from any bit on */
    vectorWords: Math.ceil(p.vectorBits / 32),
    windowWords: Math.floor((p.vectorBits + 62) / 32),
    /** bits of numbers: of a chunk, a word of bitmap in it, a value in it; of a k and a value of a round; of a sum */
    chunkBits: bitsFor(chunks),
    wordBits: bitsFor(Math.max(2, Math.ceil(chunkBytes / 4))),
    fmapIndexBits: bitsFor(Math.floor((chunkBytes * 8) / valueBits) + 1),
    kBits: p.roundKs > 1 ? bitsFor(p.roundKs) : 1,
    emapIndexBits: bitsFor(Math.floor((roundBytes * 8) / valueBits) + 1),
    sumBits: bitsFor(Math.max(2, p.accumulators)),
  };
}

/** Bits in which the hardware counts a layer's episodes and k's. */
export const counterBits = 24;
