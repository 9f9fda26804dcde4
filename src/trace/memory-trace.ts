import { InputError, requireList, requireObject, requireText, unknownName } from "../input-error.ts";
import type { LeftOut } from "./coverage.ts";
import { coverageOf } from "./left-out.ts";
import { checkedOccupancy } from "./occupancy.ts";
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
  requireText("source", source);
  requireObject("labels", labels);
  requireList("layers", layerTraces);
  for (const layerTrace of layerTraces) {
    requireObject("a layer trace", layerTrace);
    requireObject("layer of a layer trace", layerTrace.layer);
  }
  // of two with one name, which a file would refuse, the first
  const byName = new Map([...layerTraces].reverse().map((each) => [each.layer.name, each]));
  const read = (name: string): LayerTrace => {
    const found = byName.get(name);
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
        fmap: typeOf(fmap),
        emap: typeOf(emap),
        mask: mask !== undefined,
        ...(weightGradient && { weightGradient: typeOf(weightGradient) }),
      };
    },
    read,
    occupancy: (name) => checkedOccupancy(read(name)),
  };
}

/** The same step without values: bitmaps, and no gradient. */
export function bitmapsOnly(trace: Trace): Trace {
  requireObject("trace", trace, ["contents", "occupancy"]);
  return {
    ...trace,
    contents: (name) => ({ fmap: "bits", emap: "bits", mask: trace.contents(name).mask }),
    read: () => {
      throw new InputError(`${trace.source}: bitmaps have no values`);
    },
  };
}

const typeOf = (values: Values) => (values instanceof Float64Array ? "F64" : "F32");
