import { flattenedLayer } from "../hardware/dataflow/flatten.ts";
import { rowLayout } from "../hardware/dataflow/geometry.ts";
import type { ChunkShape, LayerCounts } from "../hardware/dataflow/layer-statistics.ts";
import { passesOf } from "../hardware/dataflow/mapping.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { gradientSize, type Layer } from "../workload/layer.ts";
import type { Engine } from "./engine.ts";
import type { RecordValues } from "./engine-memory.ts";

/** What mapper and schedule need to know of the layer in the engine, which is asked for more of it as they go on. */
export function engineCounts(engine: Engine, { layer: original, mask }: Occupancy): LayerCounts {
  const layer = flattenedLayer(original);
  const nonzeros = engine.channelNonzeros(layer);
  return {
    layer,
    wanted: wantedGradients(layer, mask),
    fmapNonzeros: nonzeros.fmap,
    emapNonzeros: nonzeros.emap,
    channelLoad: engine.channelLoads(layer),
    chunkValues: (shape, p, chunks) =>
      engine.chunkValues(layer, shapeRecord(layer, shape, p), passesOf(layer, shape), chunks),
  };
}

/** [K] gradients that the mask wants. */
function wantedGradients(layer: Layer, mask: Uint8Array | undefined): Float64Array {
  const ofK = gradientSize(layer) / layer.K;
  const wanted = new Float64Array(layer.K).fill(mask ? 0 : ofK);
  if (mask)
    for (let k = 0, i = 0; k < layer.K; k++) {
      let count = 0;
      for (const end = i + ofK; i < end; i++) count += mask[i];
      wanted[k] = count;
    }
  return wanted;
}

/** What the engine is told of a shape of chunks that fits the machine. */
export function shapeRecord(layer: Layer, shape: ChunkShape, p: SwgParameters): RecordValues<"ChunkShape"> {
  const { channelLanes, laneChannels, pitch, outputs, step, rowStep } = rowLayout(layer, shape, p)!;
  return { groups: shape.chunkGroups, channelLanes, laneChannels, pitch, outputs, step, rowStep };
}
