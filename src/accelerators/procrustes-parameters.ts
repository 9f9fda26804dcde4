import { type MemoryParameters, memoryParameters } from "./memory-limits.ts";

/** The array of Procrustes: rows of PEs that hold the same tile. */
export const procrustesParameters = {
  columns: { value: 16, unit: "columns", about: "PEs that hold the same tile" },
  rows: { value: 16, unit: "PEs", about: "tiles at a time" },
  peBufferBytes: {
    value: 1024,
    unit: "bytes",
    about: "memory of a PE for operands and sums",
    min: 64,
    max: 1048576,
  },
  ...memoryParameters,
} as const;

export type ProcrustesParameters = MemoryParameters & {
  readonly columns: number;
  readonly rows: number;
  readonly peBufferBytes: number;
};

/** Half of a PE's memory for sums, half for operands. */
export const roomOfPe = ({ peBufferBytes }: ProcrustesParameters) => ({
  operands: Math.ceil(peBufferBytes / 2),
  sums: Math.floor(peBufferBytes / 2),
});
