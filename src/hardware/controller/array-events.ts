import { type Activity, type EventCounts, noEvents } from "../../events.ts";
import { chooseResidents } from "../buffer/memory.ts";
import { mostBits } from "../dataflow/geometry.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { type LoopNest, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { type SwgParameters, valueBytes } from "../parameters.ts";

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
  return { ...run, events: arrayEvents(events, counts, mapping, parameters) };
}

/** Bytes of a sum, in every format. */
const sumBytes = 4;

function arrayEvents(
  counted: CountedEvents,
  counts: LayerCounts,
  mapping: Mapping,
  p: SwgParameters,
): EventCounts {
  const { layer } = counts;
  const nest = loopNest(layer, mapping, p);
  const { macs, fmapReadBytes, emapReadBytes, traceVectors } = counted;
  const bitmaps = bitmapBytes(layer, nest, mapping);
  // the same fmap chunk goes to a PE of every team, the same emap chunk to the PEs of every channel slice
  const [fmapPes, emapPes] = [nest.teamsPerDomain, mapping.channelSlices];
  const vectorWords = Math.ceil(mostBits(layer, mapping, mapping.tapRows).traceVector / 32);
  const traceWords = p.vdt === "none" ? 0 : traceVectors * vectorWords;
  // a position slice that had no chunk has no sums
  const drainedSums = (counted.gradientWriteBytes / valueBytes(p)) * Math.min(nest.slices, nest.chunkCount);
  return {
    ...noEvents(),
    ...{ ...counted, ...dramEvents(counted, counts, nest, mapping, p) },
    bitmapReadBytes: bitmaps.fmap + bitmaps.emap,
    fmapBufferWriteBytes: (fmapReadBytes - bitmaps.fmap) * fmapPes,
    emapBufferWriteBytes: (emapReadBytes - bitmaps.emap) * emapPes,
    fmapBufferReadBytes: macs * valueBytes(p),
    emapBufferReadBytes: macs * valueBytes(p),
    bitmapBufferWriteBytes: bitmaps.fmap * fmapPes + bitmaps.emap * emapPes,
    // a word of fmap for each word ANDed; the emap's stay in a register for all taps and channels
    bitmapBufferReadBytes: p.vdt === "none" ? 0 : traceWords * 4 + bitmaps.emap * emapPes,
    accumulatorReadBytes: (macs + drainedSums) * sumBytes,
    accumulatorWriteBytes: macs * sumBytes,
    ...{ drainedSums, traceWords, handedPairs: p.vdt === "none" ? 0 : macs },
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
 * the next one another tensor's row was opened. The gradients of a residency are a run.
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
  const emapPasses = tapBlocks * channelBlocks;
  const fmapPasses = kBlocks * tapBlocks;
  const reading = (residents.emap ? 1 / emapPasses : 1) + (residents.fmap ? 1 / fmapPasses : 1);
  return {
    dramEmapReadBytes: residents.emap ? emapReadBytes / emapPasses : emapReadBytes,
    dramRuns: Math.round(reading * residencies) * episodes + residencies,
  };
}
