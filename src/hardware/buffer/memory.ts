import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import { onceFor } from "../once.ts";
import { compressedBytes, type SwgParameters, valueBytes } from "../parameters.ts";

/** Which map stays in the global buffer once it was read. */
export interface Residents {
  readonly fmap: boolean;
  readonly emap: boolean;
}

/** How the global buffer is divided for a layer under a mapping. */
export interface BufferDivision {
  readonly residents: Residents;
  /** room for maps on their way from DRAM to the array */
  readonly streamBytes: number;
  /** room for gradients on their way to DRAM */
  readonly writeQueueBytes: number;
}

/** Keeps the emap of a k block in the global buffer if it is read again and fits in half of it; then the fmap. */
export function memoryOf(
  counts: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  parameters: SwgParameters,
): BufferDivision {
  const { N, C, H, W, K, P, Q } = counts.layer;
  const total = parameters.globalBufferKib * 1024;
  const writeQueueBytes = Math.min(parameters.writeQueueKib * 1024, Math.floor(total / 2));
  const room = total - writeQueueBytes;
  const bytes = valueBytes(parameters);
  const passes = nest.passes.length;
  const blockKs = Math.min(K, nest.teams * mapping.residentKs);
  const emapBytes = compressedBytes(blockKs * N * P * Q, heaviestEmaps(counts)[blockKs], bytes);
  const fmapBytes = compressedBytes(N * C * H * W, totalsOf(counts).fmap, bytes);
  const emap = passes * nest.channelBlocks > 1 && emapBytes <= room / 2;
  const left = room - (emap ? emapBytes : 0);
  const fmap = passes * nest.kBlocks > 1 && nest.groupBlocks === 1 && fmapBytes <= left / 2;
  const streamBytes = left - (fmap ? fmapBytes : 0);
  return { residents: { emap, fmap }, streamBytes, writeQueueBytes };
}

/** [n] nonzeros of the n emap channels that have most. */
const heaviestEmaps = onceFor(({ layer, emapNonzeros }: LayerCounts): Float64Array => {
  const sums = new Float64Array(layer.K + 1);
  for (const [i, count] of emapNonzeros.toSorted((a, b) => b - a).entries()) sums[i + 1] = sums[i] + count;
  return sums;
});
