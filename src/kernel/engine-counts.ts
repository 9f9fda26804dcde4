import { flattenedLayer } from "../hardware/dataflow/flatten.ts";
import { type ChunkShape, chunkCount, type Sample, wholeOf } from "../hardware/dataflow/geometry.ts";
import type { LayerCounts } from "../hardware/dataflow/layer-statistics.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import type { Engine } from "./engine.ts";

/** What mapper and schedule need to know of the layer in the engine. */
export function engineCounts(engine: Engine, { layer: original, mask }: Occupancy): LayerCounts {
  const layer = flattenedLayer(original);
  const { K, C, R, S, groups } = layer;
  const whole = wholeOf(layer);
  const isWhole = ({ images, columns }: Sample) => images === whole.images && columns === whole.columns;
  const gradientsOfK = (C / groups) * R * S;
  const wanted = new Float64Array(K).fill(mask ? 0 : gradientsOfK);
  if (mask) for (let i = 0; i < mask.length; i++) wanted[Math.floor(i / gradientsOfK)] += mask[i];
  const nonzeros = engine.channelNonzeros(layer);
  const mostOfK = nonzeros.emap.reduce((most, n) => Math.max(most, n), 0);
  const heaviest = nonzeros.reached.toSorted((a, b) => b - a);
  const emapKnown = new Map<string, boolean>();
  /** [shape, kernel rows, images] the most of each channel, most first */
  const fmapKnown = new Map<string, Uint16Array>();
  const fmapMost = (shape: ChunkShape, kernelRows: number, sample: Sample): Uint16Array => {
    const key = `${shape.bandRows} ${shape.bandColumns} ${kernelRows} ${sample.images} ${sample.columns}`;
    const most =
      fmapKnown.get(key) ?? engine.fmapMost(layer, shape, kernelRows, sample).toSorted((a, b) => b - a);
    fmapKnown.set(key, most);
    return most;
  };

  return {
    layer,
    wanted,
    fmapNonzeros: nonzeros.fmap,
    emapNonzeros: nonzeros.emap,
    emapFits(shape, most, sample) {
      const { bandRows, bandColumns } = shape;
      if (bandRows * bandColumns <= most) return true;
      // the fullest chunk holds the mean or more
      if (isWhole(sample) && mostOfK > most * chunkCount(layer, shape)) return false;
      const key = `${bandRows} ${bandColumns} ${most} ${sample.images} ${sample.columns}`;
      const fits = emapKnown.get(key) ?? engine.emapFits(shape, most, sample);
      emapKnown.set(key, fits);
      return fits;
    },
    fmapFits(shape, kernelRows, count, most, sample) {
      if (isWhole(sample)) {
        const places = chunkCount(layer, shape) * Math.ceil(R / kernelRows);
        let least = 0;
        for (const n of heaviest.subarray(0, count)) least += Math.ceil(n / places);
        if (least > most) return false;
      }
      let sum = 0;
      for (const n of fmapMost(shape, kernelRows, sample).subarray(0, count)) sum += n;
      return sum <= most;
    },
  };
}
