import { gradientSize } from "../../workload/layer.ts";
import { listsOfColumn } from "../buffer/list-memory.ts";
import { memoryOf } from "../buffer/memory.ts";
import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import { type LoopNest, loopNest, type Mapping } from "../dataflow/mapping.ts";
import {
  compressedBytes,
  headerWords,
  type SwgParameters,
  skips,
  tileValues,
  valueBytes,
  wordBytes,
} from "../parameters.ts";
import { isMasked, listsHaveHeaders } from "../schedule/k-load.ts";
import { chunkSize } from "./chunk-fit.ts";

/** What a layer moves under a mapping, as far as counts of nonzeros say. */
export interface Traffic {
  /** bytes from the global buffer to the array: fmap chunks, each broadcast once; nonzeros of k's and their masks */
  readonly fmapBytes: number;
  readonly emapBytes: number;
  /** words of the fmap that the PE row with most gets */
  readonly fmapWordsOfRow: number;
  /** words that cross the list ports of all columns: lists made of the nonzeros, and headers */
  readonly listWords: number;
  /** sums that leave traces, those of all position slices */
  readonly drainedSums: number;
  readonly gradientBytes: number;
  readonly dramBytes: number;
}

/** Words of a list that are its bitmap. */
const bitmapWords = 1;
/** Part of a list word, or of a word of values, that is empty at the end of a run of them, on average. */
const halfEmpty = 0.5;

export function trafficOf(counts: LayerCounts, nest: LoopNest, mapping: Mapping, p: SwgParameters): Traffic {
  const { layer } = counts;
  const { N, C, H, W, K, P, Q, groups } = layer;
  const totals = totalsOf(counts);
  const bytes = valueBytes(p);
  const size = chunkSize(layer, mapping, p);
  if (!size) throw new Error("the mapping's windows do not fit the row words");
  const passes = nest.passes.length;

  const channels = nest.groupChannels / (nest.channelBlocks * mapping.channelSlices);
  const values = (size.pixels * channels * totals.fmap) / (N * C * H * W);
  const chunkBytes = size.bitWords * wordBytes + values * bytes + (values > 0 ? wordBytes * halfEmpty : 0);
  const chunksOfSlice = nest.kBlocks * passes * nest.channelBlocks * nest.chunkCount;
  const fmapBytes = chunksOfSlice * groups * mapping.channelSlices * chunkBytes;
  const used = mapping.channelSlices * mapping.positionSlices;
  const episodes = nest.kBlocks * passes * nest.channelBlocks * nest.groupBlocks * nest.episodes;
  const fmapWordsOfRow = (episodes * Math.min(used, p.traces) * chunkBytes) / wordBytes;

  const blocks = passes * nest.channelBlocks;
  const entries = skips(p).emap ? totals.emap : K * N * P * Q;
  const masked = isMasked(counts, p);
  // behind each port every list, or every PE's header
  const ports = mapping.positionSlices === 1 ? p.listPorts : 1;
  const copies = masked ? listsOfColumn(mapping, p) / mapping.positionSlices : ports;
  const heads = listsHaveHeaders(counts, mapping, p) ? headerWords(p) * copies : 0;
  const lists = K * nest.chunkCount;
  const emapOnce = compressedBytes(N * K * P * Q, totals.emap, bytes);
  const fmapOnce = compressedBytes(N * C * H * W, totals.fmap, bytes);
  const ofEpisodes = K * nest.episodes * mapping.teamColumns;
  const maskBytes = masked ? (ofEpisodes * mapping.channelSlices * slotsOf(mapping)) / 8 : 0;

  const gradients = p.gradientSkip ? totals.wanted : gradientSize(layer);
  const { residents } = memoryOf(counts, nest, mapping, p);
  return {
    fmapBytes,
    fmapWordsOfRow,
    emapBytes: blocks * (emapOnce + maskBytes),
    listWords:
      blocks * (entries / tileValues(p) + lists * (bitmapWords + halfEmpty)) * ports + blocks * lists * heads,
    drainedSums: gradients * nest.slices,
    gradientBytes: gradients * bytes,
    dramBytes:
      gradients * bytes +
      emapOnce * (residents.emap ? 1 : blocks) +
      fmapOnce * (residents.fmap ? 1 : passes * nest.kBlocks),
  };
}

const slotsOf = ({ channelsPerTrace, passRows, passColumns }: Mapping): number =>
  channelsPerTrace * passRows * passColumns;

/** Bytes that a mapping moves on the chip, in the measure of energy: sums have four bytes. */
export function movedBytes(counts: LayerCounts, mapping: Mapping, p: SwgParameters): number {
  const nest = loopNest(counts.layer, mapping, p);
  const { fmapBytes, emapBytes, drainedSums } = trafficOf(counts, nest, mapping, p);
  return fmapBytes + emapBytes + 4 * drainedSums;
}
