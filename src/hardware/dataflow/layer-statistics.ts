import type { Occupancy } from "../../trace/occupancy.ts";
import type { Layer } from "../../workload/layer.ts";
import { onceFor } from "../once.ts";
import { type Box, type Chunk, type ChunkShape, cutIntoChunks, reach, type Sample } from "./geometry.ts";
import { PrefixCounts } from "./prefix-counts.ts";

/** What mapper and schedule are worked out from. */
export interface LayerCounts {
  readonly layer: Layer;
  /** [C] nonzeros of each fmap channel, over all images */
  readonly fmapNonzeros: Float64Array;
  /** [K] nonzeros of each emap channel, over all images */
  readonly emapNonzeros: Float64Array;
  /** [K] wanted gradients */
  readonly wanted: Float64Array;
  /** whether no chunk in the sample of any emap channel holds more than `most` values */
  emapFits(shape: ChunkShape, most: number, sample: Sample): boolean;
  /**
   * Whether the fullest chunks in the sample of any `channels` fmap channels hold `most` values or fewer together, as
   * far as `kernelRows` reach.
   */
  fmapFits(shape: ChunkShape, kernelRows: number, channels: number, most: number, sample: Sample): boolean;
}

const sum = (numbers: Float64Array): number => numbers.reduce((total, n) => total + n, 0);

/** Nonzeros of both maps, and wanted gradients. */
export const totalsOf = onceFor(({ fmapNonzeros, emapNonzeros, wanted }: LayerCounts) => ({
  fmap: sum(fmapNonzeros),
  emap: sum(emapNonzeros),
  wanted: sum(wanted),
}));

/**
 * What the host knows of a layer before it runs: counts of nonzeros, taken when the maps were written, and
 * of wanted gradients. Mapper, balancer and traffic are worked out from these; valid pairs are not known.
 */
export interface LayerStatistics extends LayerCounts {
  /** wanted gradients of k in channel c (of its group) and kernel rows r0 .. r1-1 */
  wantedTaps(k: number, c: number, r0: number, r1: number): number;
  /** nonzeros of fmap channel c in a box of image n */
  fmapCount(n: number, c: number, box: Box): number;
  /** the same, but only of pixels that some tap reaches */
  fmapReachedCount(n: number, c: number, box: Box): number;
  /** nonzeros of emap channel k in a chunk */
  emapCount(k: number, chunk: Chunk): number;
}

export function layerStatistics({ layer, fmap, emap, mask }: Occupancy): LayerStatistics {
  const { N, C, H, W, K, P, Q, R, S, groups } = layer;
  const fmapPrefix = new PrefixCounts(fmap, N * C, H, W);
  const emapPrefix = new PrefixCounts(emap, N * K, P, Q);
  const unreached = zeroUnreached(layer, fmap);
  const reachedPrefix = unreached ? new PrefixCounts(unreached, N * C, H, W) : fmapPrefix;

  const whole = (planes: number, prefix: PrefixCounts, height: number, width: number) => {
    const counts = new Float64Array(planes);
    for (let n = 0; n < N; n++)
      for (let i = 0; i < planes; i++)
        counts[i] += prefix.count(n * planes + i, { h0: 0, h1: height, w0: 0, w1: width });
    return counts;
  };
  const channels = C / groups;
  const wantedTaps = (k: number, c: number, r0: number, r1: number): number => {
    if (!mask) return (r1 - r0) * S;
    let wanted = 0;
    const from = (k * channels + c) * R * S;
    for (let tap = from + r0 * S; tap < from + r1 * S; tap++) wanted += mask[tap];
    return wanted;
  };
  const wanted = new Float64Array(K);
  for (let k = 0; k < K; k++) for (let c = 0; c < channels; c++) wanted[k] += wantedTaps(k, c, 0, R);
  const emapCount = (k: number, { parts, q0, columns }: Chunk) => {
    let count = 0;
    for (const { n, p0, rows } of parts)
      count += emapPrefix.count(n * K + k, { h0: p0, h1: p0 + rows, w0: q0, w1: q0 + columns });
    return count;
  };
  const fmapReachedCount = (n: number, c: number, box: Box) => reachedPrefix.count(n * C + c, box);
  const mostOfEmap = once((shape: ChunkShape, _: number, sample: Sample) => {
    const chunks = chunksOf(layer, shape, sample);
    let most = 0;
    for (let k = 0; k < K; k++) for (const chunk of chunks) most = Math.max(most, emapCount(k, chunk));
    return most;
  });
  const mostOfFmap = once((shape: ChunkShape, kernelRows: number, sample: Sample) => {
    const chunks = chunksOf(layer, shape, sample);
    const most = new Float64Array(C);
    for (const chunk of chunks)
      for (let r0 = 0; r0 < R; r0 += kernelRows) {
        const boxes = chunk.parts.map((part) => reach(layer, part, chunk, r0, Math.min(R, r0 + kernelRows)));
        for (let c = 0; c < C; c++) {
          let values = 0;
          for (const [i, { n }] of chunk.parts.entries()) values += fmapReachedCount(n, c, boxes[i]);
          most[c] = Math.max(most[c], values);
        }
      }
    return most.sort((a, b) => b - a);
  });
  return {
    layer,
    fmapNonzeros: whole(C, fmapPrefix, H, W),
    emapNonzeros: whole(K, emapPrefix, P, Q),
    wantedTaps,
    wanted,
    fmapReachedCount,
    emapCount,
    emapFits: (shape, most, sample) => mostOfEmap(shape, 0, sample) <= most,
    fmapFits: (shape, kernelRows, channels, most, sample) =>
      mostOfFmap(shape, kernelRows, sample)
        .subarray(0, channels)
        .reduce((sum, n) => sum + n, 0) <= most,
    fmapCount: (n, c, box) => fmapPrefix.count(n * C + c, box),
  };
}

const chunksOf = (layer: Layer, shape: ChunkShape, { images, columns }: Sample): Chunk[] =>
  cutIntoChunks(layer, shape).filter(({ parts, q0 }) => parts[parts.length - 1].n < images && q0 < columns);

/** What `work` returns for a shape, worked out once. */
function once<T>(work: (shape: ChunkShape, kernelRows: number, sample: Sample) => T) {
  const known = new Map<string, T>();
  return (shape: ChunkShape, kernelRows: number, sample: Sample): T => {
    const { images, columns } = sample;
    const key = `${shape.bandRows} ${shape.bandColumns} ${kernelRows} ${images} ${columns}`;
    const found = known.get(key) ?? work(shape, kernelRows, sample);
    known.set(key, found);
    return found;
  };
}

/** The fmap without the pixels that a stride steps over; undefined when every pixel is reached. */
function zeroUnreached(layer: Layer, fmap: Uint8Array): Uint8Array | undefined {
  const { N, C, H, W, P, Q, R, S, stride, padding, dilation } = layer;
  const reached = (size: number, out: number, kernel: number, axis: 0 | 1) => {
    const flags = new Uint8Array(size);
    const step = stride[axis];
    /** by the remainder of a tap's offset: behind the last pixel that such taps were found to reach */
    const known = new Map<number, number>();
    for (let i = 0; i < kernel; i++) {
      const first = i * dilation[axis] - padding[axis];
      const remainder = ((first % step) + step) % step;
      const end = Math.min(size, first + (out - 1) * step + 1);
      let at = Math.max(first, known.get(remainder) ?? remainder);
      for (; at < end; at += step) flags[at] = 1;
      known.set(remainder, at);
    }
    return flags;
  };
  const rows = reached(H, P, R, 0);
  const columns = reached(W, Q, S, 1);
  if (!rows.includes(0) && !columns.includes(0)) return undefined;
  const kept = new Uint8Array(fmap.length);
  for (let at = 0, line = 0; line < N * C * H; line++)
    for (let w = 0; w < W; w++, at++) kept[at] = fmap[at] & rows[line % H] & columns[w];
  return kept;
}
