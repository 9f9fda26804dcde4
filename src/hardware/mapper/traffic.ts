import { memoryOf } from "../buffer/memory.ts";
import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import {
  compressedBytes,
  listEntries,
  type SwgParameters,
  skips,
  valueBytes,
  wordBytes,
} from "../parameters.ts";
import { chunkSize, listsOfColumn } from "./chunk-fit.ts";

/** What a layer moves under a mapping, as far as counts of nonzeros say. Bytes, but for the sums. */
export interface Traffic {
  /** from the global buffer to the array: fmap chunks, each broadcast once, and lists */
  readonly fmapBytes: number;
  readonly emapBytes: number;
  /** of the fmap, to the PE row that gets most */
  readonly fmapBytesOfRow: number;
  /** sums that leave traces, those of all position slices */
  readonly drainedSums: number;
  readonly gradientBytes: number;
  readonly dramBytes: number;
}

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
  const fmapBytesOfRow = episodes * Math.min(used, p.traces) * chunkBytes;

  const entries = skips(p).emap ? totals.emap : K * N * P * Q;
  const perChunk = listsOfColumn(mapping, p) / mapping.positionSlices + halfEmpty;
  const listWords = passes * nest.channelBlocks * (entries / listEntries(p) + K * nest.chunkCount * perChunk);

  const gradients = p.gradientSkip ? totals.wanted : (K * C * layer.R * layer.S) / groups;
  const { residents } = memoryOf(counts, nest, mapping, p);
  const emapOnce = compressedBytes(N * K * P * Q, totals.emap, bytes);
  const fmapOnce = compressedBytes(N * C * H * W, totals.fmap, bytes);
  return {
    fmapBytes,
    fmapBytesOfRow,
    emapBytes: listWords * listWordBytes(p),
    drainedSums: gradients * nest.slices,
    gradientBytes: gradients * bytes,
    dramBytes:
      gradients * bytes +
      emapOnce * (residents.emap ? 1 : passes * nest.channelBlocks) +
      fmapOnce * (residents.fmap ? 1 : passes * nest.kBlocks),
  };
}

const listWordBytes = (p: SwgParameters): number => (valueBytes(p) > 2 ? 2 : 1) * wordBytes;

/** Bytes that a mapping moves on the chip, in the measure of energy: sums have four bytes. */
export const movedBytes = ({ fmapBytes, emapBytes, drainedSums }: Traffic): number =>
  fmapBytes + emapBytes + 4 * drainedSums;
