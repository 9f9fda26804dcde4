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

/** Why a PE is idle in a cycle: a key of `idleCauses`. */
export type IdleCause = keyof typeof idleCauses;

/** PE-cycles by cause; busy and every idle cause add up to macs x cycles exactly. */
export type CycleBreakdown = Record<"busy" | IdleCause, number>;

/** No PE-cycles of any cause, to add to. */
export const emptyBreakdown = (): CycleBreakdown => ({
  busy: 0,
  columnImbalance: 0,
  betweenColumns: 0,
  mapping: 0,
  validDataTrace: 0,
  fmapLoad: 0,
  emapLoad: 0,
  writeBack: 0,
  dram: 0,
  fillDrain: 0,
});

/** How often each thing happened; what energy is computed from. A thing that a machine does not have stays 0. */
export interface EventCounts {
  /** products multiplied and added */
  macs: number;
  /** bytes of the fmap that cross the global buffer's read port, halos included, one broadcast counted once */
  fmapReadBytes: number;
  /** bytes of the emap that cross the global buffer's read port */
  emapReadBytes: number;
  /** of these two, the bytes of bitmaps */
  bitmapReadBytes: number;
  /** bytes of wanted gradients written */
  gradientWriteBytes: number;
  /** bytes of maps and weights from DRAM, without masks; each is written into the global buffer once */
  dramReadBytes: number;
  /** of these, the bytes of the emap */
  dramEmapReadBytes: number;
  dramWriteBytes: number;
  /** contiguous runs of addresses that DRAM reads and writes consist of; each opens a row anew */
  dramRuns: number;
  /** bytes of values moved at the buffers inside PEs: every receiver of a broadcast counts */
  fmapBufferWriteBytes: number;
  fmapBufferReadBytes: number;
  emapBufferWriteBytes: number;
  emapBufferReadBytes: number;
  /**
   * of SWG's PEs, words as the memory has them, of which a bound from above says how many at most: 32 bits of the fmap's
   * bitmap; values before such a word; a trace vector of the emap; values before each of its words
   */
  fmapBitmapWrites: number;
  fmapBitmapReads: number;
  fmapRankWrites: number;
  fmapRankReads: number;
  emapBitmapWrites: number;
  emapBitmapReads: number;
  emapBaseWrites: number;
  emapBaseReads: number;
  /** of its traces: vectors that have pairs; window and k of a trace vector */
  traceListWrites: number;
  traceListReads: number;
  traceTableWrites: number;
  traceOffsetReads: number;
  traceKReads: number;
  /** rounds of its columns, of each of which what is known is written and read once */
  rounds: number;
  /** bytes of the mask, a bit a gradient, read from the global buffer, and before that from DRAM */
  maskReadBytes: number;
  dramMaskReadBytes: number;
  /** bytes of sums, four each */
  accumulatorReadBytes: number;
  accumulatorWriteBytes: number;
  /** sums that left a PE */
  drainedSums: number;
  /** PEs that sums passed on their way out of their column, where each may add its own */
  drainStages: number;
  /** (PE, k, tap) vectors that the valid-data traces ANDed and counted; none without a trace */
  traceVectors: number;
  /** of these, words of 32 bits that have positions */
  traceWords: number;
  /** pairs that were found and handed to a multiplier, their values addressed */
  handedPairs: number;
  /** pairs of SWG, found or not, that went through their cluster to a multiplier, and whose products came to a sum */
  summedPairs: number;
  /** of these, pairs that crossed the wires to another PE's multiplier, and whose products came back */
  routedPairs: number;
  /** PE-cycles of rounds, in which a PE of SWG is clocked; between them it is gated */
  peCycles: number;
  /** cycles of rounds in which the balancer of a cluster decided who multiplies for whom */
  balancerCycles: number;
  /** bytes of sums that are not finished, four each, through the global buffer's ports: into the array and out of it */
  sumReadBytes: number;
  sumWriteBytes: number;
  /** bytes of operands at memories of the array that hold either map, or weights; every receiver of a broadcast counts */
  operandBufferReadBytes: number;
  operandBufferWriteBytes: number;
  /** of `macs`, products that were multiplied, found useless, and not added */
  droppedProducts: number;
  /** of `macs`, products with a zero that were neither multiplied nor added, though a multiplier was taken by them */
  gatedProducts: number;
  /** uses of the logic of machines that SWG is compared with, `hardware/logic/toggled-blocks.ts` says what one is */
  foundValues: number;
  locatedProducts: number;
  scatteredProducts: number;
  comparedCandidates: number;
  scheduledRows: number;
  selectedValues: number;
  matchedValues: number;
  sortedLoads: number;
  /** nonzeros of a bitmap whose positions are found, one a cycle or up to four of a vector */
  streamedNonzeros: number;
  vectorNonzeros: number;
  /** of forward and backward, which alone read weights: bytes of them read from the global buffer, and from DRAM */
  weightReadBytes?: number;
  dramWeightReadBytes?: number;
  /** of forward and backward: bytes of the map that they compute, written to DRAM as well */
  mapWriteBytes?: number;
}

/** Nothing happened: what a machine fills in its own counts over. */
export const noEvents = (): EventCounts => ({
  macs: 0,
  fmapReadBytes: 0,
  emapReadBytes: 0,
  bitmapReadBytes: 0,
  gradientWriteBytes: 0,
  dramReadBytes: 0,
  dramEmapReadBytes: 0,
  dramWriteBytes: 0,
  dramRuns: 0,
  fmapBufferWriteBytes: 0,
  fmapBufferReadBytes: 0,
  emapBufferWriteBytes: 0,
  emapBufferReadBytes: 0,
  fmapBitmapWrites: 0,
  fmapBitmapReads: 0,
  fmapRankWrites: 0,
  fmapRankReads: 0,
  emapBitmapWrites: 0,
  emapBitmapReads: 0,
  emapBaseWrites: 0,
  emapBaseReads: 0,
  traceListWrites: 0,
  traceListReads: 0,
  traceTableWrites: 0,
  traceOffsetReads: 0,
  traceKReads: 0,
  rounds: 0,
  maskReadBytes: 0,
  dramMaskReadBytes: 0,
  accumulatorReadBytes: 0,
  accumulatorWriteBytes: 0,
  drainedSums: 0,
  drainStages: 0,
  traceVectors: 0,
  traceWords: 0,
  handedPairs: 0,
  summedPairs: 0,
  routedPairs: 0,
  peCycles: 0,
  balancerCycles: 0,
  sumReadBytes: 0,
  sumWriteBytes: 0,
  operandBufferReadBytes: 0,
  operandBufferWriteBytes: 0,
  droppedProducts: 0,
  gatedProducts: 0,
  foundValues: 0,
  locatedProducts: 0,
  scatteredProducts: 0,
  comparedCandidates: 0,
  scheduledRows: 0,
  selectedValues: 0,
  matchedValues: 0,
  sortedLoads: 0,
  streamedNonzeros: 0,
  vectorNonzeros: 0,
});

/**
 * Valid pairs by how long their round took, over how long it would have with its pairs spread evenly over the column's
 * MACs: bin i is 1 + i/8 up to 1 + (i+1)/8, the last one all above.
 */
export interface RoundBalance {
  /** if every PE had multiplied its own pairs */
  alone: number[];
  /** as the machine ran */
  asRun: number[];
}

export const balanceBins = 16;
export const balanceBinWidth = 1 / 8;

export const noBalance = (): RoundBalance => ({
  alone: new Array(balanceBins).fill(0),
  asRun: new Array(balanceBins).fill(0),
});

/** What one layer did on one machine. */
export interface Activity {
  readonly cycles: number;
  /** multipliers in the machine */
  readonly macs: number;
  readonly breakdown: CycleBreakdown;
  readonly events: EventCounts;
  /** of a machine that works in rounds that a balancer shortens */
  readonly balance?: RoundBalance;
  /** How the layer was laid over the machine, in words: `channels 16 x positions 1, ...` */
  readonly mapping: string;
}
