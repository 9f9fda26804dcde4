import { InputError, unknownName } from "../input-error.ts";
import type { LeftOut } from "./coverage.ts";
import { coverageOf } from "./left-out.ts";
import { occupancy } from "./occupancy.ts";
import type { LayerTrace, Trace, TraceLabels, Values } from "./trace.ts";

/**
 * A training step whose layers are in memory. `source` is its name in messages; `leftOut`: what of the network is not among
 * them, where that is known.
 */
export function memoryTrace(
  source: string,
  labels: TraceLabels,
  layerTraces: readonly LayerTrace[],
  leftOut?: readonly LeftOut[],
): Trace {
  const read = (name: string): LayerTrace => {
    const found = layerTraces.find(({ layer }) => layer.name === name);
    if (found) return found;
    throw unknownName(
      "layer",
      name,
      layerTraces.map(({ layer }) => layer.name),
    );
  };
  const layers = layerTraces.map(({ layer }) => layer);
  return {
    source,
    labels,
    layers,
    ...(leftOut && { coverage: coverageOf(leftOut)(layers) }),
    contents(name) {
      const { fmap, emap, mask, weightGradient } = read(name);
      return {
        ...{ fmap: typeOf(fmap), emap: typeOf(emap), mask: mask !== undefined },
        ...(weightGradient && { weightGradient: typeOf(weightGradient) }),
      };
    },
    read,
    occupancy: (name) => occupancy(read(name)),
  };
}

/** The same step without values: bitmaps, and no gradient. */
export const bitmapsOnly = (trace: Trace): Trace => ({
  ...trace,
  contents: (name) => ({ fmap: "bits", emap: "bits", mask: trace.contents(name).mask }),
  read: () => {
    throw new InputError(`${trace.source}: bitmaps have no values`);
  },
});

const typeOf = (values: Values) => (values instanceof Float64Array ? "F64" : "F32");
