import type { EventCounts } from "../../events.ts";
import { mostBits } from "../dataflow/geometry.ts";
import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import { emapRoundSlots, type SwgParameters, valueBytes } from "../parameters.ts";
import { hardwareSizes } from "../sizes.ts";

/*
 * How often the SystemVerilog reads and writes the memories of its PEs. Reads are combinational: a port that stays at its
 * address reads nothing anew. So an access is a change of an address, or of what lies there. Where counts do not say how
 * many there are, they say how many at most.
 */

type PeAccesses = Pick<
  EventCounts,
  | "fmapBitmapWrites"
  | "fmapBitmapReads"
  | "fmapRankWrites"
  | "fmapRankReads"
  | "emapBitmapWrites"
  | "emapBitmapReads"
  | "emapBaseWrites"
  | "emapBaseReads"
  | "traceListWrites"
  | "traceListReads"
  | "traceTableWrites"
  | "traceOffsetReads"
  | "traceKReads"
>;

/** What of the counted events the accesses follow from. */
export type CountedPairs = Pick<EventCounts, "macs" | "routedPairs" | "traceVectors">;

/**
 * Changes beside those of pairs and vectors while a PE turns from a round to the next, at most. A port that counts goes to
 * the first entry of the table, and shows what arrives meanwhile; a port that hands out comes to the next round's slot,
 * and shows the first two vectors that are noted in its list.
 */
const turnChanges = { counting: 2, handingOut: 3 } as const;

/**
 * Rounds of all columns at most. A round ends with the k's of an episode, with as many as there may be, or because the next
 * one does not fit: then it and the next round together are more than the room of one, in some position slice.
 */
export function mostRounds(counts: LayerCounts, nest: LoopNest, mapping: Mapping, p: SwgParameters): number {
  const { layer } = counts;
  const { groupBlocks, kBlocks, tapBlocks, channelBlocks, chunkCount, teams } = nest;
  const emapPasses = tapBlocks * channelBlocks;
  const columnEpisodes = Math.ceil(chunkCount / mapping.positionSlices);
  const ks = layer.K * emapPasses * columnEpisodes;
  const bitmapBytes = Math.ceil(mostBits(layer, mapping, mapping.tapRows).traceVector / 8);
  const valuesBytes = totalsOf(counts).emap * valueBytes(p);
  const bytes = emapPasses * (layer.K * chunkCount * bitmapBytes + valuesBytes);
  const room = Math.floor(p.emapBufferBytes / emapRoundSlots);
  const last = groupBlocks * kBlocks * emapPasses * columnEpisodes * teams;
  return Math.min(ks, last + Math.floor(ks / mapping.roundKs + (2 * bytes) / room));
}

/**
 * Cycles, of all PEs together, in which what is handed out changes: each hands out one pair, or two of which one goes to
 * another PE's MAC; and as a round ends, and the next one comes.
 */
export const handOutCycles = (
  { macs, routedPairs }: Omit<CountedPairs, "traceVectors">,
  rounds: number,
  { rows }: SwgParameters,
): number => macs - routedPairs + turnChanges.handingOut * rows * rounds;

/** Accesses to bitmaps, ranks, bases, lists and tables. Without a valid-data trace nothing but maps is written. */
export function peAccesses(
  counted: CountedPairs,
  counts: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): PeAccesses {
  const { layer } = counts;
  const { kBlocks, tapBlocks, channelBlocks, chunkCount, teamsPerDomain } = nest;
  const { fmapBitmap } = mostBits(layer, mapping, mapping.tapRows);
  // a PE of every team takes an fmap chunk, the PEs of every channel slice an emap chunk, as a whole trace vector for each k
  const words = Math.ceil(fmapBitmap / 32);
  const fmapWords = layer.C * kBlocks * tapBlocks * chunkCount * words * teamsPerDomain;
  const emapVectors = layer.K * tapBlocks * channelBlocks * chunkCount * mapping.channelSlices;
  const written = {
    fmapBitmapWrites: fmapWords,
    fmapRankWrites: fmapWords,
    emapBitmapWrites: emapVectors,
    emapBaseWrites: emapVectors,
  };
  if (p.vdt === "none") return { ...noTrace, ...written };
  return { ...written, ...traceAccesses(counted, emapVectors, counts, nest, mapping, p) };
}

const noTrace = {
  fmapBitmapReads: 0,
  fmapRankReads: 0,
  emapBitmapReads: 0,
  emapBaseReads: 0,
  traceListWrites: 0,
  traceListReads: 0,
  traceTableWrites: 0,
  traceOffsetReads: 0,
  traceKReads: 0,
};

function traceAccesses(
  counted: CountedPairs,
  emapVectors: number,
  counts: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): typeof noTrace {
  const { layer } = counts;
  const { macs, traceVectors } = counted;
  const { windowWords } = hardwareSizes(p);
  const rounds = mostRounds(counts, nest, mapping, p);
  const turns = turnChanges.handingOut * p.rows * rounds;
  const countingTurns = turnChanges.counting * p.rows * rounds * p.vectorTaps;
  // vectors are counted k by k, so that a port comes to the emap of each k once
  const windows = traceVectors + countingTurns;
  const emapsCounted = Math.min(traceVectors, p.vectorTaps * emapVectors) + countingTurns;
  // words that have a pair at least are looked at two at a time, and so are the vectors in the list
  const vectorWords = Math.ceil(mostBits(layer, mapping, mapping.tapRows).traceVector / 32);
  const handOuts = handOutCycles(counted, rounds, p);
  const wordChanges = Math.min(handOuts, traceVectors * vectorWords + turns);
  const vectorChanges = Math.min(handOuts, traceVectors + turns);
  const sumsOfK = mapping.channelsPerPe * Math.min(mapping.tapRows, layer.R) * layer.S;
  const tableEntries = Math.min(mapping.roundKs * sumsOfK, p.accumulators);
  return {
    // windows; two words from any bit on, which is two lines each; the line of the first pair's value, and of the second's
    fmapBitmapReads: windowWords * windows + (4 + 1) * wordChanges + handOuts,
    fmapRankReads: wordChanges + handOuts,
    emapBitmapReads: emapsCounted + 2 * vectorChanges,
    emapBaseReads: 2 * vectorChanges,
    traceListWrites: Math.min(traceVectors, macs),
    traceListReads: 2 * vectorChanges,
    traceTableWrites: tableEntries * p.columns * p.rows,
    // of the second pair once more, which is of either vector
    traceOffsetReads: windows + 2 * vectorChanges + handOuts,
    traceKReads: windows + 2 * vectorChanges,
  };
}
