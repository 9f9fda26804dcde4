import type { Network } from "../../workload/networks/network.ts";
import type { ByteSource } from "../byte-source.ts";
import type { Coverage } from "../coverage.ts";
import type { OpenSizes } from "./infer.ts";
import { onnxLayers } from "./layers.ts";
import { readOnnx } from "./model.ts";
import { onnxZeros } from "./zeros.ts";

/** A network from an ONNX file: the shapes of its layers, and what of it was left out. */
export interface OnnxNetwork extends Network {
  readonly coverage: Coverage;
  /** Elements of all weights, biases, scales and shifts. */
  readonly parameters: number;
}

/**
 * Reads a network's layers from an ONNX file, whatever holds its bytes. `sizes`: of dimensions that the file leaves
 * open, by name; the images of the first input need none. Throws `InputError`.
 */
export function onnxNetwork(source: ByteSource, sizes: OpenSizes = new Map()): OnnxNetwork {
  const model = readOnnx(source);
  const found = onnxLayers(model, 1, sizes);
  const [input = []] = model.inputs.values();
  return {
    title: model.name,
    source: [source.name, model.producer].filter(Boolean).join(", written by "),
    input: input
      .slice(1)
      .map((extent) => (typeof extent === "number" ? extent : (sizes.get(extent ?? "") ?? 0))),
    layers: (batch) =>
      (batch === 1 ? found : onnxLayers(model, batch, sizes)).layers.map(({ layer }) => layer),
    ...onnxZeros(model, found),
    coverage: found.coverage,
    parameters: found.parameters,
  };
}
