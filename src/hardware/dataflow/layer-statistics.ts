import type { Occupancy } from "../../trace/occupancy.ts";
import type { Layer } from "../../workload/layer.ts";
import { onceFor } from "../once.ts";

/** What mapper and schedule are worked out from. */
export interface LayerCounts {
  readonly layer: Layer;
  /** [C] nonzeros of each fmap channel, over all images */
  readonly fmapNonzeros: Float64Array;
  /** [K] nonzeros of each emap channel, over all images */
  readonly emapNonzeros: Float64Array;
  /** [K] wanted gradients */
  readonly wanted: Float64Array;
}

export type LayerStatistics = LayerCounts;

const sum = (numbers: Float64Array): number => numbers.reduce((total, n) => total + n, 0);

/** Nonzeros of both maps, and wanted gradients. */
export const totalsOf = onceFor(({ fmapNonzeros, emapNonzeros, wanted }: LayerCounts) => ({
  fmap: sum(fmapNonzeros),
  emap: sum(emapNonzeros),
  wanted: sum(wanted),
}));

/** [channel] nonzeros of a map [images][channels][pixels] */
function nonzerosOf(map: Uint8Array, channels: number, pixels: number): Float64Array {
  const counts = new Float64Array(channels);
  for (let i = 0; i < map.length; i++) counts[Math.floor(i / pixels) % channels] += map[i];
  return counts;
}

export function layerStatistics({ layer, fmap, emap, mask }: Occupancy): LayerStatistics {
  const { C, H, W, K, P, Q, R, S, groups } = layer;
  const gradients = (C / groups) * R * S;
  return {
    layer,
    fmapNonzeros: nonzerosOf(fmap, C, H * W),
    emapNonzeros: nonzerosOf(emap, K, P * Q),
    wanted: mask ? nonzerosOf(mask, K, gradients) : new Float64Array(K).fill(gradients),
  };
}
