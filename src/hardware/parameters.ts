import type { ParameterValues } from "../parameter.ts";

/** Bytes of one value as stored and moved. Sums are kept four bytes wide in every format. */
export const formatBytes = { int8: 1, fp8: 1, int16: 2, bf16: 2, fp16: 2, fp32: 4 } as const;

/** A number of the mapping that can be asked for. */
const ofMapping = (unit: string, about: string) => ({
  value: 0,
  unit,
  about: `mapping: ${about}; 0: as the mapper chooses`,
  min: 0,
  max: 1024,
});

/** What a layer's mapping may be asked to have, by the names of `Mapping`; 0 leaves it to the mapper. */
const mappingParameters = {
  domains: ofMapping("groups", "convolution groups worked on at a time"),
  teamColumns: ofMapping("columns", "columns that share their k's and split the positions"),
  channelSlices: ofMapping("slices", "slices of channels over the traces of a column"),
  positionSlices: ofMapping("slices", "slices of positions over the traces of a column"),
  channelsPerTrace: ofMapping("channels", "channels of a trace in an episode"),
  passRows: ofMapping("rows", "kernel rows in a pass"),
  passColumns: ofMapping("columns", "kernel columns in a pass"),
  chunkGroups: ofMapping("groups", "groups of positions in a chunk"),
  residentKs: ofMapping("k's", "k's whose sums stay in a trace"),
} as const;

/** Names of the numbers that a mapping has. */
export const mappingNumbers = Object.keys(mappingParameters) as (keyof typeof mappingParameters)[];

/** The SWG machine's parameters: the one place where they are declared. Sizes: assumed, D3. */
export const swgParameters = {
  columns: { value: 16, unit: "columns", about: "columns of the array; each works on its own k's" },
  rows: {
    value: 8,
    unit: "PEs",
    about: "PEs in a column; a ring of neighbours where their traces share MACs",
  },
  macs: { value: 2, unit: "MACs", about: "MACs in a PE", max: 2 },
  traces: {
    value: 2,
    unit: "traces",
    about: "valid-data traces in a PE, with fmap and sums; they share MACs if there are fewer",
    max: 8,
  },
  vdt: {
    value: "both",
    choices: ["none", "fmap", "emap", "both"],
    about: "which map's zeros the valid-data traces skip",
  },
  gradientSkip: { value: true, about: "skip gradient elements that the mask does not want" },
  intraColumn: {
    value: true,
    about: "balance inside a column: channels dealt by load, shared MACs serve the next PE",
  },
  interColumn: { value: true, about: "balance between columns: k's are dealt heaviest first" },
  unlimitedPorts: { value: false, about: "every transfer takes no time; buffers keep their sizes" },
  format: {
    value: "bf16",
    choices: ["int8", "fp8", "int16", "bf16", "fp16", "fp32"],
    about: "values of maps and gradients; sums have 4 bytes",
  },
  clockMhz: { value: 200, unit: "MHz", about: "clock of array, buffers and ports", max: 10000 },
  laneBits: {
    value: 6,
    unit: "bits",
    about: "fmap bits that each of a trace's three lanes looks at",
    max: 32,
  },
  rowBits: { value: 20, unit: "bits", about: "fmap bits in a row word of a trace", max: 32 },
  rowWords: {
    value: 12,
    unit: "words",
    about: "row words of a trace: the bits of its active fmap chunk",
    max: 64,
  },
  sums: { value: 128, unit: "sums", about: "gradient sums held in a trace" },
  chunks: {
    value: 2,
    unit: "chunks",
    about: "fmap chunks in a trace's memory, the active one included",
    max: 16,
  },
  chunkWords: { value: 32, unit: "words", about: "words of 64 bits of an fmap chunk, bits and values" },
  listWords: { value: 64, unit: "words", about: "words of emap lists in a PE" },
  listPorts: {
    value: 2,
    unit: "ports",
    about: "list ports of a column, each for as many of its PEs, of a word a cycle",
    max: 64,
  },
  listAhead: { value: 8, unit: "k's", about: "k's that a trace may be ahead of the slowest of its column" },
  globalBufferKib: {
    value: 48,
    unit: "KiB",
    about: "both maps, compressed, and the write queue",
    max: 1048576,
  },
  writeQueueKib: { value: 8, unit: "KiB", about: "part of the global buffer that holds gradients for DRAM" },
  globalBufferReadBytes: { value: 128, unit: "bytes a cycle", about: "global buffer to array" },
  globalBufferWriteBytes: { value: 128, unit: "bytes a cycle", about: "array to global buffer" },
  drainLanes: {
    value: 4,
    unit: "lanes",
    about: "ways out of a column for gradients, of two sums a cycle each",
    max: 64,
  },
  dramMbps: { value: 25600, unit: "MB/s", about: "DRAM, both ways together", max: 10000000 },
  ...mappingParameters,
} as const;

/** A value for each of `swgParameters`. */
export type SwgParameters = ParameterValues<typeof swgParameters>;

/** Lanes of a trace: kernel rows, or groups of channels where a pass has one kernel row. */
export const lanes = 3;

/** Groups of positions in a chunk at most, and positions in a group: a list's bitmap has a bit for each. */
export const mostGroups = 8;
export const mostColumns = 8;

/** Bytes of the words that cross a PE's fmap port and a column's list port in a cycle. */
export const wordBytes = 8;

/** Which map's zeros the machine skips. */
export const skips = ({ vdt }: SwgParameters): { fmap: boolean; emap: boolean } => ({
  fmap: vdt === "fmap" || vdt === "both",
  emap: vdt === "emap" || vdt === "both",
});

/** K's that a neighbour's trace must be farther behind than one of the PE itself for a MAC to go there: a pair takes energy on its way. */
export const helpLead = 2;

/** Whether each trace of a PE has a MAC of its own, so that there is nothing to choose (assumed, D6). */
export const hasOwnMacs = ({ macs, traces }: Pick<SwgParameters, "macs" | "traces">): boolean =>
  traces <= macs;

/** Whether PEs multiply for each other. */
export const helps = (p: SwgParameters): boolean => p.intraColumn && p.rows > 1 && !hasOwnMacs(p);

export const valueBytes = (p: SwgParameters): number => formatBytes[p.format];

/** Sums of a trace that are read in a cycle: a word of its memory, a couple. */
export const traceDrainSums = 2;
/** Cycles that such a read takes at least: a couple is added to what the buffer has of it, which the next step may read after that. */
export const readCycles = 2;

/** MACs of the whole array (assumed, D2). */
export const macsOf = (p: SwgParameters): number => p.columns * p.rows * p.macs;

/** Traces of a column. */
export const tracesOf = (p: SwgParameters): number => p.rows * p.traces;

/** Bits of a row word's base: how many values of the chunk lie before it. */
const baseBits = 8;
/** Values of a chunk that a base can count up to: no chunk has more. */
export const mostChunkValues = 2 ** baseBits - 1;
/** Row words, each with its base, in a word of a trace's fmap memory. */
export const packedRowWords = (p: SwgParameters): number =>
  Math.max(1, Math.floor((8 * wordBytes) / (p.rowBits + baseBits)));

/** Bits of a list word of values of so many bytes. */
export const listWordBits = (bytes: number): number => (bytes > 2 ? 128 : 64);

/** Values of a list word, by their bytes: the nonzeros of a tile. */
export const valuesOfListWord = (bytes: number): number => Math.floor(listWordBits(bytes) / (8 * bytes));
export const tileValues = (p: SwgParameters): number => valuesOfListWord(valueBytes(p));

/** Cycles that a tile takes at least, but for a job's last one: in so many the list memory has two turns for each trace. */
export const tileLooks = (p: SwgParameters): number => Math.max(tileValues(p), 2 * p.traces);

/** Bits of a header beside its masks: how many words the list has. */
const lengthBits = 5;

/** Words of a header: the masks of a PE's traces for a k. */
export const headerWords = (p: SwgParameters): number =>
  Math.ceil((p.traces * lanes * p.laneBits + lengthBits) / listWordBits(valueBytes(p)));

/** Cycles until so many words in front of a list's values have been read: values of the tile before may have the first of two turns. */
export const headCycles = (words: number, p: SwgParameters): number => 2 * p.traces * words + 1;

/**
 * Words of a list with so many nonzeros: a header, where there are headers, the bitmap, and the values. One without nonzeros is a
 * header, or else a bitmap, alone: what a trace reads that has nothing to do for a k.
 */
export function listWordsOf(nonzeros: number, headed: boolean, p: SwgParameters): number {
  const header = headed ? headerWords(p) : 0;
  return nonzeros === 0 ? Math.max(1, header) : header + 1 + Math.ceil(nonzeros / tileValues(p));
}

/** bytes of n values as bitmap + nonzero values (assumed, D10) */
export const compressedBytes = (elements: number, nonzeros: number, bytes: number): number =>
  Math.ceil(elements / 8) + nonzeros * bytes;
