import type { Occupancy } from "../../trace/occupancy.ts";
import { gradientSize, type Layer } from "../../workload/layer.ts";
import { onceFor } from "../once.ts";
import type { SwgParameters } from "../parameters.ts";
import { channelLoads } from "./channel-load.ts";
import { chunkLayout, type Group, groupsOf, type RowWord, rowLayout } from "./geometry.ts";
import { type Mapping, type Pass, passesOf } from "./mapping.ts";
import { prefixCounts } from "./prefix-counts.ts";

/** What decides which positions and fmap values lie in a trace's chunk. */
export type ChunkShape = Pick<Mapping, "channelsPerTrace" | "passRows" | "passColumns" | "chunkGroups">;

/** What mapper and schedule are worked out from. */
export interface LayerCounts {
  readonly layer: Layer;
  /** [C] nonzeros of each fmap channel, over all images */
  readonly fmapNonzeros: Float64Array;
  /** [C] pairs that a channel would make if every gradient were wanted: by this, channels are dealt */
  readonly channelLoad: Float64Array;
  /** [K] nonzeros of each emap channel, over all images */
  readonly emapNonzeros: Float64Array;
  /** [K] wanted gradients */
  readonly wanted: Float64Array;
  /**
   * [chunk][pass][C] the values that a trace stores of each channel in these chunks: the nonzeros of its row words, those in two
   * words twice.
   */
  chunkValues(shape: ChunkShape, parameters: SwgParameters, chunks: readonly number[]): Uint16Array;
}

const sum = (numbers: Float64Array): number => numbers.reduce((total, n) => total + n, 0);

/** Nonzeros of both maps, wanted gradients, and pairs if every gradient were wanted. */
export const totalsOf = onceFor(({ fmapNonzeros, emapNonzeros, wanted, channelLoad }: LayerCounts) => ({
  fmap: sum(fmapNonzeros),
  emap: sum(emapNonzeros),
  wanted: sum(wanted),
  pairs: sum(channelLoad),
}));

/**
 * What the host knows of a layer before it runs: counts of nonzeros, taken when the maps were written, and
 * of wanted gradients. Mapper, balancer and traffic are worked out from these; valid pairs of a k are not known.
 */
export interface LayerStatistics extends LayerCounts {
  /** wanted gradients of k in channel c (of its group) and the taps of a pass */
  wantedTaps(k: number, c: number, pass: Pass): number;
  /** nonzeros of fmap channel c in a row word, as its lane stores them; columns in the padding hold none */
  fmapCount(c: number, word: RowWord): number;
  /** nonzeros of emap channel k in a chunk, or any other groups of positions */
  emapCount(k: number, chunk: readonly Group[]): number;
}

export function layerStatistics(occupancy: Occupancy): LayerStatistics {
  const { layer, fmap, emap, mask } = occupancy;
  const { N, C, H, W, K, P, Q, R, S, groups } = layer;
  const inFmap = prefixCounts(fmap);
  const inEmap = prefixCounts(emap);
  const channels = C / groups;
  const wanted = new Float64Array(K).fill(mask ? 0 : gradientSize(layer) / K);
  if (mask) {
    const inMask = prefixCounts(mask);
    const ofK = channels * R * S;
    for (let k = 0; k < K; k++) wanted[k] = inMask[(k + 1) * ofK] - inMask[k * ofK];
  }
  return {
    layer,
    wanted,
    fmapNonzeros: planeCounts(inFmap, N, C, H * W),
    emapNonzeros: planeCounts(inEmap, N, K, P * Q),
    channelLoad: channelLoads(occupancy),
    chunkValues: (shape, parameters, chunks) => chunkValues(layer, inFmap, shape, parameters, chunks),
    wantedTaps(k, c, { r0, r1, s0, s1 }) {
      if (!mask) return (r1 - r0) * (s1 - s0);
      const from = (k * channels + c) * R * S;
      let count = 0;
      for (let r = r0; r < r1; r++) for (let s = s0; s < s1; s++) count += mask[from + r * S + s];
      return count;
    },
    fmapCount: (c, word) => countRuns(inFmap, runsOf(layer, word), c * H * W),
    emapCount(k, chunk) {
      let count = 0;
      for (const { n, p, q0, columns, step } of chunk) {
        const row = ((n * K + k) * P + p) * Q + q0;
        if (step === 1) count += inEmap[row + columns] - inEmap[row];
        else for (let i = 0; i < columns; i++) count += emap[row + i * step];
      }
      return count;
    },
  };
}

/** [planes] ones of each plane of a [images][planes][pixels] map, over all images. */
function planeCounts(inMap: Int32Array, images: number, planes: number, pixels: number): Float64Array {
  const counts = new Float64Array(planes);
  for (let at = 0; at < images * planes; at++)
    counts[at % planes] += inMap[(at + 1) * pixels] - inMap[at * pixels];
  return counts;
}

/** Where the pixels of a row word lie in channel 0 of the fmap: runs, each from and to; none in the padding. */
function runsOf({ C, H, W }: Layer, { n, y, xs }: RowWord): number[] {
  const runs: number[] = [];
  if (y < 0 || y >= H) return runs;
  const row = (n * C * H + y) * W;
  for (const x of xs) {
    if (x < 0 || x >= W) continue;
    if (runs.at(-1) === row + x) runs[runs.length - 1]++;
    else runs.push(row + x, row + x + 1);
  }
  return runs;
}

function countRuns(inMap: Int32Array, runs: readonly number[], offset: number): number {
  let count = 0;
  for (let i = 0; i < runs.length; i += 2) count += inMap[offset + runs[i + 1]] - inMap[offset + runs[i]];
  return count;
}

/** `LayerCounts.chunkValues` */
function chunkValues(
  layer: Layer,
  inFmap: Int32Array,
  shape: ChunkShape,
  parameters: SwgParameters,
  chunks: readonly number[],
): Uint16Array {
  const { C, H, W } = layer;
  const groups = groupsOf(layer, shape, parameters);
  const layout = rowLayout(layer, shape, parameters);
  if (!layout) throw new Error("the shape's windows do not fit the row words");
  const passes = passesOf(layer, shape);
  const values = new Uint16Array(chunks.length * passes.length * C);
  let at = 0;
  for (const chunk of chunks)
    for (const pass of passes) {
      const own = groups.slice(chunk * shape.chunkGroups, (chunk + 1) * shape.chunkGroups);
      const { words } = chunkLayout(layer, own, pass, layout);
      // where lanes hold channels, each channel is stored in one of them, and all lanes have the same pixels
      const runs = words.filter(({ lane }) => lane === 0).flatMap((word) => runsOf(layer, word));
      for (let c = 0; c < C; c++) values[at++] = countRuns(inFmap, runs, c * H * W);
    }
  return values;
}
