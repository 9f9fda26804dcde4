import { broadcastStrides, strided } from "./contents.ts";
import { isWhole } from "./tensor.ts";
import {
  attribute,
  axisOf,
  broadcast,
  type Call,
  integer,
  type Operator,
  shaped,
  type Value,
} from "./value.ts";

/** One output of the first input's shape. */
export const sameShape: Operator = (call) => [shaped(call.input(0).shape)];

/** The same tensor, also where only its numbers' format changes. */
export const sameTensor: Operator = (call) => [call.input(0)];

/** Every output has the first input's shape, such as dropout and its mask. */
const allSame: Operator = (call) => call.node.outputs.map(() => shaped(call.input(0).shape));

type Binary = (a: number, b: number, integer: boolean) => number;

/** Any number of inputs, broadcast; contents are worked out where all are known. */
export const broadcasting =
  (compute?: Binary, isTruth = false): Operator =>
  (call) => {
    const inputs = call.node.inputs.map((_, i) => call.input(i));
    // before operator set 7 the second input's axes stood from `axis` on, and the first's shape stayed
    if (integer(call, "broadcast", 0) === 1) return [shaped(inputs[0].shape)];
    const shape = broadcast(...inputs.map((value) => value.shape));
    const whole = inputs.every((value) => value.integer);
    let found: readonly number[] | undefined;
    for (const [i, value] of inputs.entries()) {
      if (!compute || !value.numbers || !call.affords(shape))
        return [shaped(shape, { integer: isTruth || whole })];
      const added = strided(value.numbers, shape, broadcastStrides(value.shape, shape));
      found = i === 0 ? added : found!.map((a, at) => rounded(compute(a, added[at], whole), whole));
    }
    return [shaped(shape, { numbers: found, integer: isTruth || whole })];
  };

/** Floats are worked with in 32 bits, as whoever runs the network does: a size is made from them by rounding down. */
const rounded = (number: number, integer: boolean): number => (integer ? number : Math.fround(number));

const comparing = (holds: (a: number, b: number) => boolean) => broadcasting((a, b) => +holds(a, b), true);

/** Of the first input's shape; its contents are worked out where they are known. */
const computing =
  (compute: (a: number) => number): Operator =>
  (call) => {
    const { shape, numbers, integer: whole } = call.input(0);
    const known = numbers && call.affords(shape);
    const found = known ? numbers.map((a) => rounded(compute(a), whole === true)) : undefined;
    return [shaped(shape, { numbers: found, integer: whole })];
  };

const cast: Operator = (call) => {
  const to = integer(call, "to", 1);
  return [castTo(call, isWhole(to), to === 9)];
};

function castTo(call: Call, whole: boolean, isTruth = false): Value {
  const { shape, numbers, copies } = call.input(0);
  const found = numbers && call.affords(shape) ? numbers : undefined;
  const turned = (a: number) => (isTruth ? +(a !== 0) : whole ? Math.trunc(a) : Math.fround(a));
  return shaped(shape, { numbers: found?.map(turned), integer: whole, copies });
}

const where: Operator = (call) => {
  const [condition, yes, no] = [0, 1, 2].map((i) => call.input(i));
  const shape = broadcast(condition.shape, yes.shape, no.shape);
  const { integer: whole } = yes;
  const known = condition.numbers && yes.numbers && no.numbers && call.affords(shape);
  if (!known) return [shaped(shape, { integer: whole })];
  const [holds, a, b] = [condition, yes, no].map((value) =>
    strided(value.numbers!, shape, broadcastStrides(value.shape, shape)),
  );
  return [shaped(shape, { numbers: holds.map((one, i) => (one ? a[i] : b[i])), integer: whole })];
};

const clip: Operator = (call) => {
  const { shape, numbers, integer: whole } = call.input(0);
  const bound = (name: string, index: number, otherwise: number) =>
    attribute(call, name)?.f ?? (call.optional(index) ? call.optional(index)?.numbers?.[0] : otherwise);
  const low = bound("min", 1, Number.NEGATIVE_INFINITY);
  const high = bound("max", 2, Number.POSITIVE_INFINITY);
  const known = numbers && low !== undefined && high !== undefined && call.affords(shape);
  const found = known ? numbers.map((a) => Math.min(Math.max(a, low), high)) : undefined;
  return [shaped(shape, { numbers: found, integer: whole })];
};

const cumulativeSum: Operator = (call) => {
  const { shape, numbers, integer: whole } = call.input(0);
  const plain = integer(call, "exclusive", 0) === 0 && integer(call, "reverse", 0) === 0;
  const [given] = call.optional(1)?.numbers ?? [];
  if (!numbers || given === undefined || !plain || !call.affords(shape))
    return [shaped(shape, { integer: whole })];
  const axis = axisOf(given, shape.length);
  const behind = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const sums = [...numbers];
  for (let at = behind; at < sums.length; at++)
    if (Math.floor(at / behind) % shape[axis] > 0) sums[at] += sums[at - behind];
  return [shaped(shape, { numbers: sums, integer: whole })];
};

const triangle: Operator = (call) => {
  const { shape, numbers, integer: whole } = call.input(0);
  const [columns, rows] = [shape.at(-1)!, shape.at(-2)!];
  const diagonal = call.optional(1) ? call.optional(1)?.numbers?.[0] : 0;
  const known = numbers && diagonal !== undefined && call.affords(shape);
  const upper = integer(call, "upper", 1) === 1;
  const isKept = (at: number) => {
    const offset = (at % columns) - (Math.floor(at / columns) % rows) - diagonal!;
    return upper ? offset >= 0 : offset <= 0;
  };
  const found = known ? numbers.map((a, at) => (isKept(at) ? a : 0)) : undefined;
  return [shaped(shape, { numbers: found, integer: whole })];
};

const divide: Binary = (a, b, whole) => (whole ? Math.trunc(a / b) : a / b);

const modulo: Operator = (call) =>
  broadcasting(integer(call, "fmod", 0) === 1 ? (a, b) => a % b : (a, b) => a - b * Math.floor(a / b))(call);

/** Halves go to the even neighbour. */
const roundHalfToEven = (a: number): number => {
  const down = Math.floor(a);
  return a - down === 0.5 ? down + (down % 2 === 0 ? 0 : 1) : Math.round(a);
};

const names = (list: string, operator: Operator) =>
  Object.fromEntries(list.split(" ").map((name) => [name, operator]));

/** Operators that work element by element, and normalisations, which keep the shape as they do. */
export const elementwise: Readonly<Record<string, Operator>> = {
  ...names(
    "Relu LeakyRelu ThresholdedRelu Sigmoid HardSigmoid HardSwish Swish Tanh Elu Selu Celu Gelu Mish Softplus Softsign Shrink",
    sameShape,
  ),
  ...names("Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Erf", sameShape),
  ...names("Softmax LogSoftmax Hardmax LRN LpNormalization MeanVarianceNormalization", sameShape),
  ...names(
    "InstanceNormalization GroupNormalization RMSNormalization SimplifiedLayerNormalization",
    sameShape,
  ),
  ...names("QuantizeLinear Bernoulli RandomNormalLike RandomUniformLike ReverseSequence", sameShape),
  ...names("RotaryEmbedding TensorScatter CumProd OptionalGetElement", sameShape),
  ...names("Identity DequantizeLinear", sameTensor),
  ...names("Dropout", allSame),
  // further outputs are statistics, by channel or by sample, which nothing in a network reads
  ...names("BatchNormalization LayerNormalization", sameShape),
  ...names("PRelu BitShift BitwiseAnd BitwiseOr BitwiseXor Mean", broadcasting()),
  Add: broadcasting((a, b) => a + b),
  Sum: broadcasting((a, b) => a + b),
  Sub: broadcasting((a, b) => a - b),
  Mul: broadcasting((a, b) => a * b),
  Div: broadcasting(divide),
  Pow: broadcasting((a, b) => a ** b),
  Mod: modulo,
  Min: broadcasting((a, b) => Math.min(a, b)),
  Max: broadcasting((a, b) => Math.max(a, b)),
  And: comparing((a, b) => a !== 0 && b !== 0),
  Or: comparing((a, b) => a !== 0 || b !== 0),
  Xor: comparing((a, b) => (a !== 0) !== (b !== 0)),
  Equal: comparing((a, b) => a === b),
  Greater: comparing((a, b) => a > b),
  GreaterOrEqual: comparing((a, b) => a >= b),
  Less: comparing((a, b) => a < b),
  LessOrEqual: comparing((a, b) => a <= b),
  Floor: computing(Math.floor),
  Ceil: computing(Math.ceil),
  Round: computing(roundHalfToEven),
  Sqrt: computing(Math.sqrt),
  Exp: computing(Math.exp),
  Log: computing(Math.log),
  Reciprocal: computing((a) => 1 / a),
  Neg: computing((a) => -a),
  Abs: computing(Math.abs),
  Sign: computing(Math.sign),
  Not: computing((a) => +(a === 0)),
  BitwiseNot: computing((a) => -a - 1),
  IsNaN: computing((a) => +Number.isNaN(a)),
  IsInf: computing((a) => +(Math.abs(a) === Number.POSITIVE_INFINITY)),
  Clip: clip,
  CumSum: cumulativeSum,
  Trilu: triangle,
  Cast: cast,
  CastLike: (call: Call) => [castTo(call, call.input(1).integer === true)],
  Where: where,
};
