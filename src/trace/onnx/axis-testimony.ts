import { quoted } from "../bounded-json.ts";
import { type Axis, extentOf } from "./axes.ts";
import type { AxisClasses, Testimony } from "./axis-classes.ts";
import { type AxisCall, einsumLetters, factorsOf, kindOf, turnedFactors } from "./axis-flow.ts";
import { operatorName } from "./operators.ts";
import { axesOf, axisOf, integer, type Value } from "./value.ts";

/** What a node says of its inputs' axes: of which input, which axis, and whether it holds the images. */
interface Statement {
  readonly axis: Axis | undefined;
  readonly images: boolean;
  readonly sure: boolean;
}

type Witness = (call: AxisCall, outputs: readonly (Value | undefined)[]) => readonly Statement[];

/** Takes down what a node says of the axes of its inputs. Throws `Unknown`. */
export function testify(call: AxisCall, outputs: readonly (Value | undefined)[], classes: AxisClasses): void {
  const kind = kindOf(call.node);
  if (!Object.hasOwn(witnesses, kind) || call.axes.every((axes) => axes === undefined)) return;
  const witness = `the ${operatorName(call.node)} ${quoted(call.node.name || `node ${call.index}`)}`;
  for (const { axis, images, sure } of witnesses[kind](call, outputs)) {
    // of a product of axes it is not known which of them is meant
    const isOne = axis?.length === 1;
    const testimony: Testimony = { images, sure: sure && isOne, witness };
    for (const part of axis ?? [])
      if (part.axis !== undefined && (images || isOne || part.extent > 1))
        classes.testify(part.axis, testimony);
  }
}

const images = (axis: Axis | undefined): Statement => ({ axis, images: true, sure: true });
const keptApart = (axis: Axis | undefined): Statement => ({ axis, images: true, sure: false });
const others = (axes: readonly (Axis | undefined)[], sure = true): Statement[] =>
  axes.map((axis) => ({ axis, images: false, sure }));
const unlikely = (...axes: (Axis | undefined)[]): Statement[] => others(axes, false);

/** Images, channels, then the axes of a picture. */
const picture: Witness = ({ axes: [first = []] }) =>
  first.length < 2 ? [] : [images(first[0]), ...others(first.slice(1))];

/** [steps][images][features], or [images][steps][features]; the first states have their images too. */
const recurrent: Witness = (call) => {
  const [first = []] = call.axes;
  const imagesFirst = integer(call, "layout", 0) === 1;
  const at = imagesFirst ? 0 : 1;
  const states = [5, 6].map((i) => call.axes[i] ?? []);
  return [
    images(first[at]),
    ...others(first.filter((_, i) => i !== at)),
    images(call.axes[4]?.[0]),
    ...states.flatMap((state) => [images(state[at]), ...others(state.filter((_, i) => i !== at))]),
  ];
};

/** [images][tokens][features]. */
const attention: Witness = ({ axes }) =>
  axes.slice(0, 3).flatMap((one) => (one?.length === 3 ? [images(one[0]), ...others(one.slice(1))] : []));

/** What is summed over holds no images; what keeps two computed factors apart may. */
const product: Witness = (call) => {
  const [a, b] = factorsOf(call.node).map((i) => call.axes[i]);
  const [turnedA, turnedB] = turnedFactors(call);
  const rows = (one: typeof a) => (one && one.length > 1 ? -2 : -1);
  const summed = [a?.at(turnedA ? rows(a) : -1), b?.at(turnedB ? -1 : rows(b))];
  const outer = a && b ? [...a.slice(0, -2), ...b.slice(0, -2)] : [];
  return [...unlikely(...summed), ...outer.map(keptApart)];
};

const einsum: Witness = (call) => {
  const letters = einsumLetters(call.node);
  if (!letters) return [];
  const computed = call.axes.filter((axes) => axes !== undefined).length;
  return letters.inputs.flatMap((own, i) =>
    [...own].flatMap((letter, at) => {
      const axis = call.axes[i]?.[at];
      if (!letters.output.includes(letter)) return unlikely(axis);
      const inAll = computed > 1 && letters.inputs.every((other) => other.includes(letter));
      return inAll ? [keptApart(axis)] : [];
    }),
  );
};

/** Of the axis that an attribute names. */
const along =
  (otherwise: number): Witness =>
  (call) => {
    const [first] = call.axes;
    return first && first.length > 0
      ? unlikely(first[axisOf(integer(call, "axis", otherwise), first.length)])
      : [];
  };

/** Of that axis and those behind it. */
const fromThere =
  (otherwise: number): Witness =>
  (call) => {
    const [first = []] = call.axes;
    return unlikely(...first.slice(integer(call, "axis", otherwise)));
  };

const reduced: Witness = (call) => {
  const [first = []] = call.axes;
  const axes = axesOf(call, first.length) ?? [];
  return axes.length < first.length ? unlikely(...axes.map((axis) => first[axis])) : [];
};

/** Of the axes that an operator makes longer or shorter. */
const resized: Witness = ({ axes }, outputs) =>
  axes.flatMap((one) =>
    (one ?? []).flatMap((axis, i) => {
      const extent = outputs[0]?.shape[i];
      return extent !== undefined && extent !== extentOf(axis) ? unlikely(axis) : [];
    }),
  );

/** One place of an axis is taken, such as a token that stands for a class. */
const picked: Witness = (call) => {
  const [first] = call.axes;
  if (!first || call.axes[1] !== undefined) return [];
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
