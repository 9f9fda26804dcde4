import type { Occupancy } from "../../trace/occupancy.ts";
import type { Layer } from "../../workload/layer.ts";
import { type Box, type Chunk, type ChunkShape, reach } from "./geometry.ts";
import { PrefixCounts } from "./prefix-counts.ts";

/**
 * What the host knows of a layer before it runs: counts of nonzeros, taken when the maps were written, and
 * of wanted gradients. Mapper, balancer and traffic are worked out from these; valid pairs are not known.
 */
export interface LayerStatistics {
  readonly layer: Layer;
  /** [C] nonzeros of each fmap channel, over all images */
  readonly fmapNonzeros: Float64Array;
  /** [K] nonzeros of each emap channel, over all images */
  readonly emapNonzeros: Float64Array;
  /** wanted gradients of k in channel c (of its group) and kernel rows r0 .. r1-1 */
  wantedTaps(k: number, c: number, r0: number, r1: number): number;
  /** [K] wanted gradients */
  readonly wanted: Float64Array;
  /** nonzeros of fmap channel c in a box of image n */
  fmapCount(n: number, c: number, box: Box): number;
  /** the same, but only of pixels that some tap reaches */
  fmapReachedCount(n: number, c: number, box: Box): number;
  /** nonzeros of emap channel k in a chunk */
  emapCount(k: number, chunk: Chunk): number;
  /**
   * The most values in any chunk of a shape: of any emap channel; and of each fmap channel (most first) as far
   * as `kernelRows` reach. Worked out once for each shape.
   */
  fullest(shape: ChunkShape, chunks: readonly Chunk[], kernelRows: number): Fullest;
}

export interface Fullest {
  readonly emap: number;
  readonly fmap: readonly number[];
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
  const known = new Map<string, Fullest>();
  const fullest = ({ bandRows, bandColumns }: ChunkShape, chunks: readonly Chunk[], kernelRows: number) => {
    const key = `${bandRows} ${bandColumns} ${kernelRows}`;
    const found = known.get(key) ?? { emap: mostOfEmap(chunks), fmap: mostOfFmap(chunks, kernelRows) };
    known.set(key, found);
    return found;
  };
  const mostOfEmap = (chunks: readonly Chunk[]) => {
    let most = 0;
    for (let k = 0; k < K; k++) for (const chunk of chunks) most = Math.max(most, emapCount(k, chunk));
    return most;
  };
  const mostOfFmap = (chunks: readonly Chunk[], kernelRows: number) => {
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
    return Array.from(most).sort((a, b) => b - a);
  };
  return {
    layer,
    fmapNonzeros: whole(C, fmapPrefix, H, W),
    emapNonzeros: whole(K, emapPrefix, P, Q),
    ...{ wantedTaps, wanted, fmapReachedCount, emapCount, fullest },
    fmapCount: (n, c, box) => fmapPrefix.count(n * C + c, box),
  };
}

/** The fmap without the pixels that a stride steps over; undefined when every pixel is reached. */
function zeroUnreached(layer: Layer, fmap: Uint8Array): Uint8Array | undefined {
  const { N, C, H, W, P, Q, R, S, stride, padding, dilation } = layer;
  const reached = (size: number, out: number, kernel: number, axis: 0 | 1) => {
    const flags = new Uint8Array(size);
    for (let o = 0; o < out; o++)
      for (let i = 0; i < kernel; i++) {
        const at = o * stride[axis] - padding[axis] + i * dilation[axis];
        if (at >= 0 && at < size) flags[at] = 1;
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
