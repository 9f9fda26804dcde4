import { type MemoryParameters, memoryParameters } from "./memory-limits.ts";

/** The array of TensorDash: a tile of PEs with 16 lanes each, and a scratchpad for each stream of operands. */
export const tensordashParameters = {
  rows: { value: 4, unit: "channels", about: "fmap channels at a time; in FF and BP windows of the map" },
  columns: {
    value: 4,
    unit: "k's",
    about: "emap channels at a time, in FF and BP filters; rows x columns x 16 lanes multiply",
  },
  scratchpadBytes: {
    value: 3072,
    unit: "bytes",
    about: "scratchpad of a channel: three banks of 1 KiB, as recalled of its paper",
    max: 1048576,
  },
  ...memoryParameters,
} as const;

export type TensordashParameters = MemoryParameters & {
  readonly rows: number;
  readonly columns: number;
  readonly scratchpadBytes: number;
};

/** PEs whose sums share a scratchpad. */
const pesOfScratchpad = 16;

/** How many sums each PE has in the scratchpad that it shares. */
export const sumsOfPe = ({ scratchpadBytes }: TensordashParameters): number =>
  Math.max(1, Math.floor(scratchpadBytes / (4 * pesOfScratchpad)));

export const sumScratchpads = ({ rows, columns }: TensordashParameters): number =>
  Math.ceil((rows * columns) / pesOfScratchpad);
