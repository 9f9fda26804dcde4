import {
  depthOf,
  type LayerZeros,
  type Network,
  type PoolWindow,
  type ReluOutput,
} from "../../workload/networks/network.ts";
import type { OnnxNode } from "./graph.ts";
import type { OnnxLayer, OnnxLayers } from "./layers.ts";
import type { OnnxModel } from "./model.ts";
import type { OnnxTensor } from "./tensor.ts";

/** The zeros of an ONNX network's layers, by their names, and the measured network that they are taken from. */
export type OnnxZeros = Pick<Network, "zeros" | "zerosLike">;

/** A ReLU: what feeds it, and which max pool reads it. */
interface Relu {
  readonly node: number;
  readonly behindAdd: boolean;
  /** ReLUs behind an addition that come before it, and ReLUs since the last of those. */
  readonly block: number;
  readonly inBlock: number;
  readonly pool: PoolWindow | undefined;
}

/** Operators behind which zeros are where they were, or are moved along with their values. */
const transparent =
  "MaxPool Flatten Reshape Squeeze Unsqueeze Identity Dropout Slice Split Pad Transpose Concat Cast Expand Tile DepthToSpace SpaceToDepth QuantizeLinear DequantizeLinear".split(
    " ",
  );

/**
 * Which ReLU's zeros each layer's maps have, told from the graph (assumed, D53). A network with shortcuts takes those
 * measured on ResNets, the emaps of its convolutions dense: it was trained with batch norm, which exporters fold away. Any
 * other one takes those of VGG-16. Else an emap is sparse if a ReLU alone reads what its layer makes.
 */
export function onnxZeros(
  model: OnnxModel,
  { layers, nodes }: Pick<OnnxLayers, "layers" | "nodes">,
): OnnxZeros {
  const graph = graphOf(nodes, model.initializers);
  const relus = relusOf(graph);
  const shortcuts = relus.some(({ behindAdd }) => behindAdd) || hasShortcuts(graph);
  if (relus.length === 0) return { zeros: new Map(layers.map(({ layer }) => [layer.name, {}])) };
  const reluBehind = new Map(relus.map((relu) => [fedBy(relu, graph), relu]));
  const output = shortcuts ? residualOutputs(relus) : plainOutputs(relus, layers, graph);
  const origins = originsOf(nodes, relus);
  const zeros = layers.map(({ layer, node, transposed }): [string, LayerZeros] => {
    const origin = origins.get(nodes[node].inputs.find((name) => origins.has(name)) ?? "");
    const input = origin === undefined ? undefined : output.get(origin);
    const next = shortcuts && layer.type === "conv2d" ? undefined : reluBehind.get(node);
    const error = next && output.get(next.node);
    // an fmap cannot be the winners of a max pool, so that such an error is taken to be dense (D54)
    if (transposed)
      return [layer.name, { ...(error && !next!.pool && { fmap: error }), ...(input && { emap: input }) }];
    const emap = error && { ...error, ...(next!.pool && { pool: next!.pool }) };
    return [layer.name, { ...(input && { fmap: input }), ...(emap && { emap }) }];
  });
  const second = [...output.values()].some(({ place }) => place === "second");
  return { zeros: new Map(zeros), zerosLike: shortcuts ? (second ? "resnet50" : "resnet34") : "vgg16" };
}

interface Graph {
  readonly nodes: readonly OnnxNode[];
  readonly producers: ReadonlyMap<string, number>;
  readonly readers: ReadonlyMap<string, readonly number[]>;
  /** Initialisers, and what `Constant` nodes hold. */
  readonly constants: ReadonlyMap<string, OnnxTensor | undefined>;
  readonly isConstant: (name: string) => boolean;
}

function graphOf(nodes: readonly OnnxNode[], initializers: OnnxModel["initializers"]): Graph {
  const producers = new Map<string, number>();
  const readers = new Map<string, number[]>();
  nodes.forEach(({ inputs, outputs }, index) => {
    for (const name of inputs) readers.get(name)?.push(index) ?? readers.set(name, [index]);
    for (const name of outputs) producers.set(name, index);
  });
  const made = nodes.filter(({ op }) => op === "Constant");
  const constants = new Map([
    ...initializers,
    ...made.map(({ outputs, attributes }) => [outputs[0], attributes.get("value")?.tensor] as const),
  ]);
  return { nodes, producers, readers, constants, isConstant: (name) => constants.has(name) };
}

/** Whether any values are added that are both computed, and not by products (which bring their bias so). */
const hasShortcuts = ({ nodes, isConstant }: Graph): boolean =>
  nodes.some(({ op, inputs }) => op === "Add" && inputs.length === 2 && !inputs.some(isConstant));

/** A layer that ONNX Runtime has joined with the ReLU behind it. */
const hasOwnRelu = ({ op, domain, attributes }: OnnxNode): boolean =>
  domain === "com.microsoft" && op.startsWith("Fused") && attributes.get("activation")?.s === "Relu";

/** A clipping from 0 on, such as ReLU6, counts as a ReLU. */
const isRelu = (node: OnnxNode, graph: Graph): boolean => hasOwnRelu(node) || isReluAlone(node, graph);

const isReluAlone = ({ op, inputs, attributes }: OnnxNode, { constants }: Graph): boolean =>
  op === "Relu" ||
  (op === "Clip" && (attributes.get("min")?.f ?? constants.get(inputs[1] ?? "")?.numbers?.[0]) === 0);

function relusOf(graph: Graph): Relu[] {
  const relus: Relu[] = [];
  let block = 0;
  let inBlock = 0;
  graph.nodes.forEach((node, index) => {
    if (!isRelu(node, graph)) return;
    const before = graph.nodes[graph.producers.get(node.inputs[0]) ?? -1];
    const isAdd = before?.op === "Add" && !before.inputs.some(graph.isConstant);
    // a joined convolution's fourth input is what a shortcut adds to it
    const behindAdd = hasOwnRelu(node) ? (node.inputs[3] ?? "") !== "" : isAdd;
    relus.push({ node: index, behindAdd, block, inBlock, pool: poolBehind(node, graph) });
    block += behindAdd ? 1 : 0;
    inBlock = behindAdd ? 0 : inBlock + 1;
  });
  return relus;
}

/** The square max pool that alone reads a node's output. */
function poolBehind({ outputs }: OnnxNode, { readers, nodes }: Graph): PoolWindow | undefined {
  const [reader, ...others] = readers.get(outputs[0]) ?? [];
  const next = nodes[reader];
  if (!next || others.length > 0 || next.op !== "MaxPool") return undefined;
  const [kernel, width] = next.attributes.get("kernel_shape")?.ints ?? [];
  const [stride = 1, across = stride] = next.attributes.get("strides")?.ints ?? [];
  return kernel !== undefined && kernel === width && stride === across ? { kernel, stride } : undefined;
}

/** The node whose output a ReLU alone reads, a bias in between or not. */
function fedBy({ node }: Relu, { nodes, producers, readers, isConstant }: Graph): number | undefined {
  if (hasOwnRelu(nodes[node])) return node;
  const madeFor = (name: string) => (readers.get(name)?.length === 1 ? producers.get(name) : undefined);
  const before = madeFor(nodes[node].inputs[0]);
  if (before === undefined || nodes[before].op !== "Add") return before;
  const added = nodes[before].inputs.filter((name) => !isConstant(name));
  return added.length === 1 ? madeFor(added[0]) : before;
}

/** An adaptive pool whose output is as large as its input. */
const averagesNothing = ({ op, attributes }: OnnxNode): boolean =>
  op === "AveragePool" && attributes.get("kernel_shape")?.ints.every((extent) => extent === 1) === true;

/** For each value that is a ReLU's output, moved or not: the node of that ReLU. */
function originsOf(nodes: readonly OnnxNode[], relus: readonly Relu[]): ReadonlyMap<string, number> {
  const isOne = new Set(relus.map(({ node }) => node));
  const origins = new Map<string, number>();
  nodes.forEach(({ op, inputs, outputs }, index) => {
    const keeps = transparent.includes(op) || averagesNothing(nodes[index]);
    const origin = isOne.has(index) ? index : keeps ? origins.get(inputs[0]) : undefined;
    if (origin !== undefined) for (const name of outputs) origins.set(name, origin);
  });
  return origins;
}

/** The stem is the first ReLU if a max pool reads it; blocks end behind an addition. */
function residualOutputs(relus: readonly Relu[]): ReadonlyMap<number, ReluOutput> {
  const blocks = relus.filter(({ behindAdd }) => behindAdd).length;
  const stem = relus[0].pool ? 1 : 0;
  return new Map(
    relus.map((relu, i): [number, ReluOutput] => {
      if (i < stem) return [relu.node, { place: "stem", depth: 0 }];
      if (blocks === 0) return [relu.node, { place: "first", depth: depthOf(i, relus.length) }];
      const depth = Math.min(1, depthOf(relu.block, blocks));
      if (relu.behindAdd) return [relu.node, { place: "block", depth }];
      const first = relu.inBlock === (relu.block === 0 ? stem : 0);
      return [relu.node, { place: first ? "first" : "second", depth }];
    }),
  );
}

/** `pool` behind a max pool, `classifier` behind a linear layer, `relu` behind others. */
function plainOutputs(
  relus: readonly Relu[],
  layers: readonly OnnxLayer[],
  graph: Graph,
): ReadonlyMap<number, ReluOutput> {
  const linear = new Set(layers.filter(({ layer }) => layer.type === "linear").map(({ node }) => node));
  const isClassifier = (relu: Relu) => linear.has(fedBy(relu, graph) ?? -1);
  const classifiers = relus.filter(isClassifier);
  const others = relus.filter((relu) => !isClassifier(relu));
  const pooled = others.filter(({ pool }) => pool);
  const placed = (kind: readonly Relu[], place: ReluOutput["place"]) =>
    kind.map(({ node }, i): [number, ReluOutput] => [node, { place, depth: depthOf(i, kind.length) }]);
  // what a max pool reads counts among the others, but has its pool's zeros
  return new Map([
    ...placed(classifiers, "classifier"),
    ...placed(others, "relu"),
    ...placed(pooled, "pool"),
  ]);
}
