import {
  attribute,
  axisOf,
  type Call,
  elements,
  integer,
  integers,
  type Operator,
  shaped,
  Unknown,
} from "./value.ts";

const constant: Operator = (call) => {
  for (const [name, { tensor, i, f, ints, floats }] of call.node.attributes) {
    if ((name === "value" || name === "sparse_value") && tensor)
      return [shaped(tensor.shape, { numbers: tensor.numbers, integer: tensor.integer })];
    if (name === "value_int" && i !== undefined) return [shaped([], { numbers: [i], integer: true })];
    if (name === "value_float" && f !== undefined) return [shaped([], { numbers: [f] })];
    if (name === "value_ints") return [shaped([ints.length], { numbers: ints, integer: true })];
    if (name === "value_floats") return [shaped([floats.length], { numbers: floats })];
  }
  throw new Unknown("its value is of a kind that is not read");
};

const constantOfShape: Operator = (call) => {
  const wanted = call.numbers(0);
  const { tensor } = attribute(call, "value") ?? {};
  const { shape, integer: whole } = shaped(wanted, { integer: tensor?.integer === true });
  const fill = tensor ? tensor.numbers?.[0] : 0;
  const known = fill !== undefined && call.affords(shape);
  const numbers = known ? new Array<number>(elements(shape)).fill(fill) : undefined;
  return [shaped(shape, { numbers, integer: whole })];
};

const range: Operator = (call) => {
  const [[start], [limit], [step]] = [0, 1, 2].map((i) => call.numbers(i));
  const length = Math.max(0, Math.ceil((limit - start) / step));
  const known = call.affords([length]);
  const numbers = known ? Array.from({ length }, (_, i) => start + i * step) : undefined;
  return [shaped([length], { numbers, integer: call.input(0).integer })];
};

const shapeOf: Operator = (call) => {
  const { shape } = call.input(0);
  const at = (axis: number) => Math.min(Math.max(axis < 0 ? axis + shape.length : axis, 0), shape.length);
  const numbers = shape.slice(at(integer(call, "start", 0)), at(integer(call, "end", shape.length)));
  return [shaped([numbers.length], { numbers, integer: true })];
};

const eye: Operator = (call) => {
  const { shape } = call.input(0);
  const diagonal = integer(call, "k", 0);
  const at = (i: number) => +((i % shape[1]) - Math.floor(i / shape[1]) === diagonal);
  const numbers = call.affords(shape) ? Array.from({ length: elements(shape) }, (_, i) => at(i)) : undefined;
  return [shaped(shape, { numbers })];
};

const oneHot: Operator = (call) => {
  const { shape } = call.input(0);
  const axis = axisOf(integer(call, "axis", -1), shape.length + 1);
  return [shaped(shape.toSpliced(axis, 0, call.numbers(1)[0]))];
};

/** One number for each place of a window, as many as its size says. */
const windowOf: Operator = (call) => [shaped([call.numbers(0)[0]])];

const random: Operator = (call) => [shaped(integers(call, "shape") ?? [])];

const multinomial: Operator = (call) => [
  shaped([call.input(0).shape[0], integer(call, "sample_size", 1)], { integer: true }),
];

/** Operators that make values from sizes alone, or say how large others are. */
export const generators: Readonly<Record<string, Operator>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  Shape: shapeOf,
  Size: (call: Call) => [shaped([], { numbers: [elements(call.input(0).shape)], integer: true })],
  EyeLike: eye,
  OneHot: oneHot,
  BlackmanWindow: windowOf,
  HammingWindow: windowOf,
  HannWindow: windowOf,
  RandomNormal: random,
  RandomUniform: random,
  Multinomial: multinomial,
};

/** Operators whose outputs are random, so that nothing which follows from them is a constant. */
export const randomOperators: ReadonlySet<string> = new Set(
  "RandomNormal RandomUniform RandomNormalLike RandomUniformLike Multinomial Bernoulli".split(" "),
);
