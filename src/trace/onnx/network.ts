import type { Network } from "../../workload/networks/network.ts";
import { type ByteSource, checkSource } from "../byte-source.ts";
import type { OpenSizes } from "./infer.ts";
import { type LeftOut, onnxLayers } from "./layers.ts";
import { readOnnx } from "./model.ts";
import { onnxZeros } from "./zeros.ts";

/** A network from an ONNX file: the shapes of its layers, and what of it was left out. */
export interface OnnxNetwork extends Network {
  readonly leftOut: readonly LeftOut[];
  /** Elements of all weights, biases, scales and shifts. */
  readonly parameters: number;
}

/**
 * Reads a network's layers from an ONNX file, whatever holds its bytes. `sizes`: of dimensions that the file leaves
 * open, by name; the images of the first input need none. Throws `InputError`.
 */
export function onnxNetwork(source: ByteSource, sizes: OpenSizes = new Map()): OnnxNetwork {
  checkSource(source);
  const model = readOnnx(source);
  const { layers, leftOut, parameters } = onnxLayers(model, 1, sizes);
  const [input = []] = model.inputs.values();
  return {
    title: model.graph,
    source: [source.name, model.producer].filter(Boolean).join(", written by "),
    input: input
      .slice(1)
      .map((extent) => (typeof extent === "number" ? extent : (sizes.get(extent ?? "") ?? 0))),
    layers: (batch) => onnxLayers(model, batch, sizes).layers.map(({ layer }) => layer),
    ...onnxZeros(model, layers),
    ...{ leftOut, parameters },
  };
}
