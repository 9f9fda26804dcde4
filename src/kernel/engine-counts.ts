import { flattenedLayer } from "../hardware/dataflow/flatten.ts";
import type { LayerCounts } from "../hardware/dataflow/layer-statistics.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import type { Engine } from "./engine.ts";

/** What schedule and memory need to know of the layer in the engine. */
export function engineCounts(engine: Engine, { layer: original, mask }: Occupancy): LayerCounts {
  const layer = flattenedLayer(original);
  const { K, C, R, S, groups } = layer;
  const gradientsOfK = (C / groups) * R * S;
  const wanted = new Float64Array(K).fill(mask ? 0 : gradientsOfK);
  if (mask) for (let i = 0; i < mask.length; i++) wanted[Math.floor(i / gradientsOfK)] += mask[i];
  const nonzeros = engine.channelNonzeros(layer);
  return { layer, wanted, fmapNonzeros: nonzeros.fmap, emapNonzeros: nonzeros.emap };
}
