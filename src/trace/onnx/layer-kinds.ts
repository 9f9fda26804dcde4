import { convolution, type Layer, linear } from "../../workload/layer.ts";
import { type Contraction, einsumOf, gemmOf, matMulOf, productLayer } from "./contraction.ts";
import { fusedMatMulOf, mapsFirst } from "./fused.ts";
import type { Reason } from "./left-out.ts";
import { type Call, elements, integer, Unknown, type Value } from "./value.ts";
import { transposedWindowOf, type Window, windowOf } from "./windows.ts";

/** A layer that a node has. */
export interface Found {
  /** The constant of the file that its weights come from. */
  readonly weight: string;
  /** Which of an operator's products it is, where it has several. */
  readonly part?: string;
  /** Its name is given later. */
  readonly layer: Layer;
  /** Its fmap is the error of the node's output, and its emap the node's input. */
  readonly transposed?: boolean;
}

type LayerKind = (call: Call) => readonly Found[] | Reason;

/** Weights whose gradient is then missing. */
const missing = (why: string): Reason => ({ why, weights: true });
/** Products of computed values are named too, but no gradient of theirs is missing. */
const weightless = (why: string): Reason => ({ why, weights: false });

/** The rows and columns of something with one axis or two; one axis is that of columns. */
const both = (along: readonly number[], otherwise: number): [number, number] =>
  along.length === 1 ? [otherwise, along[0]] : [along[0], along[1]];

type Shape = Pick<Layer, "N" | "C" | "K" | "groups"> & {
  readonly extents: readonly number[];
  readonly window: Window;
};

function convolutionLayer({ N, C, K, groups, extents, window }: Shape): Layer {
  const rank = extents.length;
  const [H, W] = both(extents, 1);
  const [R, S] = both(window.kernel, 1);
  const [top, left] = both(window.pads.slice(0, rank), 0);
  const [bottom, right] = both(window.pads.slice(rank), 0);
  const [stride, dilation] = [both(window.strides, 1), both(window.dilations, 1)];
  const padding = [top, left, bottom, right] as const;
  return convolution({ name: "", N, C, H, W, K, R, S, groups, padding, stride, dilation });
}

/** What keeps a node with such maps and such a kernel from being a layer. Throws `Unknown` where they do not fit. */
function misfit(input: readonly number[], kernel: readonly number[]): string | undefined {
  if (kernel.length !== input.length) throw new Unknown("its kernel does not have the axes of its input");
  return kernel.length === 3 || kernel.length === 4
    ? undefined
    : `a convolution over ${kernel.length - 2} axes; known: 1, 2`;
}

const convolutionOf: LayerKind = (call) => {
  const weight = call.weight(1);
  if (weight === undefined) return weightless("its kernel is computed");
  const { shape: kernel } = call.input(1);
  const { shape: input } = call.input(0);
  const wrong = misfit(input, kernel);
  if (wrong) return missing(wrong);
  const groups = integer(call, "group", 1);
  const [K, perGroup, ...taps] = kernel;
  const [N, C, ...extents] = input;
  if (C !== perGroup * groups)
    throw new Unknown(`its ${C} channels are not those of its weights, ${perGroup} x ${groups} groups`);
  const window = windowOf(call, taps);
  if (window.pads.some((pad) => pad < 0)) return missing("a convolution with negative padding");
  return [{ weight, layer: convolutionLayer({ N, C, K, groups, extents, window }) }];
};

/**
 * The weight gradient of a transposed convolution is that of a convolution with the two maps exchanged (D54): the error
 * of its output is read in windows, one for each place of its input.
 */
const transposedConvolutionOf: LayerKind = (call) => {
  const weight = call.weight(1);
  if (weight === undefined) return weightless("its kernel is computed");
  const { shape: kernel } = call.input(1);
  const { shape: input } = call.input(0);
  const wrong = misfit(input, kernel);
  if (wrong) return missing(wrong);
  const groups = integer(call, "group", 1);
  const [K, perGroup] = kernel;
  const [N, channels, ...places] = input;
  if (channels !== K) throw new Unknown(`its ${channels} channels are not those of its weights, ${K}`);
  const { window, output } = transposedWindowOf(call);
  if (window.pads.some((pad) => pad < 0)) return missing("a convolution with negative padding");
  const rank = places.length;
  const extents = [...output];
  const pads = [...window.pads];
  places.forEach((count, i) => {
    // rows that no tap reaches are left out of the map, or padding put in their place, so that windows are as many as places
    const covered = (count - 1) * window.strides[i] + window.dilations[i] * (window.kernel[i] - 1) + 1;
    const least = covered - pads[i] - output[i];
    const most = least + window.strides[i] - 1;
    if (most < 0) extents[i] += most;
    pads[i + rank] = Math.max(0, Math.min(pads[i + rank], most), least);
  });
  const shape = { N, C: perGroup * groups, K, groups, extents, window: { ...window, pads } };
  return [{ weight, layer: convolutionLayer(shape), transposed: true }];
};

/**
 * Which of two factors is the weights; a reason says why there is none. Of two constants it is the one that is a matrix, as
 * where a learnt query is multiplied with weights; two matrices make weights, as in adapters of low rank (D55).
 */
function weightsOf(call: Call): 0 | 1 | Reason {
  const [a, b] = [call.weight(0), call.weight(1)];
  if (a === undefined && b === undefined) return weightless("both factors are computed, as in attention");
  if (a === undefined) return 1;
  if (b === undefined) return 0;
  const [left, right] = [0, 1].map((i) => call.input(i).shape.length);
  if (left < 2 || right < 2) return weightless("constants alone, as in spectral normalisation");
  if (left === 2 && right === 2)
    return missing("both factors are constants, whose product is taken for weights");
  return left === 2 ? 0 : 1;
}

const productOf =
  (contractionOf: (call: Call) => Contraction): LayerKind =>
  (call) => {
    if (call.node.inputs.length > 2 && call.node.op === "Einsum")
      return [0, 1, 2].some((i) => call.weight(i) !== undefined)
        ? missing("its products of more than two factors are not taken apart")
        : weightless("all factors are computed");
    const index = weightsOf(call);
    if (typeof index === "object") return index;
    const weight = call.weight(index)!;
    const value = call.input(index);
    if (value.integer) return weightless("whole numbers");
    const product = productLayer(contractionOf(call), index, value);
    if (typeof product === "string") return missing(product);
    const { N, C, K, groups } = product;
    if (groups === 1) return [{ weight, layer: linear("", N, C, K) }];
    const pixel: Window = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };
    const shape = { N, C: C * groups, K: K * groups, groups, extents: [1, 1], window: pixel };
    return [{ weight, layer: convolutionLayer(shape) }];
  };

/** The products of an LSTM, GRU or RNN: of the input and of the last state with their weights, for each direction. */
const recurrentOf: LayerKind = (call) => {
  if (call.weight(1) === undefined || call.weight(2) === undefined) return weightless("they are computed");
  const [{ shape: input }, w, r] = [0, 1, 2].map((i) => call.input(i));
  if (input.length !== 3 || w.shape.length !== 3 || r.shape.length !== 3)
    throw new Unknown("its input and weights must have 3 axes");
  const N = input[0] * input[1];
  const suffixes = w.shape[0] === 1 ? [""] : [".forward", ".reverse"].slice(0, w.shape[0]);
  const named = (part: string, index: number, { shape: [, K, C] }: Value): Found[] =>
    suffixes.map((suffix) => ({
      weight: call.weight(index)!,
      part: `${part}${suffix}`,
      layer: linear("", N, C, K),
    }));
  return [...named("W", 1, w), ...named("R", 2, r)];
};

/** Queries, keys and values are one product of the input with weights; the rest of attention has none. */
const attentionOf: LayerKind = (call) => {
  const weight = call.weight(1);
  if (weight === undefined) return weightless("they are computed");
  const { shape } = call.input(0);
  const [C, K] = call.input(1).shape;
  if (shape.at(-1) !== C) throw new Unknown(`its input of ${shape.at(-1)} does not fit weights of ${C}`);
  return [{ weight, layer: linear("", elements(shape) / C, C, K) }];
};

/** Operators that have layers, by `operatorName`. */
export const layerKinds: Readonly<Record<string, LayerKind>> = {
  Conv: convolutionOf,
  ConvTranspose: transposedConvolutionOf,
  MatMul: productOf(matMulOf),
  Gemm: productOf(gemmOf),
  Einsum: productOf(einsumOf),
  LSTM: recurrentOf,
  GRU: recurrentOf,
  RNN: recurrentOf,
  "com.microsoft.FusedConv": convolutionOf,
  "com.microsoft.NhwcConv": (call) => convolutionOf(mapsFirst(call)),
  "com.microsoft.NhwcFusedConv": (call) => convolutionOf(mapsFirst(call)),
  "com.microsoft.FusedGemm": productOf(gemmOf),
  "com.microsoft.FusedMatMul": productOf(fusedMatMulOf),
  "com.microsoft.FusedMatMulActivation": productOf(fusedMatMulOf),
  "com.microsoft.TransposeMatMul": productOf(fusedMatMulOf),
  "com.microsoft.GemmFastGelu": productOf(fusedMatMulOf),
  "com.microsoft.Attention": attentionOf,
};
