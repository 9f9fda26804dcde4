import { InputError } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import type { Coverage, LeftOut } from "../coverage.ts";
import { parseLayerEntries } from "../layer-list.ts";
import { LayerNames } from "../layer-names.ts";
import { dependenceOn } from "./dependence.ts";
import type { OnnxNode } from "./graph.ts";
import { type Given, type InferredCall, inferShapes } from "./infer.ts";
import { type Found, layerKinds } from "./layer-kinds.ts";
import { nameOf } from "./layer-names.ts";
import { hasWeights, type Reason, reasonOf } from "./left-out.ts";
import type { OnnxModel } from "./model.ts";
import { operatorName } from "./operators.ts";
import { elements, Unknown } from "./value.ts";

/** A layer of a network, and where it stands among the nodes that are carried out. */
export interface OnnxLayer {
  readonly layer: Layer;
  /** Index of its node. */
  readonly node: number;
  /** Its fmap is the error of the node's output, and its emap the node's input. */
  readonly transposed: boolean;
  /** Whether it is computed from the images, not from constants and other inputs alone. */
  readonly ofImages: boolean;
}

export interface OnnxLayers {
  readonly layers: readonly OnnxLayer[];
  /** Those of functions and branches in place of the nodes that hold them. */
  readonly nodes: readonly OnnxNode[];
  readonly coverage: Coverage;
  /** Elements of all initialisers that are not whole numbers. */
  readonly parameters: number;
}

/**
 * The layers of a network whose weights have a gradient made of multiplications: convolutions, and products with
 * weights. `ofImages`: the inputs that hold images.
 * Throws `InputError` for sizes that no layer has.
 */
export function onnxLayers(model: OnnxModel, given: Given, ofImages: ReadonlySet<string>): OnnxLayers {
  const images = dependenceOn([...ofImages].map((name) => given.inputs.get(name)));
  const layers: OnnxLayer[] = [];
  const nodes: OnnxNode[] = [];
  const leftOut = new LeftOutList();
  const names = new LayerNames();
  let operatorsWithWeights = 0;
  const before = (call: InferredCall) => {
    nodes.push(call.node);
    const found = layersOf(call);
    if (!found) return false;
    if ("why" in found) {
      leftOut.add(call, found);
      if (found.weights) operatorsWithWeights++;
      return false;
    }
    operatorsWithWeights++;
    for (const { weight, part, layer, transposed = false } of found) {
      const name = names.own(nameOf(call, weight, part));
      // what a file says may give sizes that no layer has
      const [checked] = parseLayerEntries(model.source, [{ ...layer, name }], "layers");
      layers.push({ layer: checked, node: call.index, transposed, ofImages: images.of(call) });
    }
    return true;
  };
  inferShapes(model, given, { before, after: images.after });
  const coverage = { operatorsWithWeights, leftOut: leftOut.all(), notes: [] };
  const floats = [...model.initializers.values()].filter((tensor) => !tensor.integer);
  const parameters = floats.reduce((sum, { shape }) => sum + elements(shape), 0);
  return { layers, nodes, coverage, parameters };
}

/** A node's layers; or why it has none that it might seem to have. */
function layersOf(call: InferredCall): readonly Found[] | Reason | undefined {
  const name = operatorName(call.node);
  try {
    if (!Object.hasOwn(layerKinds, name)) return reasonOf(call);
    return layerKinds[name](call);
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    return { why: error.message, weights: hasWeights(call) };
  }
}

/** What is left out, that of one operator for one reason together. */
class LeftOutList {
  private readonly found = new Map<string, LeftOut & { names: string[] }>();

  add({ node, index }: InferredCall, { why, weights }: Reason): void {
    const operator = operatorName(node);
    const key = JSON.stringify([operator, why, weights]);
    const name = node.name || `node ${index}`;
    const entry = this.found.get(key);
    if (entry) entry.names.push(name);
    else this.found.set(key, { operator, why, names: [name], weights });
  }

  all(): readonly LeftOut[] {
    return [...this.found.values()];
  }
}

/** Why a network without layers is refused. */
export function noLayers({ source, nodes }: OnnxModel, leftOut: readonly LeftOut[]): InputError {
  const first = leftOut.find(({ weights }) => weights) ?? leftOut[0];
  const why = first ? `; left out: ${first.operator}: ${first.why}` : "";
  return new InputError(
    `${source}: network has no convolution or product with weights among its ${nodes.length} nodes${why}`,
  );
}
