import { type Activity, type EventCounts, noEvents } from "../../events.ts";
import { gradientSize } from "../../workload/layer.ts";
import { chooseResidents } from "../buffer/memory.ts";
import { mostBits } from "../dataflow/geometry.ts";
import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import { type LoopNest, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { helps, type SwgParameters, valueBytes } from "../parameters.ts";
import { handOutCycles, mostRounds, peAccesses } from "./memory-accesses.ts";

/** What is counted while a layer runs. */
export type CountedEvents = Pick<
  EventCounts,
  | "macs"
  | "fmapReadBytes"
  | "emapReadBytes"
  | "gradientWriteBytes"
  | "dramReadBytes"
  | "dramWriteBytes"
  | "traceVectors"
  | "routedPairs"
>;

/** A layer, or its first episodes, as simulated. */
export type CountedActivity = Omit<Activity, "events"> & { readonly events: CountedEvents };

/** A whole layer with all its events. Those that were not counted follow from those that were, and the mapping. */
export function arrayActivity(
  { events, ...run }: CountedActivity,
  counts: LayerCounts,
  mapping: Mapping,
  parameters: SwgParameters,
): Activity {
  // a PE that multiplies, or has nothing to do although its column's round is not over, is in a round
  const inRounds = run.breakdown.busy + run.breakdown.columnImbalance;
  return { ...run, events: arrayEvents(events, inRounds, counts, mapping, parameters) };
}

/** Bytes of a sum, in every format. */
const sumBytes = 4;

/** A pair of two words is handed out or looked for in a cycle: as many values, ranks and sums are read, wanted or not. */
const pairsLookedAt = 2;

function arrayEvents(
  counted: CountedEvents,
  inRounds: number,
  counts: LayerCounts,
  mapping: Mapping,
  p: SwgParameters,
): EventCounts {
  const { layer } = counts;
  const nest = loopNest(layer, mapping, p);
  const { macs, fmapReadBytes, emapReadBytes, traceVectors, routedPairs } = counted;
  const bitmaps = bitmapBytes(layer, nest, mapping);
  // the same fmap chunk goes to a PE of every team, the same emap chunk to the PEs of every channel slice
  const [fmapPes, emapPes] = [nest.teamsPerDomain, mapping.channelSlices];
  const vectorWords = Math.ceil(mostBits(layer, mapping, mapping.tapRows).traceVector / 32);
  const found =
    p.vdt === "none"
      ? { traceVectors: 0, traceWords: 0, handedPairs: 0 }
      : {
          traceVectors,
          traceWords: traceVectors * vectorWords,
          handedPairs: macs,
        };
  // a position slice that had no chunk has no sums
  const gradients = counted.gradientWriteBytes / valueBytes(p);
  const drainedSums = gradients * Math.min(nest.slices, nest.chunkCount);
  const rounds = mostRounds(counts, nest, mapping, p);
  const handOuts = handOutCycles(counted, rounds, p);
  // two products of a sum that meet are added first; those of a cycle that are of two sums are of neighbours in a list
  const met = Math.max(0, routedPairs - Math.min(traceVectors, macs));
  return {
    ...noEvents(),
    ...counted,
    ...dramEvents(counted, counts, nest, mapping, p),
    bitmapReadBytes: bitmaps.fmap + bitmaps.emap,
    fmapBufferWriteBytes: (fmapReadBytes - bitmaps.fmap) * fmapPes,
    emapBufferWriteBytes: (emapReadBytes - bitmaps.emap) * emapPes,
    fmapBufferReadBytes: pairsLookedAt * handOuts * valueBytes(p),
    emapBufferReadBytes: pairsLookedAt * handOuts * valueBytes(p),
    ...peAccesses(counted, counts, nest, mapping, p),
    rounds,
    ...maskBytes(counts, nest, mapping, p),
    accumulatorReadBytes: (pairsLookedAt * handOuts + drainedSums) * sumBytes,
    accumulatorWriteBytes: (macs - met) * sumBytes,
    drainedSums,
    // a lane passes every PE of each column of the team
    drainStages: gradients * p.rows * mapping.teamColumns,
    ...found,
    summedPairs: macs,
    peCycles: inRounds,
    balancerCycles: helps(p) ? Math.ceil(inRounds / Math.min(p.clusterSize, p.rows)) : 0,
  };
}

/** Bytes of bitmaps in all chunks and rounds that leave the global buffer, rounded up to bytes for each of them. */
function bitmapBytes(
  layer: LayerCounts["layer"],
  nest: LoopNest,
  mapping: Mapping,
): { fmap: number; emap: number } {
  const { kBlocks, tapBlocks, channelBlocks, chunks, chunkCount } = nest;
  const { fmapBitmap } = mostBits(layer, mapping, mapping.tapRows);
  const emapPass = chunks.reduce((sum, { positions }) => sum + Math.ceil(positions / 8), 0);
  return {
    fmap: layer.C * kBlocks * tapBlocks * chunkCount * Math.ceil(fmapBitmap / 8),
    emap: layer.K * tapBlocks * channelBlocks * emapPass,
  };
}

/**
 * What DRAM does for each tensor. In an episode the data of a tensor lie in the order of use, so they are one run; before
 * the next one another tensor's row was opened. The gradients of a residency are a run, and its part of the mask is.
 */
function dramEvents(
  { emapReadBytes }: CountedEvents,
  counts: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): Pick<EventCounts, "dramEmapReadBytes" | "dramRuns"> {
  const { residents } = chooseResidents(counts, nest, mapping, p);
  const { groupBlocks, kBlocks, tapBlocks, channelBlocks, episodes } = nest;
  const residencies = groupBlocks * kBlocks * tapBlocks * channelBlocks;
  const ofMask = readsMask(counts, p) ? residencies : 0;
  const emapPasses = tapBlocks * channelBlocks;
  const fmapPasses = kBlocks * tapBlocks;
  const reading = (residents.emap ? 1 / emapPasses : 1) + (residents.fmap ? 1 / fmapPasses : 1);
  return {
    dramEmapReadBytes: residents.emap ? emapReadBytes / emapPasses : emapReadBytes,
    dramRuns: Math.round(reading * residencies) * episodes + residencies + ofMask,
  };
}

/** Where all gradients are wanted, or none is left out, no mask is needed. */
const readsMask = (counts: LayerCounts, p: SwgParameters): boolean =>
  p.gradientSkip && totalsOf(counts).wanted < gradientSize(counts.layer);

/**
 * Bytes of the mask, a bit a gradient, those of a k in a residency rounded up. A residency reads its part from DRAM once and
 * keeps it in the global buffer, in room that nothing sets aside (D16). From there every column that works in an episode
 * gets the bits of its k's with their rounds, one broadcast to position slices counted once; and the drain gets them once.
 */
function maskBytes(
  counts: LayerCounts,
  nest: LoopNest,
  { positionSlices, channelSlices, channelsPerPe, tapRows }: Mapping,
  p: SwgParameters,
): Pick<EventCounts, "maskReadBytes" | "dramMaskReadBytes"> {
  if (!readsMask(counts, p)) return { maskReadBytes: 0, dramMaskReadBytes: 0 };
  const { K, R, S } = counts.layer;
  let bytesOfK = 0;
  for (let r0 = 0; r0 < R; r0 += tapRows)
    for (let c0 = 0; c0 < nest.groupChannels; c0 += channelSlices * channelsPerPe) {
      const channels = Math.min(nest.groupChannels - c0, channelSlices * channelsPerPe);
      bytesOfK += Math.ceil((channels * Math.min(R - r0, tapRows) * S) / 8);
    }
  const columnEpisodes = Math.ceil(nest.chunkCount / positionSlices);
  return { maskReadBytes: K * bytesOfK * (columnEpisodes + 1), dramMaskReadBytes: K * bytesOfK };
}
