import { InputError } from "../../input-error.ts";
import { convolution, type Layer, linear } from "../../workload/layer.ts";
import { parseLayerEntries } from "../layer-list.ts";
import { dependenceOn } from "./dependence.ts";
import { type InferredCall, inferShapes, operatorName } from "./infer.ts";
import { MODULE_OF_WEIGHT, type OnnxModel } from "./model.ts";
import { elements, integer, Unknown, type Value } from "./value.ts";
import { windowOf } from "./windows.ts";

/** A layer of a network, and where it stands in the graph. */
export interface OnnxLayer {
  readonly layer: Layer;
  /** Index of its node. */
  readonly node: number;
  /** Whether it is computed from the images, not from constants and other inputs alone. */
  readonly ofImages: boolean;
}

/** Operators that were left out for one reason. */
export interface LeftOut {
  readonly operator: string;
  readonly why: string;
  /** Names of the nodes. */
  readonly nodes: readonly string[];
}

export interface OnnxLayers {
  readonly layers: readonly OnnxLayer[];
  readonly leftOut: readonly LeftOut[];
  /** Elements of all initialisers that are not whole numbers. */
  readonly parameters: number;
}

/**
 * The layers of a network whose weights have a gradient made of multiplications: convolutions, and products with a
 * matrix of weights. `inputs`: what is known of the graph's inputs, by name; `ofImages`: which of them hold images.
 * Throws `InputError` for layers that contradict their weights.
 */
export function onnxLayers(
  model: OnnxModel,
  inputs: ReadonlyMap<string, Value>,
  ofImages: ReadonlySet<string> = new Set(),
): OnnxLayers {
  const images = dependenceOn([...inputs].flatMap(([name, value]) => (ofImages.has(name) ? [value] : [])));
  const layers: OnnxLayer[] = [];
  const leftOut = new Map<string, LeftOut & { nodes: string[] }>();
  const names = new Map<string, number>();
  const before = (call: InferredCall) => {
    const { node } = call;
    const leaveOut = (why: string) => {
      const operator = operatorName(node);
      const key = `${operator}: ${why}`;
      if (!leftOut.has(key)) leftOut.set(key, { operator, why, nodes: [] });
      leftOut.get(key)!.nodes.push(node.name || `node ${call.index}`);
    };
    try {
      const found = layersOf(call);
      if (typeof found === "string") return leaveOut(found);
      for (const { weight, part, layer } of found) {
        const name = ownName(nameOf(call, weight, part), names);
        // what a file says may give sizes that no layer has
        const [checked] = parseLayerEntries(model.source, [{ ...layer, name }], "layers");
        layers.push({ layer: checked, node: call.index, ofImages: images.of(call) });
      }
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      leaveOut(error.message);
    }
  };
  inferShapes(model, inputs, { before, after: images.after });
  const floats = [...model.initializers.values()].filter((tensor) => !tensor.integer);
  const parameters = floats.reduce((sum, { shape }) => sum + elements(shape), 0);
  return { layers, leftOut: [...leftOut.values()], parameters };
}

/** Why a network without layers is refused. */
export function noLayers({ source, nodes }: OnnxModel, leftOut: readonly LeftOut[]): InputError {
  const [first] = leftOut;
  const why = first ? `; left out: ${first.operator}: ${first.why}` : "";
  return new InputError(
    `${source}: network has no convolution or product with weights among its ${nodes.length} nodes${why}`,
  );
}

interface Found {
  /** The initialiser that its weights come from. */
  readonly weight: string;
  /** Which of an operator's products it is, where it has several. */
  readonly part?: string;
  readonly layer: Layer;
}

/** A node's layers; text says why it has none that it might seem to have. Throws `Unknown`. */
function layersOf(call: InferredCall): readonly Found[] | string {
  const { op, domain } = call.node;
  if (domain !== "") return hasWeights(call) ? "an operator that is not ONNX's own" : [];
  if (op === "Conv") return convolutionOf(call);
  if (op === "MatMul" || op === "Gemm") return productOf(call);
  if (op === "LSTM" || op === "GRU" || op === "RNN") return recurrentOf(call);
  return Object.hasOwn(leftOutOperators, op) ? leftOutOperators[op](call) : [];
}

/** Operators with weights, or with graphs of their own, that have no layer here. */
const leftOutOperators: Readonly<Record<string, (call: InferredCall) => string | readonly Found[]>> = {
  ConvTranspose: () => "a transposed convolution, whose fmap and emap change places",
  Gather: (call) =>
    call.optional(0)?.weight && call.input(0).shape.length === 2 && !call.input(0).integer
      ? "an embedding, whose gradient has no multiplications"
      : [],
  ...Object.fromEntries(
    ["ConvInteger", "QLinearConv", "MatMulInteger", "QLinearMatMul"].map((op) => [
      op,
      () => "integer arithmetic, which is not trained",
    ]),
  ),
  Einsum: (call) =>
    hasWeights(call) ? "its products are not taken apart" : "no weights: both factors are computed",
  DeformConv: () => "a convolution whose taps move with the data",
  ...Object.fromEntries(
    ["If", "Loop", "Scan"].map((op) => [op, () => "graphs inside an operator are not followed"]),
  ),
};

const hasWeights = ({ node, optional }: InferredCall): boolean =>
  node.inputs.some((_, i) => {
    try {
      return (optional(i)?.shape.length ?? 0) > 1 && optional(i)?.weight !== undefined;
    } catch {
      return false;
    }
  });

function convolutionOf(call: InferredCall): readonly Found[] | string {
  const { shape: kernel, weight } = call.input(1);
  const { shape: input } = call.input(0);
  if (weight === undefined) return "no weights: its kernel is computed";
  if (kernel.length !== input.length) throw new Unknown("its kernel does not have the axes of its input");
  if (kernel.length !== 3 && kernel.length !== 4)
    return `a convolution over ${kernel.length - 2} axes; known: 1, 2`;
  const groups = integer(call, "group", 1);
  const [K, perGroup, ...taps] = kernel;
  const [N, C, ...extents] = input;
  if (C !== perGroup * groups)
    throw new Unknown(`its ${C} channels are not those of its weights, ${perGroup} x ${groups} groups`);
  const window = windowOf(call, taps);
  if (window.pads.some((pad) => pad < 0)) return "a convolution with negative padding";
  const flat = taps.length === 1;
  const both = (along: readonly number[], otherwise: number): [number, number] =>
    flat ? [otherwise, along[0]] : [along[0], along[1]];
  const [H, W] = both(extents, 1);
  const [R, S] = both(taps, 1);
  const [top, left] = both(window.pads, 0);
  const [bottom, right] = both(window.pads.slice(taps.length), 0);
  const layer = convolution({
    ...{ name: "", N, C, H, W, K, R, S, groups, padding: [top, left, bottom, right] },
    ...{ stride: both(window.strides, 1), dilation: both(window.dilations, 1) },
  });
  return [{ weight, layer }];
}

function productOf(call: InferredCall): readonly Found[] | string {
  const [a, b] = [call.input(0), call.input(1)];
  if (a.weight !== undefined && b.weight !== undefined) return "both factors are constants";
  if (a.weight === undefined && b.weight === undefined)
    return "no weights: both factors are computed, as in attention";
  const [value, matrix] = b.weight !== undefined ? [a, b] : [b, a];
  if (matrix.shape.length !== 2) return `weights of ${matrix.shape.length} axes; known: 2`;
  const onTheRight = matrix === b;
  const turned = (name: string) => call.node.op === "Gemm" && integer(call, name, 0) === 1;
  const valueLast = onTheRight !== turned(onTheRight ? "transA" : "transB");
  const outputsFirst = onTheRight === turned(onTheRight ? "transB" : "transA");
  const [K, C] = outputsFirst ? matrix.shape : [matrix.shape[1], matrix.shape[0]];
  const summed = valueLast || value.shape.length === 1 ? value.shape.at(-1) : value.shape.at(-2);
  if (summed !== C) throw new Unknown(`factors of ${summed} and ${C} cannot be multiplied`);
  return [{ weight: matrix.weight!, layer: linear("", elements(value.shape) / C, C, K) }];
}

/** The products of an LSTM, GRU or RNN: of the input and of the last state with their weights, for each direction. */
function recurrentOf(call: InferredCall): readonly Found[] | string {
  const [{ shape: input }, w, r] = [0, 1, 2].map((i) => call.input(i));
  if (w.weight === undefined || r.weight === undefined) return "no weights: they are computed";
  if (input.length !== 3 || w.shape.length !== 3 || r.shape.length !== 3)
    throw new Unknown("its input and weights must have 3 axes");
  const N = input[0] * input[1];
  const suffixes = w.shape[0] === 1 ? [""] : [".forward", ".reverse"].slice(0, w.shape[0]);
  const named = (part: string, { shape: [, K, C], weight = "" }: Value): Found[] =>
    suffixes.map((suffix) => ({ weight, part: `${part}${suffix}`, layer: linear("", N, C, K) }));
  return [...named("W", w), ...named("R", r)];
}

/**
 * A layer's name: its module's, from the name of its weights ("layer1.0.conv1.weight") or, where an exporter has made one
 * up, from its node's ("/layer1/layer1.0/conv1/Conv"). Parts of an operator have its name before their own.
 */
function nameOf({ node, index }: InferredCall, weight: string, part?: string): string {
  const made = part !== undefined || /^(onnx::|_v_|val_)|^\/|^\d+$|::/.test(weight);
  const module = MODULE_OF_WEIGHT.exec(weight)?.[1];
  if (!made && module) return module;
  const path = node.name.split("/").filter(Boolean);
  // nodes that a module makes bear its path and their operator, perhaps with a number
  const [isOwn, number = ""] = new RegExp(`^${node.op}(_\\d+)?$`).exec(path.at(-1) ?? "") ?? [];
  if (isOwn && path.length > 1) path.pop();
  // the second LSTM of a module is another layer of it, not the same one again
  if (isOwn && part !== undefined) path.push(number.slice(1));
  const own = path.filter((step, i) => step && !path[i + 1]?.startsWith(`${step}.`)).join(".");
  const name = own || (made ? `${node.op.toLowerCase()}_${index}` : weight);
  return part === undefined ? name : `${name}.${part}`;
}

/** A name that no other layer has: a module that is used again has "#1", then "#2" behind its name. */
function ownName(name: string, used: Map<string, number>): string {
  const times = used.get(name) ?? 0;
  used.set(name, times + 1);
  if (times === 0) return name;
  const next = `${name}#${times}`;
  if (used.has(next)) return ownName(name, used);
  used.set(next, 1);
  return next;
}
