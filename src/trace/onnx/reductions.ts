import { strided, stridesOf } from "./contents.ts";
import { axesOf, axisOf, elements, integer, type Operator, shaped } from "./value.ts";

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** What is made of the numbers that are reduced to one. */
const kinds: Readonly<Record<string, (numbers: readonly number[]) => number>> = {
  ReduceSum: sum,
  ReduceMean: (numbers) => sum(numbers) / numbers.length,
  ReduceProd: (numbers) => numbers.reduce((a, b) => a * b, 1),
  ReduceMax: (numbers) => numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ReduceMin: (numbers) => numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  ReduceL1: (numbers) => sum(numbers.map(Math.abs)),
  ReduceL2: (numbers) => Math.sqrt(sum(numbers.map((a) => a * a))),
  ReduceSumSquare: (numbers) => sum(numbers.map((a) => a * a)),
  ReduceLogSum: (numbers) => Math.log(sum(numbers)),
  ReduceLogSumExp: (numbers) => Math.log(sum(numbers.map(Math.exp))),
};

const reduce: Operator = (call) => {
  const { shape, numbers, integer: integral } = call.input(0);
  const axes = axesOf(call, shape.length) ?? [];
  const all = axes.length === 0;
  if (all && integer(call, "noop_with_empty_axes", 0) === 1) return [call.input(0)];
  const gone = [...shape.keys()].filter((axis) => all || axes.includes(axis));
  const kept = [...shape.keys()].filter((axis) => !gone.includes(axis));
  const keep = integer(call, "keepdims", 1) === 1;
  const output = shape.flatMap((extent, axis) => (gone.includes(axis) ? (keep ? [1] : []) : [extent]));
  if (!numbers || !call.affords(shape)) return [shaped(output, { integer: integral })];
  // in the order kept axes, reduced axes, what becomes one number lies together
  const order = [...kept, ...gone];
  const strides = stridesOf(shape);
  const turned = strided(
    numbers,
    order.map((axis) => shape[axis]),
    order.map((axis) => strides[axis]),
  );
  const length = elements(gone.map((axis) => shape[axis]));
  const found = Array.from({ length: elements(output) }, (_, i) => {
    const one = kinds[call.node.op](turned.slice(i * length, (i + 1) * length));
    return integral ? Math.trunc(one) : one;
  });
  return [shaped(output, { integer: integral, numbers: found })];
};

const argument: Operator = (call) => {
  const { shape } = call.input(0);
  const axis = axisOf(integer(call, "axis", 0), shape.length);
  const keep = integer(call, "keepdims", 1) === 1;
  return [shaped(keep ? shape.with(axis, 1) : shape.toSpliced(axis, 1), { integer: true })];
};

/** Operators that make one number of several. */
export const reductions: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(Object.keys(kinds).map((name) => [name, reduce])),
  ArgMax: argument,
  ArgMin: argument,
};
