import { flattenedLayer } from "../hardware/dataflow/flatten.ts";
import { groupsOf, rowLayout } from "../hardware/dataflow/geometry.ts";
import {
  type ChunkShape,
  type LayerCounts,
  type Looked,
  sampledChunks,
} from "../hardware/dataflow/layer-statistics.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { gradientSize, type Layer } from "../workload/layer.ts";
import type { Engine } from "./engine.ts";
import type { RecordValues } from "./engine-memory.ts";

/** What mapper and schedule need to know of the layer in the engine, which is asked for more of it as they go on. */
export function engineCounts(engine: Engine, { layer: original, mask }: Occupancy): LayerCounts {
  const layer = flattenedLayer(original);
  const nonzeros = engine.channelNonzeros(layer);
  /** by all that they depend on */
  const mostValues = new Map<string, number>();
  return {
    layer,
    wanted: wantedGradients(layer, mask),
    fmapNonzeros: nonzeros.fmap,
    emapNonzeros: nonzeros.emap,
    channelLoad: engine.channelLoads(layer),
    fmapFits(shape, most, p, looked) {
      const { channelsPerTrace, passRows, passColumns, chunkGroups } = shape;
      const key = [channelsPerTrace, passRows, passColumns, chunkGroups, p.laneBits, p.rowBits, looked].join(
        " ",
      );
      const found = mostValues.get(key) ?? mostValuesOf(engine, layer, shape, p, looked);
      mostValues.set(key, found);
      return found <= most;
    },
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

/** The most values that any channels of a trace have in any chunk that is looked at. */
function mostValuesOf(
  engine: Engine,
  layer: Layer,
  shape: ChunkShape,
  p: SwgParameters,
  looked: Looked,
): number {
  const { channelsPerTrace: channels, passRows, passColumns, chunkGroups } = shape;
  const chunks = Math.ceil(groupsOf(layer, shape, p).length / chunkGroups);
  return engine.fullestChunk(
    shapeRecord(layer, shape, p),
    { passRows, passColumns, channels },
    sampledChunks(chunks, looked),
  );
}

/** What the engine is told of a shape of chunks that fits the machine. */
export function shapeRecord(layer: Layer, shape: ChunkShape, p: SwgParameters): RecordValues<"ChunkShape"> {
  const { channelLanes, pitch, outputs, step } = rowLayout(layer, shape, p)!;
  return { groups: shape.chunkGroups, channelLanes, pitch, outputs, step };
}
