import { type Activity, type CycleBreakdown, type EventCounts, noEvents } from "../../events.ts";
import { gradientSize } from "../../workload/layer.ts";
import { memoryOf } from "../buffer/memory.ts";
import { chunkExtent, positionsOf, rowLayout } from "../dataflow/geometry.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import {
  chunkOf,
  type LoopNest,
  loopNest,
  type Mapping,
  type Pass,
  residencyCount,
} from "../dataflow/mapping.ts";
import { packedRowWords, type SwgParameters, traceDrainSums, valueBytes, wordBytes } from "../parameters.ts";
import { isMasked } from "../schedule/k-load.ts";
import { residencies } from "../schedule/schedule.ts";

/** What a layer did on the array, as far as it was simulated. */
export interface LayerRun {
  readonly cycles: number;
  readonly breakdown: CycleBreakdown;
  readonly mapping: string;
  readonly events: RunEvents;
  /** cycle at which every column was done with an episode */
  readonly episodeEnds: readonly number[];
}

/** Counted while it ran; the other events follow from these and from the mapping. */
export type RunEvents = Pick<
  EventCounts,
  | "macs"
  | "looks"
  | "jobs"
  | "jobCycles"
  | "sumVisits"
  | "routedPairs"
  | "routedVisits"
  | "rowWords"
  | "fmapReadBytes"
  | "emapReadBytes"
  | "maskReadBytes"
  | "listWords"
  | "listWordWrites"
  | "listWordReads"
  | "dramReadBytes"
  | "gradientWriteBytes"
  | "drainedCouples"
>;

/** A whole layer with all its events. Those that were not counted follow from those that were, and the mapping (assumed, D37, D63). */
export function arrayActivity(
  { cycles, breakdown, mapping: words, events }: LayerRun,
  counts: LayerCounts,
  mapping: Mapping,
  parameters: SwgParameters,
): Activity {
  const macs = parameters.columns * parameters.rows * parameters.macs;
  const all = arrayEvents(events, counts, mapping, parameters);
  return { cycles, macs, breakdown, mapping: words, events: all };
}

/** Bytes of a sum, in every format. */
const sumBytes = 4;

function arrayEvents(
  counted: LayerRun["events"],
  counts: LayerCounts,
  mapping: Mapping,
  p: SwgParameters,
): EventCounts {
  const nest = loopNest(counts.layer, mapping, p);
  const { macs, sumVisits, rowWords, drainedCouples, gradientWriteBytes, fmapReadBytes } = counted;
  // the same chunk goes to a PE of every team
  const fmapBufferWriteBytes = fmapReadBytes * nest.teamsPerDomain;
  return {
    ...noEvents(),
    ...counted,
    ...dramEvents(counted, counts, mapping, p),
    dramWriteBytes: gradientWriteBytes,
    bitmapReadBytes: emapBitmapBytes(counts, nest, mapping) + rowWordBytes(counts, nest, mapping, p),
    fmapBufferWriteBytes,
    chunkWordWrites: fmapBufferWriteBytes / wordBytes,
    // row words are read packed, and a value for each pair
    fmapBufferReadBytes: Math.ceil(rowWords / packedRowWords(p)) * wordBytes + macs * valueBytes(p),
    // what leaves is read by couples, and its place is cleared
    accumulatorReadBytes: (sumVisits + traceDrainSums * drainedCouples) * sumBytes,
    accumulatorWriteBytes: (sumVisits + traceDrainSums * drainedCouples) * sumBytes,
    ...drainEvents(gradientWriteBytes / valueBytes(p), drainedCouples, mapping),
    handedPairs: p.vdt === "none" ? 0 : macs,
    summedPairs: macs,
  };
}

/**
 * What becomes of sums that leave: of each step those of all columns of a team become one, in the last column; of these the first step's is kept in
 * the buffer, and the others are added to it.
 */
function drainEvents(
  gradients: number,
  drainedCouples: number,
  { teamColumns, positionSlices }: Mapping,
): Pick<EventCounts, "drainedSums" | "addedSums" | "teamedCouples" | "addedCouples" | "sentCouples"> {
  const holders = teamColumns * positionSlices;
  const sentCouples = drainedCouples / holders;
  return {
    drainedSums: gradients * holders,
    addedSums: gradients * (holders - 1),
    teamedCouples: sentCouples * positionSlices * (teamColumns - 1),
    addedCouples: sentCouples * (positionSlices - 1),
    sentCouples,
  };
}

/** Bytes of the emap's bitmaps that leave the global buffer: a bit a position, rounded up to bytes for each chunk. */
function emapBitmapBytes({ layer }: LayerCounts, nest: LoopNest, mapping: Mapping): number {
  const { passes, channelBlocks } = nest;
  let bytes = 0;
  for (let chunk = 0; chunk < nest.chunkCount; chunk++)
    bytes += Math.ceil(positionsOf(chunkOf(nest, mapping, chunk)) / 8);
  return bytes * layer.K * passes.length * channelBlocks;
}

/** Bytes of row words with their bases that cross the global buffer's port: once for all teams that share a chunk. */
function rowWordBytes(counts: LayerCounts, nest: LoopNest, mapping: Mapping, p: SwgParameters): number {
  const rows = rowLayout(counts.layer, mapping, p)!;
  const ofPass = new Map<string, number>();
  for (const pass of nest.passes) {
    let words = 0;
    for (let chunk = 0; chunk < nest.chunkCount; chunk++) {
      const own = chunkExtent(counts.layer, chunkOf(nest, mapping, chunk), pass, rows);
      words += Math.ceil(own.words / packedRowWords(p));
    }
    ofPass.set(passKey(pass), words);
  }
  let words = 0;
  for (const { channels, pass } of residencies(counts, nest, mapping, p)) {
    const holding = channels.flat().filter((own) => own.length > 0).length;
    words += holding * ofPass.get(passKey(pass))!;
  }
  return words * wordBytes;
}

const passKey = ({ r0, s0 }: Pass) => `${r0},${s0}`;

/**
 * What DRAM does for each tensor. In an episode the data of a tensor lie in the order of use, so they are one run; before
 * the next one another tensor's row was opened. The gradients of a residency are a run, and its part of the mask is.
 */
function dramEvents(
  { emapReadBytes }: LayerRun["events"],
  counts: LayerCounts,
  mapping: Mapping,
  p: SwgParameters,
): Pick<EventCounts, "dramEmapReadBytes" | "dramRuns" | "dramMaskReadBytes"> {
  const nest = loopNest(counts.layer, mapping, p);
  const { residents } = memoryOf(counts, nest, mapping, p);
  const { kBlocks, passes, channelBlocks, episodes } = nest;
  const residencies = residencyCount(nest);
  const masked = isMasked(counts, p);
  const emapPasses = passes.length * channelBlocks;
  const fmapPasses = kBlocks * passes.length;
  const reading = (residents.emap ? 1 / emapPasses : 1) + (residents.fmap ? 1 / fmapPasses : 1);
  return {
    dramEmapReadBytes: residents.emap ? emapReadBytes / emapPasses : emapReadBytes,
    dramRuns: Math.round(reading * residencies) * episodes + residencies + (masked ? residencies : 0),
    dramMaskReadBytes: masked ? Math.ceil(gradientSize(counts.layer) / 8) : 0,
  };
}
