/** Why a MAC had nothing to do, one cause for each idle MAC-cycle. */
export const idleCauses = {
  columnImbalance:
    "its column had work, but its traces could begin no job: slower ones lagged, or lists were being read",
  betweenColumns: "its column had to wait for a slower column",
  mapping: "the layer's mapping gave it no work",
  validDataTrace: "pairs of a tile were done before the next tile had been looked at, or there were none",
  fmapLoad: "the next fmap chunk was still crossing the global buffer's port",
  emapLoad: "the next list of emap nonzeros was still crossing the global buffer's port",
  writeBack: "the sums it needed, or those of its trace, were still leaving",
  dram: "the data had not yet come from DRAM",
  fillDrain: "the first data had not yet come, or only the last gradients were still leaving",
} as const;

/** Why a MAC is idle in a cycle: a key of `idleCauses`. */
export type IdleCause = keyof typeof idleCauses;

/** MAC-cycles by cause; busy and every idle cause add up to macs x cycles exactly. */
export type CycleBreakdown = Record<"busy" | IdleCause, number>;

/** No MAC-cycles of any cause, to add to. */
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
  /** of these two, the bytes of bitmaps, and of row words with what lies before each */
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
  /** of SWG's traces: row words of fmap chunks that were made ready for windows */
  rowWords: number;
  /** words of fmap chunks, bits and values, written into PEs */
  chunkWordWrites: number;
  /** words of lists of emap nonzeros: made of bitmaps, a column each; written into PEs; read by traces, headers too */
  listWords: number;
  listWordWrites: number;
  listWordReads: number;
  /** jobs of MACs, each a k in a trace; windows that were looked at; cycles of traces in jobs, the looks at the next one included */
  jobs: number;
  looks: number;
  jobCycles: number;
  /** bytes of the mask, a bit a gradient, read from the global buffer, and before that from DRAM */
  maskReadBytes: number;
  dramMaskReadBytes: number;
  /** bytes of sums, four each */
  accumulatorReadBytes: number;
  accumulatorWriteBytes: number;
  /** sums that left where they were added up, and additions of such sums on their way */
  drainedSums: number;
  addedSums: number;
  /**
   * couples of sums in which one is wanted, at the ways out of SWG's columns: read out of traces, and of these those that became part of
   * another column's, that were added to what was in the buffer of a way, and that came into it first and were sent
   */
  drainedCouples: number;
  teamedCouples: number;
  addedCouples: number;
  sentCouples: number;
  /** pairs that were found and handed to a multiplier, their values addressed; none without a trace */
  handedPairs: number;
  /** pairs of SWG, found or not, whose operands went to a MAC */
  summedPairs: number;
  /** times that a sum came to a MAC, for all pairs of a tile and slot, and went back */
  sumVisits: number;
  /** of the pairs those that another PE's MAC multiplied */
  routedPairs: number;
  /** of the visits those at another PE's MAC */
  routedVisits: number;
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
  joinedPairs: number;
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
  rowWords: 0,
  chunkWordWrites: 0,
  listWords: 0,
  listWordWrites: 0,
  listWordReads: 0,
  jobs: 0,
  looks: 0,
  jobCycles: 0,
  maskReadBytes: 0,
  dramMaskReadBytes: 0,
  accumulatorReadBytes: 0,
  accumulatorWriteBytes: 0,
  drainedSums: 0,
  addedSums: 0,
  drainedCouples: 0,
  teamedCouples: 0,
  addedCouples: 0,
  sentCouples: 0,
  handedPairs: 0,
  summedPairs: 0,
  sumVisits: 0,
  routedPairs: 0,
  routedVisits: 0,
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
  joinedPairs: 0,
  sortedLoads: 0,
  streamedNonzeros: 0,
  vectorNonzeros: 0,
});

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
