import {
  broadcast,
  broadcastIndex,
  type Call,
  elements,
  isSmall,
  type Operator,
  shaped,
  type Value,
} from "./value.ts";

/** One output of the first input's shape. */
const sameShape: Operator = (call) => [shaped(call.input(0).shape)];

/** The same, and the same tensor: a weight stays one. */
const sameTensor: Operator = (call) => [call.input(0)];

/** Every output has the first input's shape, such as dropout and its mask. */
const allSame: Operator = (call) => call.node.outputs.map(() => shaped(call.input(0).shape));

/** Any number of inputs, broadcast; contents are worked out where all are known. */
const broadcasting =
  (compute?: (a: number, b: number, integer: boolean) => number, isTruth = false): Operator =>
  (call) => {
    const inputs = call.node.inputs.map((_, i) => call.input(i));
    const shape = broadcast(...inputs.map((value) => value.shape));
    const integer = isTruth || inputs.every((value) => value.integer);
    if (!compute || !isSmall(shape) || inputs.some(({ numbers }) => !numbers))
      return [shaped(shape, { integer })];
    const whole = inputs.every((value) => value.integer);
    const numbers = Array.from({ length: elements(shape) }, (_, flat) =>
      inputs
        .map((value) => value.numbers![broadcastIndex(flat, shape, value.shape)])
        .reduce((a, b) => compute(a, b, whole)),
    );
    return [shaped(shape, { numbers, integer })];
  };

const comparing = (holds: (a: number, b: number) => boolean) => broadcasting((a, b) => +holds(a, b), true);

/** Of the first input's shape; its contents are worked out where they are known. */
const computing =
  (compute: (a: number) => number): Operator =>
  (call) => {
    const { shape, numbers, integer } = call.input(0);
    return [shaped(shape, { numbers: numbers?.map(compute), ...(integer !== undefined && { integer }) })];
  };

const WHOLE_TYPES = [2, 3, 4, 5, 6, 7, 9, 12, 13];

const cast: Operator = (call) => {
  const { shape, numbers, weight } = call.input(0);
  const integer = WHOLE_TYPES.includes(call.node.attributes.get("to")?.i ?? 1);
  return [shaped(shape, { numbers: integer ? numbers?.map(Math.trunc) : numbers, integer, weight })];
};

const where: Operator = (call) => {
  const [condition, yes, no] = [0, 1, 2].map((i) => call.input(i));
  const shape = broadcast(condition.shape, yes.shape, no.shape);
  const integer = yes.integer === true;
  const known = condition.numbers && yes.numbers && no.numbers && isSmall(shape);
  if (!known) return [shaped(shape, { integer })];
  const at = (value: Value, flat: number) => value.numbers![broadcastIndex(flat, shape, value.shape)];
  const numbers = Array.from({ length: elements(shape) }, (_, i) => at(at(condition, i) ? yes : no, i));
  return [shaped(shape, { numbers, integer })];
};

const divide = (a: number, b: number, integer: boolean) => (integer ? Math.trunc(a / b) : a / b);

const names = (list: string, operator: Operator) =>
  Object.fromEntries(list.split(" ").map((name) => [name, operator]));

/** Operators that work element by element, and normalisations, which keep the shape as they do. */
export const elementwise: Readonly<Record<string, Operator>> = {
  ...names(
    "Relu LeakyRelu ThresholdedRelu Sigmoid HardSigmoid HardSwish Swish Tanh Elu Selu Celu Gelu Mish Softplus Softsign Shrink",
    sameShape,
  ),
  ...names("Exp Log Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Erf Reciprocal", sameShape),
  ...names(
    "Softmax LogSoftmax Hardmax LRN LpNormalization MeanVarianceNormalization CumSum Trilu",
    sameShape,
  ),
  ...names("InstanceNormalization GroupNormalization RMSNormalization IsNaN IsInf Not Clip", sameShape),
  ...names("QuantizeLinear DynamicQuantizeLinear Bernoulli RandomNormalLike RandomUniformLike", sameShape),
  ...names("Identity DequantizeLinear", sameTensor),
  ...names("Dropout", allSame),
  // further outputs are statistics, by channel or by sample, which nothing in a network reads
  ...names("BatchNormalization LayerNormalization SkipLayerNormalization", sameShape),
  ...names("PRelu And Or Xor BitShift", broadcasting()),
  Add: broadcasting((a, b) => a + b),
  Sum: broadcasting((a, b) => a + b),
  Sub: broadcasting((a, b) => a - b),
  Mul: broadcasting((a, b) => a * b),
  Div: broadcasting(divide),
  Pow: broadcasting((a, b) => a ** b),
  Mod: broadcasting((a, b) => a - b * Math.floor(a / b)),
  Min: broadcasting((a, b) => Math.min(a, b)),
  Max: broadcasting((a, b) => Math.max(a, b)),
  Mean: broadcasting(),
  Equal: comparing((a, b) => a === b),
  Greater: comparing((a, b) => a > b),
  GreaterOrEqual: comparing((a, b) => a >= b),
  Less: comparing((a, b) => a < b),
  LessOrEqual: comparing((a, b) => a <= b),
  Floor: computing(Math.floor),
  Ceil: computing(Math.ceil),
  Round: computing(Math.round),
  Sqrt: computing(Math.sqrt),
  Neg: computing((a) => -a),
  Abs: computing(Math.abs),
  Sign: computing(Math.sign),
  Cast: cast,
  CastLike: (call: Call) => {
    const { shape, numbers } = call.input(0);
    return [shaped(shape, { numbers, integer: call.input(1).integer === true })];
  },
  Where: where,
};
