import type { OnnxGraph } from "./graph.ts";
import type { InferredCall } from "./infer.ts";
import { operatorName, operatorOf } from "./operators.ts";

/** Graphs in graphs are searched for weights so far. */
const DEEPEST = 16;

/** Why a node that seems to have weights, or has graphs of its own, has no layer here. */
export interface Reason {
  readonly why: string;
  readonly weights: boolean;
}

/** The reason why a node that is of no kind of layer is left out; undefined for one that has nothing to be left out. */
export function reasonOf(call: InferredCall): Reason | undefined {
  const { node } = call;
  const name = operatorName(node);
  if (Object.hasOwn(reasons, name)) return reasons[name](call);
  if (operatorOf(node) || !hasWeights(call)) return undefined;
  return {
    why: node.domain === "" ? "an operator that is not known here" : "an operator that is not ONNX's own",
    weights: true,
  };
}

const embedding = { why: "an embedding, whose gradient has no multiplications", weights: true };
const integerArithmetic = (call: InferredCall): Reason => ({
  why: "integer arithmetic, which is not trained",
  weights: hasWeights(call),
});
const inner = (call: InferredCall): Reason => ({
  why:
    call.node.op === "If"
      ? "which of its two graphs is carried out depends on the data"
      : "graphs that are carried out several times are not followed",
  weights: [...call.node.attributes.values()].some(({ graph }) => graph && graphHasWeights(call, graph, 0)),
});

const reasons: Readonly<Record<string, (call: InferredCall) => Reason | undefined>> = {
  Gather: (call) =>
    call.weight(0) !== undefined &&
    call.weight(1) === undefined &&
    call.input(0).shape.length === 2 &&
    !call.input(0).integer
      ? embedding
      : undefined,
  DeformConv: (call) => ({
    why: "a convolution whose taps move with the data",
    weights: call.weight(1) !== undefined,
  }),
  If: inner,
  Loop: inner,
  Scan: inner,
  "com.microsoft.EmbedLayerNormalization": () => embedding,
  "com.microsoft.nchwc.Conv": () => ({
    why: "its channels are filled up to whole blocks, so that their own number is lost; save the network at ONNX Runtime's level extended",
    weights: true,
  }),
  ...Object.fromEntries(
    ["ConvInteger", "QLinearConv", "MatMulInteger", "QLinearMatMul"]
      .concat(
        "QLinearConv QGemm QAttention MatMulIntegerToFloat DynamicQuantizeMatMul DynamicQuantizeLSTM MatMulNBits MatMulBnb4"
          .split(" ")
          .map((op) => `com.microsoft.${op}`),
      )
      .map((op) => [op, integerArithmetic]),
  ),
};

/** Whether any input is a constant of several axes. */
export const hasWeights = (call: InferredCall): boolean =>
  call.node.inputs.some((_, i) => {
    if (call.weight(i) === undefined) return false;
    try {
      return (call.optional(i)?.shape.length ?? 0) > 1;
    } catch {
      return true;
    }
  });

const PRODUCTS = new Set("Conv ConvTranspose MatMul Gemm Einsum LSTM GRU RNN Gather".split(" "));

/**
 * Whether a product inside a graph has a factor that is a constant, of that graph or of one around it; said of one that is too
 * deep, or too much to search, too. A function that is called often may hold a large graph.
 */
function graphHasWeights(call: InferredCall, read: () => OnnxGraph, depth: number): boolean {
  if (depth > DEEPEST) return true;
  const { nodes, initializers } = read();
  if (!call.affords([initializers.size])) return true;
  const own = new Set(initializers.keys());
  return nodes.some(({ op, inputs, outputs, attributes }) => {
    if (!call.affords([1 + inputs.length + outputs.length])) return true;
    const isConstant = (name: string) => own.has(name) || call.isConstant(name);
    if (inputs.length > 0 && inputs.every((name) => name !== "" && isConstant(name)))
      for (const name of outputs) own.add(name);
    if (op === "Constant") own.add(outputs[0]);
    if (PRODUCTS.has(op) && inputs.some((name) => name !== "" && isConstant(name))) return true;
    return [...attributes.values()].some(({ graph }) => graph && graphHasWeights(call, graph, depth + 1));
  });
}
