import type { SwgParameters } from "../hardware/parameters.ts";
import { counterBits, hardwareSizes } from "../hardware/sizes.ts";
import type { MemoryComponent, MemoryPorts } from "./components.ts";

const portsOf = (read: number, write: number): MemoryPorts =>
  read === 1 && write === 1 ? "readAndWrite" : { read, write };

/**
 * The memories of the array as its SystemVerilog has them: words in powers of two, since fields of an address select them,
 * and a port for each word that is read or written in a cycle, but one for two that always have the same address. Of
 * sets of parameters that the hardware does not have: what it would have; without a valid-data trace all but its memories.
 * A test holds them against those that Yosys finds in the generated design.
 */
export function swgMemories(p: SwgParameters) {
  const size = hardwareSizes(p);
  const pes = p.columns * p.rows;
  const lines = 2 ** (size.chunkBits + size.wordBits);
  const sums = 2 ** size.sumBits;
  const ofPes = (words: number, wordBits: number, read: number, write: number): MemoryComponent => ({
    count: pes,
    words,
    wordBits,
    ports: portsOf(read, write),
  });
  /** all k's of a round can be written at once, each by a port of its own, whose number is rounded up as Yosys does */
  const ofRounds = (wordBits: number, read: number): MemoryComponent => ({
    count: pes,
    words: 2 ** (2 + size.kBits),
    wordBits,
    ports: { read, write: 2 ** Math.ceil(Math.log2(p.roundKs)), writersOfWord: 1 },
  });
  const memories = {
    /** `fmap_buffer`: two pairs a cycle, each with a value of both maps */
    fmapBuffers: ofPes(2 ** (size.chunkBits + size.fmapIndexBits), size.valueBits, 2, size.loadFmapValues),
    /** windows to count, two words from any bit on to hand out, and the words that the values of two pairs lie in */
    fmapBitmaps: ofPes(lines, 32, p.vectorTaps * size.windowWords + 2 * 2 + 2, size.loadWords),
    fmapRanks: ofPes(lines, size.fmapIndexBits, 2, size.loadWords),
    /** `emap_buffer` */
    emapBuffers: ofPes(2 ** (2 + size.emapIndexBits), size.valueBits, 2, size.loadEmapValues),
    emapBitmaps: ofRounds(p.vectorBits, p.vectorTaps + 2),
    emapBases: ofRounds(size.vectorWords * size.emapIndexBits, 2),
    /** `accumulators`: two sums added to and one drained */
    accumulators: ofPes(sums, 32, 3, 2),
    ...roundMemories(p),
  };
  return p.vdt === "none" ? memories : { ...memories, ...traceMemories(p) };
}

/** `valid_data_trace`: the vectors of each round that have pairs, and which of their words; window and k of each vector. */
function traceMemories(p: SwgParameters) {
  const { sumBits, vectorWords, wordBits, kBits } = hardwareSizes(p);
  const table = (words: number, bits: number, read: number, write: number): MemoryComponent => ({
    count: p.columns * p.rows,
    words,
    wordBits: bits,
    ports: portsOf(read, write),
  });
  return {
    traceLists: table(2 ** (2 + sumBits), sumBits + vectorWords, 2, p.vectorTaps),
    // the first pair handed out is always of the first word, the second of either
    traceOffsets: table(2 ** sumBits, wordBits + 5, p.vectorTaps + 2 + 1, 1),
    traceKs: table(2 ** sumBits, kBits, p.vectorTaps + 2, 1),
  };
}

/** `column`: what is known of its three rounds. */
function roundMemories(p: SwgParameters) {
  const { chunkBits, sumBits } = hardwareSizes(p);
  const perColumn = (count: number, wordBits: number, read: number): MemoryComponent => ({
    count: count * p.columns,
    words: 3,
    wordBits,
    ports: portsOf(read, 1),
  });
  return {
    roundChunks: perColumn(1, chunkBits, 2),
    roundSums: perColumn(1, sumBits, 1),
    roundEpisodes: perColumn(1, counterBits, 4),
    /** k's to be drained before it, episodes and k's done after it */
    roundCounts: perColumn(3, counterBits, 1),
  };
}
