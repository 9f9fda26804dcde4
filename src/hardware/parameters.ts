import type { ParameterValues } from "../parameter.ts";

/** Bytes of one value as stored and moved. Sums are kept four bytes wide in every format. */
export const formatBytes = { int8: 1, fp8: 1, int16: 2, bf16: 2, fp16: 2, fp32: 4 } as const;

/** The SWG machine's parameters: the one place where they are declared. Sizes: assumed, D3. */
export const swgParameters = {
  columns: { value: 16, unit: "columns", about: "columns of the array; each works on its own k's" },
  rows: { value: 16, unit: "PEs", about: "PEs in a column, one MAC each" },
  clusterSize: { value: 16, unit: "PEs", about: "PEs of a column that help each other" },
  vdt: {
    value: "both",
    choices: ["none", "fmap", "emap", "both"],
    about: "which map's zeros the valid-data trace skips",
  },
  gradientSkip: { value: true, about: "skip gradient elements that the mask does not want" },
  intraColumn: { value: true, about: "balance inside a column: idle MACs help, channels are dealt by load" },
  interColumn: { value: true, about: "balance between columns: k's are dealt heaviest first" },
  slack: { value: 1, unit: "episodes", about: "how far a column may run ahead of the slowest", min: 0 },
  unlimitedPorts: { value: false, about: "every transfer takes no time; buffers keep their sizes" },
  format: {
    value: "bf16",
    choices: ["int8", "fp8", "int16", "bf16", "fp16", "fp32"],
    about: "values of maps and gradients; sums have 4 bytes",
  },
  clockMhz: { value: 200, unit: "MHz", about: "clock of array, buffers and ports", max: 10000 },
  vectorBits: {
    value: 192,
    unit: "bits",
    about: "positions, padding columns included, that one trace vector holds",
  },
  vectorTaps: { value: 2, unit: "taps", about: "trace vectors that a PE counts in a cycle" },
  roundKs: { value: 4, unit: "k's", about: "k's at most in one round of the intra-column balancer" },
  accumulators: { value: 144, unit: "sums", about: "gradient sums held in a PE" },
  fmapBufferBytes: {
    value: 768,
    unit: "bytes",
    about: "fmap chunks in a PE, bitmaps and values",
    max: 65536,
  },
  emapBufferBytes: {
    value: 384,
    unit: "bytes",
    about: "emap rounds in a PE, bitmaps and values",
    max: 65536,
  },
  globalBufferKib: {
    value: 80,
    unit: "KiB",
    about: "both maps, compressed, and the write queue",
    max: 1048576,
  },
  writeQueueKib: { value: 8, unit: "KiB", about: "part of the global buffer that holds gradients for DRAM" },
  globalBufferReadBytes: { value: 128, unit: "bytes a cycle", about: "global buffer to array" },
  globalBufferWriteBytes: { value: 128, unit: "bytes a cycle", about: "array to global buffer" },
  columnEmapBytes: { value: 16, unit: "bytes a cycle", about: "emap port of a column" },
  peFmapBytes: { value: 8, unit: "bytes a cycle", about: "fmap port of a PE" },
  columnDrainSums: { value: 4, unit: "sums a cycle", about: "gradients that leave a column" },
  dramMbps: { value: 25600, unit: "MB/s", about: "DRAM, both ways together", max: 10000000 },
} as const;

/** A value for each of `swgParameters`. */
export type SwgParameters = ParameterValues<typeof swgParameters>;

/** Emap rounds that a PE's emap buffer is split into: one multiplied, one counted, one arriving. */
export const emapRoundSlots = 3;

/**
 * Fmap chunks that a PE's fmap buffer is split into: what slack needs, at least one in use and one arriving,
 * at most four, so that slack never leaves a chunk too short; a column gets no further ahead than that.
 */
export const fmapChunkSlots = (p: SwgParameters): number => Math.min(4, Math.max(2, p.slack + 1));

/** Whether PEs multiply for each other. */
export const helps = (p: SwgParameters): boolean => p.intraColumn && Math.min(p.clusterSize, p.rows) > 1;

export const valueBytes = (p: SwgParameters): number => formatBytes[p.format];

/** bytes of n values as bitmap + nonzero values */
export const compressedBytes = (elements: number, nonzeros: number, bytes: number): number =>
  Math.ceil(elements / 8) + nonzeros * bytes;
