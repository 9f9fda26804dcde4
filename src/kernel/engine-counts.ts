import { type ChunkShape, chunkCount, flattenPointwise } from "../hardware/dataflow/geometry.ts";
import type { LayerCounts } from "../hardware/dataflow/layer-statistics.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import type { Engine } from "./engine.ts";

/** What mapper and schedule need to know of the layer in the engine. */
export function engineCounts(engine: Engine, { layer: original, mask }: Occupancy): LayerCounts {
  const layer = flattenPointwise(original);
  const { N, K, C, R, S, groups } = layer;
  const gradientsOfK = (C / groups) * R * S;
  const wanted = new Float64Array(K).fill(mask ? 0 : gradientsOfK);
  if (mask) for (let i = 0; i < mask.length; i++) wanted[Math.floor(i / gradientsOfK)] += mask[i];
  const nonzeros = engine.channelNonzeros(layer);
  const mostOfK = nonzeros.emap.reduce((most, n) => Math.max(most, n), 0);
  const heaviest = nonzeros.reached.toSorted((a, b) => b - a);
  const emapKnown = new Map<string, boolean>();
  /** [shape, kernel rows, images] the most of each channel, most first */
  const fmapKnown = new Map<string, Uint16Array>();
  const fmapMost = (shape: ChunkShape, kernelRows: number, images: number): Uint16Array => {
    const key = `${shape.bandRows} ${shape.bandColumns} ${kernelRows} ${images}`;
    const most =
      fmapKnown.get(key) ?? engine.fmapMost(shape, kernelRows, images, C).toSorted((a, b) => b - a);
    fmapKnown.set(key, most);
    return most;
  };

  return {
    ...{ layer, wanted, fmapNonzeros: nonzeros.fmap, emapNonzeros: nonzeros.emap },
    emapFits(shape, most) {
      const { bandRows, bandColumns } = shape;
      if (bandRows * bandColumns <= most) return true;
      // the fullest chunk holds the mean or more
      if (mostOfK > most * chunkCount(layer, shape)) return false;
      const key = `${bandRows} ${bandColumns} ${most}`;
      const fits = emapKnown.get(key) ?? engine.emapFits(bandRows, bandColumns, most);
      emapKnown.set(key, fits);
      return fits;
    },
    fmapFits(shape, kernelRows, count, most) {
      const places = chunkCount(layer, shape) * Math.ceil(R / kernelRows);
      let least = 0;
      for (const n of heaviest.subarray(0, count)) least += Math.ceil(n / places);
      if (least > most) return false;
      const fits = (images: number) =>
        fmapMost(shape, kernelRows, images)
          .subarray(0, count)
          .reduce((sum, n) => sum + n, 0) <= most;
      // a few images are enough to refuse most shapes
      return fits(Math.ceil(N / 16)) && fits(N);
    },
  };
}
