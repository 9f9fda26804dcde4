import { quoted } from "../bounded-json.ts";
import { type Axis, extentOf } from "./axes.ts";
import type { AxisClasses, Testimony } from "./axis-classes.ts";
import { einsumLetters, factorsOf, type InputAxes, kindOf, turnedFactors } from "./axis-flow.ts";
import type { InferredCall } from "./infer.ts";
import { operatorName } from "./operators.ts";
import { axesOf, axisOf, type Call, integer, type Value } from "./value.ts";

/** What a node says of its inputs' axes: of which input, which axis, and whether it holds the images. */
interface Statement {
  readonly axis: Axis | undefined;
  readonly images: boolean;
  readonly sure: boolean;
  readonly learnt?: boolean;
}

type Outputs = readonly (Value | undefined)[];

type Witness = (axes: InputAxes, call: Call, outputs: Outputs) => readonly Statement[];

/** Takes down what a node says of the axes of its inputs. Throws `Unknown`. */
export function testify(call: InferredCall, axes: InputAxes, outputs: Outputs, classes: AxisClasses): void {
  const kind = kindOf(call.node);
  if (!Object.hasOwn(witnesses, kind)) return;
  const witness = `the ${operatorName(call.node)} ${quoted(call.node.name || `node ${call.index}`)}`;
  for (const statement of witnesses[kind](axes, call, outputs)) takeDown(statement, witness, classes);
}

function takeDown(
  { axis = [], images, sure, learnt }: Statement,
  witness: string,
  classes: AxisClasses,
): void {
  // of a product of axes it is not known which of them is meant
  const isOne = axis.length === 1;
  const unsure = learnt ? "learnt" : images ? "likely" : "unlikely";
  const testimony: Testimony = { kind: sure && isOne ? "sure" : unsure, images, witness };
  for (const part of axis)
    if (part.axis !== undefined && (images || isOne || part.extent > 1))
      classes.testify(part.axis, testimony);
}

const images = (axis: Axis | undefined): Statement => ({ axis, images: true, sure: true });
const keptApart = (axis: Axis | undefined): Statement => ({ axis, images: true, sure: false });
const others = (axes: readonly (Axis | undefined)[], sure = true): Statement[] =>
  axes.map((axis) => ({ axis, images: false, sure }));
const unlikely = (...axes: (Axis | undefined)[]): Statement[] => others(axes, false);

/** Images, channels, then the axes of a picture. */
const picture: Witness = ([first = []]) =>
  first.length < 2 ? [] : [images(first[0]), ...others(first.slice(1))];

/** [steps][images][features], or [images][steps][features]; the first states have their images too. */
const recurrent: Witness = (axes, call) => {
  const [first = []] = axes;
  const imagesFirst = integer(call, "layout", 0) === 1;
  const at = imagesFirst ? 0 : 1;
  const states = [5, 6].map((i) => axes[i] ?? []);
  return [
    images(first[at]),
    ...others(first.filter((_, i) => i !== at)),
    images(axes[4]?.[0]),
    ...states.flatMap((state) => [images(state[at]), ...others(state.filter((_, i) => i !== at))]),
  ];
};

/** [images][tokens][features]. */
const attention: Witness = (axes) =>
  axes.slice(0, 3).flatMap((one) => (one?.length === 3 ? [images(one[0]), ...others(one.slice(1))] : []));

/** What is summed over holds no images; what keeps two computed factors apart may. */
const product: Witness = (axes, call) => {
  const [a, b] = factorsOf(call.node).map((i) => axes[i]);
  const [turnedA, turnedB] = turnedFactors(call);
  const rows = (one: typeof a) => (one && one.length > 1 ? -2 : -1);
  const summed = [a?.at(turnedA ? rows(a) : -1), b?.at(turnedB ? -1 : rows(b))];
  const outer = a && b ? [...a.slice(0, -2), ...b.slice(0, -2)] : [];
  return [...unlikely(...summed), ...outer.map(keptApart), ...ofLearntStack(axes, call)];
};

/** The axes along which a factor made of constants has a matrix for each place. */
function ofLearntStack(axes: InputAxes, call: Call): Statement[] {
  const [a, b] = factorsOf(call.node);
  const [stack, other] = call.weight(a) === undefined ? [b, a] : [a, b];
  const values = axes[other];
  if (call.weight(stack) === undefined || !values) return [];
  const { shape, copies = [] } = call.input(stack);
  const missing = values.length - shape.length;
  return shape.slice(0, -2).flatMap((extent, i): Statement[] => {
    const axis = values[i + missing];
    const isLearnt = extent > 1 && !copies.includes(i) && axis && extentOf(axis) === extent;
    return isLearnt ? [{ axis, images: false, sure: false, learnt: true }] : [];
  });
}

const einsum: Witness = (axes, call) => {
  const letters = einsumLetters(call.node);
  if (!letters) return [];
  const computed = axes.filter((axes) => axes !== undefined).length;
  return letters.inputs.flatMap((own, i) =>
    [...own].flatMap((letter, at) => {
      const axis = axes[i]?.[at];
      if (!letters.output.includes(letter)) return unlikely(axis);
      const inAll = computed > 1 && letters.inputs.every((other) => other.includes(letter));
      return inAll ? [keptApart(axis)] : [];
    }),
  );
};

/** Of the axis that an attribute names. */
const along =
  (otherwise: number): Witness =>
  ([first], call) => {
    return first && first.length > 0
      ? unlikely(first[axisOf(integer(call, "axis", otherwise), first.length)])
      : [];
  };

/** Of that axis and those behind it. */
const fromThere =
  (otherwise: number): Witness =>
  ([first = []], call) => {
    return unlikely(...first.slice(integer(call, "axis", otherwise)));
  };

const reduced: Witness = ([first = []], call) => {
  const removed = axesOf(call, first.length) ?? [];
  return removed.length < first.length ? unlikely(...removed.map((axis) => first[axis])) : [];
};

/** Of the axes that an operator makes longer or shorter. */
const resized: Witness = (axes, _, outputs) =>
  axes.flatMap((one) =>
    (one ?? []).flatMap((axis, i) => {
      const extent = outputs[0]?.shape[i];
      return extent !== undefined && extent !== extentOf(axis) ? unlikely(axis) : [];
    }),
  );

/** One place of an axis is taken, such as a token that stands for a class. */
const picked: Witness = ([first, indices], call) => {
  if (!first || indices !== undefined) return [];
  return unlikely(first[axisOf(integer(call, "axis", 0), first.length)]);
};

const names = (list: string, witness: Witness) =>
  Object.fromEntries(list.split(" ").map((name) => [name, witness]));

const witnesses: Readonly<Record<string, Witness>> = {
  ...names("Conv ConvTranspose DeformConv MaxPool AveragePool LpPool", picture),
  ...names("GlobalAveragePool GlobalMaxPool GlobalLpPool BatchNormalization InstanceNormalization", picture),
  ...names("GroupNormalization LRN DepthToSpace SpaceToDepth GridSample MaxUnpool", picture),
  ...names("LSTM GRU RNN", recurrent),
  ...names("Attention MultiHeadAttention GroupQueryAttention", attention),
  ...names("MatMul Gemm", product),
  ...names("Einsum", einsum),
  ...names("Softmax LogSoftmax Hardmax LpNormalization ArgMax ArgMin TopK CumSum", along(-1)),
  ...names("LayerNormalization RMSNormalization SimplifiedLayerNormalization", fromThere(-1)),
  ...names("SkipLayerNormalization SkipSimplifiedLayerNormalization", fromThere(-1)),
  ...names("Concat Slice Split Pad Resize Upsample", resized),
  ...names("Gather", picked),
  ...Object.fromEntries(
    "Mean Sum Max Min Prod L1 L2 LogSum LogSumExp SumSquare"
      .split(" ")
      .map((name) => [`Reduce${name}`, reduced]),
  ),
};
