import { unknownName } from "../input-error.ts";
import type { Layer } from "../workload/layer.ts";
import { type ByteSource, checkSource } from "./byte-source.ts";
import { findTensors, type LayerTensors } from "./layer-tensors.ts";
import { readLayer, readOccupancy } from "./read-layer.ts";
import { readSafetensorsHeader } from "./safetensors.ts";
import { parseSteps, type StepDescription } from "./step-list.ts";
import type { LayerContents, Trace, ValueType } from "./trace.ts";

/** A file of captured training steps. */
export interface TraceFile {
  /** Where it came from, for messages: a file's path, or a description. */
  readonly source: string;
  readonly version: 1 | 2;
  /** one or more, in the file's order */
  readonly steps: readonly Trace[];
}

/**
 * Opens a file in the format swg-trace, version 1 or 2 (FORMAT.md), whatever holds its bytes. Reads and checks the header
 * now (`InputError` for anything wrong in it), and one layer's values at each `read`.
 */
export function readTraceFile(source: ByteSource): TraceFile {
  checkSource(source);
  const { metadata, tensors } = readSafetensorsHeader(source);
  const { version, steps } = parseSteps(source.name, metadata, tensors.size);
  const traces = steps.map((step) => {
    const byName = new Map(
      step.layers.map((layer) => [
        layer.name,
        { layer, tensors: findTensors(source.name, tensors, step.prefix, layer, version) },
      ]),
    );
    return traceOf(source, step, byName);
  });
  return { source: source.name, version, steps: traces };
}

function traceOf(
  source: ByteSource,
  { labels, layers, coverageOf }: StepDescription,
  byName: ReadonlyMap<string, { layer: Layer; tensors: LayerTensors }>,
): Trace {
  const find = (name: string) => {
    const found = byName.get(name);
    if (!found) throw unknownName("layer", name, byName.keys());
    return found;
  };
  return {
    source: source.name,
    labels,
    layers,
    ...(coverageOf && { coverage: coverageOf(layers) }),
    contents: (name) => contentsOf(find(name).tensors),
    read(name) {
      const { layer, tensors } = find(name);
      return readLayer(source, layer, tensors);
    },
    occupancy(name) {
      const { layer, tensors } = find(name);
      return readOccupancy(source, layer, tensors);
    },
  };
}

const contentsOf = ({ fmap, emap, mask, weightGradient }: LayerTensors): LayerContents => ({
  fmap: fmap.bits ? "bits" : (fmap.dtype as ValueType),
  emap: emap.bits ? "bits" : (emap.dtype as ValueType),
  mask: mask !== undefined,
  ...(weightGradient && { weightGradient: weightGradient.dtype as "F32" | "F64" }),
});
