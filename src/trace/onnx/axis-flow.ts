import { type Axes, type Axis, extentOf, joined, regrouped, unfollowed } from "./axes.ts";
import type { AxisClasses } from "./axis-classes.ts";
import type { OnnxNode } from "./graph.ts";
import { axesOf, axisOf, type Call, integer, integers, type Value } from "./value.ts";

/** The axes of a node's inputs; undefined for one that does not come from inputs of the network. */
export type InputAxes = readonly (Axes | undefined)[];

type Flow = (axes: InputAxes, output: Value, call: Call, classes: AxisClasses) => Axes | undefined;

/** The axes of a node's output: which of its inputs' axes each one is. Throws `Unknown`. */
export function flow(axes: InputAxes, output: Value, call: Call, classes: AxisClasses): Axes | undefined {
  const kind = kindOf(call.node);
  const found = (Object.hasOwn(flows, kind) ? flows[kind] : alike)(axes, output, call, classes);
  if (found?.length !== output.shape.length) return undefined;
  return isOfShape(found, output.shape) ? found : found.map((axis, i) => fitted(axis, output.shape[i]));
}

const isOfShape = (axes: Axes, shape: readonly number[]): boolean =>
  axes.length === shape.length && axes.every((axis, i) => extentOf(axis) === shape[i]);

/** An axis that was cut or lengthened is the same one still. */
function fitted(axis: Axis, extent: number): Axis {
  if (extentOf(axis) === extent) return axis;
  return axis.length === 1 ? [{ ...axis[0], extent }] : unfollowed(extent);
}

/**
 * ONNX's own operator that a node computes: "Conv" for com.microsoft.FusedConv and QLinearConv. One that is no variant of
 * another is itself.
 */
export function kindOf({ op, domain }: OnnxNode): string {
  if (domain === "" && !/QLinear|Integer/.test(op)) return op;
  if (domain !== "" && !/^com\.(microsoft|ms)/.test(domain)) return "";
  const own = op.replace(
    /^(Nhwc)?(Fused|QLinear|Q(?=Gemm|Attention)|DynamicQuantize|Transpose(?=MatMul))|^Nhwc/,
    "",
  );
  return own.replace(/^(Conv|MatMul)(Integer)?(ToFloat)?$/, "$1");
}

/** Which inputs a product's factors are: between them a quantised one has scales and zero points. */
export const factorsOf = ({ op }: OnnxNode): readonly [number, number] =>
  /^(QLinear|QGemm)/.test(op) ? [0, 3] : [0, 1];

/** Inputs that broadcast to the output, element by element. */
const alike: Flow = (axes, { shape }, _, classes) => {
  const fitting = axes.filter((one): one is Axes => one !== undefined && broadcastsTo(one, shape));
  if (fitting.length === 0) return undefined;
  if (fitting.length === 1 && isOfShape(fitting[0], shape)) return fitting[0];
  return shape.map((extent, i) => {
    const aligned = fitting.map((one) => one[i - (shape.length - one.length)]);
    return joined(ofExtent(extent, aligned), classes) ?? unfollowed(extent);
  });
};

const ofExtent = (extent: number, axes: readonly (Axis | undefined)[]): Axis[] =>
  axes.filter((axis): axis is Axis => axis !== undefined && extentOf(axis) === extent);

const broadcastsTo = (axes: Axes, shape: readonly number[]): boolean =>
  axes.length <= shape.length &&
  axes.every((axis, i) => [1, shape[i + shape.length - axes.length]].includes(extentOf(axis)));

/** The axes of the first input, each in its place, be it cut or lengthened. */
const inPlace: Flow = ([first]) => first;

/** The axes of all inputs, each in its place. */
const allInPlace: Flow = (axes, { shape }, _, classes) =>
  shape.map(
    (extent, i) =>
      joined(
        axes.flatMap((one) => (one?.[i] ? [one[i]] : [])),
        classes,
      ) ?? unfollowed(extent),
  );

/** The same elements in another shape. */
const regroup: Flow = ([first], { shape }, _, classes) => first && regrouped(first, shape, classes);

/** So many axes in front, and others behind them that are made anew. */
const leading =
  (count: number): Flow =>
  ([first], { shape }) =>
    first && shape.map((extent, i) => (i < count ? (first[i] ?? unfollowed(extent)) : unfollowed(extent)));

const unsqueeze: Flow = ([first = []], { shape }, call) => {
  const added = axesOf(call, shape.length) ?? [];
  const rest = [...first];
  return shape.map((extent, i) => (added.includes(i) ? unfollowed(1) : (rest.shift() ?? unfollowed(extent))));
};

const squeeze: Flow = ([first = []], _, call) => {
  const removed = axesOf(call, first.length);
  return first.filter((axis, i) => (removed ? !removed.includes(i) : extentOf(axis) !== 1));
};

const transpose: Flow = ([first = []], _, call) => {
  return (integers(call, "perm") ?? [...first.keys()].reverse()).map((i) => first[i]);
};

const reduce: Flow = ([first = []], { shape }, call) => {
  const removed = axesOf(call, first.length) ?? [];
  const all = removed.length === 0;
  if (shape.length === first.length)
    return first.map((axis, i) => (all || removed.includes(i) ? unfollowed(shape[i]) : axis));
  return first.filter((_, i) => !all && !removed.includes(i));
};

const argument: Flow = ([first = []], { shape }, call) => {
  const at = axisOf(integer(call, "axis", 0), first.length);
  return shape.length === first.length ? first.with(at, unfollowed(1)) : first.toSpliced(at, 1);
};

/** A list is put in the place of one axis, as an embedding's rows by their numbers. */
const gather: Flow = ([data, indices], { shape }, call) => {
  const added = call.input(1).shape.length;
  const at = axisOf(integer(call, "axis", 0), call.input(0).shape.length);
  return shape.map((extent, i) => {
    const inIndices = i >= at && i < at + added;
    const axis = inIndices ? indices?.[i - at] : data?.[i < at ? i : i - added + 1];
    return axis ?? unfollowed(extent);
  });
};

/** Axes of a product of matrices: those in front broadcast, then the rows of one factor and the columns of the other. */
const matMul: Flow = (axes, { shape }, call, classes) => {
  const [a, b] = factorsOf(call.node).map((i) => axes[i]);
  const [rows, columns] = factorsOf(call.node).map((i) => call.input(i).shape.length > 1);
  const [turnedA, turnedB] = turnedFactors(call);
  const tail = [...(rows ? [a?.at(turnedA ? -1 : -2)] : []), ...(columns ? [b?.at(turnedB ? -2 : -1)] : [])];
  const outer = shape.length - tail.length;
  return shape.map((extent, i) => {
    if (i >= outer) return tail[i - outer] ?? unfollowed(extent);
    const aligned = [a, b].map((one) => one?.slice(0, -2).at(i - outer));
    return joined(ofExtent(extent, aligned), classes) ?? unfollowed(extent);
  });
};

/** Whether each factor of a product is transposed. */
export const turnedFactors = (call: Call): readonly [boolean, boolean] => [
  integer(call, "transA", 0) === 1,
  integer(call, "transB", 0) === 1,
];

const recurrent: Flow = ([first], { shape }, call) => {
  if (!first) return undefined;
  const imagesFirst = integer(call, "layout", 0) === 1;
  const [steps, images] = imagesFirst ? [first[1], first[0]] : first;
  const [directions, units] = [imagesFirst ? 1 : shape.length - 3, shape.length - 1];
  // all steps' outputs have 4 axes, the last states 3
  if (shape.length === 4)
    return imagesFirst
      ? [images, steps, unfollowed(shape[2]), unfollowed(shape[3])]
      : [steps, unfollowed(shape[1]), images, unfollowed(shape[3])];
  return shape.map((extent, i) => (i === directions || i === units ? unfollowed(extent) : images));
};

/** Axes of an Einsum by its letters; undefined where it has an ellipsis. */
const einsum: Flow = (axes, { shape }, call, classes) => {
  const letters = einsumLetters(call.node);
  if (!letters) return undefined;
  return [...letters.output].map((letter, at) => {
    const lettered = letters.inputs.map((own, i) => axes[i]?.[own.indexOf(letter)]);
    return joined(ofExtent(shape[at], lettered), classes) ?? unfollowed(shape[at]);
  });
};

/** The letters of an Einsum's inputs and output, as "bij,bjk->bik". */
export function einsumLetters({ attributes }: OnnxNode): { inputs: string[]; output: string } | undefined {
  const equation = attributes.get("equation")?.s?.replace(/\s/g, "");
  const [, inputs, output] = /^([a-zA-Z,]*)->([a-zA-Z]*)$/.exec(equation ?? "") ?? [];
  return inputs === undefined ? undefined : { inputs: inputs.split(","), output };
}

const names = (list: string, own: Flow) => Object.fromEntries(list.split(" ").map((name) => [name, own]));

const none: Flow = () => undefined;

const flows: Readonly<Record<string, Flow>> = {
  ...names(
    "Conv ConvTranspose DeformConv MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool",
    leading(1),
  ),
  ...names("GlobalLpPool DepthToSpace SpaceToDepth GridSample AffineGrid MaxUnpool", leading(1)),
  ...names("Attention MultiHeadAttention GroupQueryAttention DecoderMaskedMultiHeadAttention", leading(2)),
  ...names("EmbedLayerNormalization PackedAttention", leading(2)),
  ...names("Reshape Flatten", regroup),
  ...names("Slice Split Pad Resize Upsample TopK Tile CumSum GatherElements ReverseSequence", inPlace),
  ...names("Concat", allInPlace),
  ...names("Transpose", transpose),
  ...names("Unsqueeze", unsqueeze),
  ...names("Squeeze", squeeze),
  ...names("Gather", gather),
  ...names("MatMul Gemm", matMul),
  ...names("Einsum", einsum),
  ...names("LSTM GRU RNN", recurrent),
  ...names("ArgMax ArgMin", argument),
  ...names("Shape Size ConstantOfShape Range NonZero NonMaxSuppression EyeLike", none),
  ...Object.fromEntries(
    "Mean Sum Max Min Prod L1 L2 LogSum LogSumExp SumSquare"
      .split(" ")
      .map((name) => [`Reduce${name}`, reduce]),
  ),
};
