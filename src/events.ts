/** Why a PE had nothing to do, one cause for each idle PE-cycle. */
export const idleCauses = {
  columnImbalance: "its column's round was not over, but it had no pair left and none to help with",
  betweenColumns: "its column had to wait for a slower column",
  mapping: "the layer's mapping gave it no work",
  validDataTrace: "the valid pairs of the next round were not yet counted",
  fmapLoad: "the next fmap chunk was still crossing the global buffer's port",
  emapLoad: "the next emap round was still crossing the global buffer's port",
  writeBack: "the accumulators it needed were still being drained",
  dram: "the data had not yet come from DRAM",
  fillDrain: "the first data had not yet come, or only the last gradients were still leaving",
} as const;

export type IdleCause = keyof typeof idleCauses;

/** PE-cycles by cause; busy and every idle cause add up to macs x cycles exactly. */
export type CycleBreakdown = Record<"busy" | IdleCause, number>;

export const emptyBreakdown = (): CycleBreakdown => ({
  ...{ busy: 0, columnImbalance: 0, betweenColumns: 0, mapping: 0, validDataTrace: 0 },
  ...{ fmapLoad: 0, emapLoad: 0, writeBack: 0, dram: 0, fillDrain: 0 },
});

/** How often each thing happened; what energy is computed from. */
export interface EventCounts {
  /** products multiplied and added */
  macs: number;
  /** bytes read from the global buffer for fmap chunks, halos included, one broadcast counted once */
  fmapReadBytes: number;
  /** bytes read from the global buffer for emap rounds */
  emapReadBytes: number;
  /** bytes of wanted gradients written */
  gradientWriteBytes: number;
  dramReadBytes: number;
  dramWriteBytes: number;
  /** (PE, k, tap) vectors that the valid-data traces ANDed and counted */
  traceVectors: number;
  /** of forward and backward, which alone read weights: bytes of them read from the global buffer */
  weightReadBytes?: number;
  /** of forward and backward: bytes of the map that they compute */
  mapWriteBytes?: number;
}

/** What one layer did on one machine. */
export interface Activity {
  readonly cycles: number;
  /** multipliers in the machine */
  readonly macs: number;
  readonly breakdown: CycleBreakdown;
  readonly events: EventCounts;
  /** How the layer was laid over the machine, in words: `channels 16 x positions 1, ...` */
  readonly mapping: string;
}
