import {
  attribute,
  axisOf,
  broadcast,
  broadcastIndex,
  type Call,
  elements,
  integer,
  integers,
  isSmall,
  type Operator,
  shaped,
  Unknown,
  type Value,
} from "./value.ts";

/** The same elements in the same order, in another shape. */
function reshaped(value: Value, shape: readonly number[]): Value {
  const { numbers, weight, integer } = value;
  if (elements(shape) !== elements(value.shape))
    throw new Unknown(`[${value.shape.join(", ")}] cannot be reshaped to [${shape.slice(0, 8).join(", ")}]`);
  return shaped(shape, { numbers, weight, ...(integer !== undefined && { integer }) });
}

/** Axes from an attribute, as before operator set 13, or from an input. */
function axesOf(call: Call, rank: number): number[] | undefined {
  const axes = integers(call, "axes") ?? (call.optional(1) ? call.numbers(1) : undefined);
  return axes?.map((axis) => axisOf(axis, rank));
}

const reshape: Operator = (call) => {
  const value = call.input(0);
  const wanted = integers(call, "shape") ?? call.numbers(1);
  const keepZero = integer(call, "allowzero", 0) === 1;
  const shape = wanted.map((extent, i) => (extent === 0 && !keepZero ? (value.shape[i] ?? 0) : extent));
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = elements(value.shape) / elements(shape.filter((_, i) => i !== open));
  return [reshaped(value, shape)];
};

const flatten: Operator = (call) => {
  const value = call.input(0);
  const axis = integer(call, "axis", 1);
  const at = axis < 0 ? axis + value.shape.length : axis;
  return [reshaped(value, [elements(value.shape.slice(0, at)), elements(value.shape.slice(at))])];
};

const squeeze: Operator = (call) => {
  const value = call.input(0);
  const axes = axesOf(call, value.shape.length);
  return [
    reshaped(
      value,
      value.shape.filter((extent, i) => (axes ? !axes.includes(i) : extent !== 1)),
    ),
  ];
};

const unsqueeze: Operator = (call) => {
  const value = call.input(0);
  const count = (integers(call, "axes") ?? call.numbers(1)).length;
  const axes = axesOf(call, value.shape.length + count)!;
  const rest = [...value.shape];
  const shape = Array.from({ length: rest.length + count }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!));
  return [reshaped(value, shape)];
};

const transpose: Operator = (call) => {
  const { shape, weight, numbers } = call.input(0);
  const order = integers(call, "perm") ?? [...shape.keys()].reverse();
  if (order.length !== shape.length || shape.some((_, i) => !order.includes(i)))
    throw new Unknown(`perm must order ${shape.length} axes, is ${order.join(", ")}`);
  const keeps = shape.length < 2 ? numbers : undefined;
  return [
    shaped(
      order.map((axis) => shape[axis]),
      { weight, numbers: keeps },
    ),
  ];
};

const concat: Operator = (call) => {
  const values = call.node.inputs.map((_, i) => call.input(i));
  const axis = axisOf(integer(call, "axis", 0), values[0].shape.length);
  const shape = [...values[0].shape];
  for (const value of values)
    if (
      value.shape.length !== shape.length ||
      value.shape.some((extent, i) => i !== axis && extent !== shape[i])
    )
      throw new Unknown(
        `[${shape.join(", ")}] and [${value.shape.join(", ")}] cannot be joined on axis ${axis}`,
      );
  shape[axis] = values.reduce((sum, value) => sum + value.shape[axis], 0);
  const known = shape.length === 1 && values.every(({ numbers }) => numbers);
  const integral = values.every((value) => value.integer);
  return [shaped(shape, { integer: integral, ...(known && { numbers: values.flatMap((v) => v.numbers!) }) })];
};

const split: Operator = (call) => {
  const { shape } = call.input(0);
  const axis = axisOf(integer(call, "axis", 0), shape.length);
  const parts = call.node.outputs.length;
  const even = Math.ceil(shape[axis] / parts);
  const sizes =
    integers(call, "split") ??
    (call.optional(1)
      ? call.numbers(1)
      : call.node.outputs.map((_, i) => Math.min(even, shape[axis] - i * even)));
  return call.node.outputs.map((_, i) => shaped(shape.with(axis, sizes[i] ?? -1)));
};

const slice: Operator = (call) => {
  const { shape, numbers, integer: integral } = call.input(0);
  const starts = integers(call, "starts") ?? call.numbers(1);
  const ends = integers(call, "ends") ?? call.numbers(2);
  const axes = integers(call, "axes") ?? (call.optional(3) ? call.numbers(3) : starts.map((_, i) => i));
  const steps = call.optional(4) ? call.numbers(4) : starts.map(() => 1);
  const output = [...shape];
  let kept = numbers;
  axes.forEach((given, i) => {
    const axis = axisOf(given, shape.length);
    const extent = shape[axis];
    const step = steps[i];
    if (!step) throw new Unknown("a step of a slice must not be 0");
    const clamp = (at: number) => {
      const from = at < 0 ? at + extent : at;
      return step > 0 ? Math.min(Math.max(from, 0), extent) : Math.min(Math.max(from, -1), extent - 1);
    };
    const begin = clamp(starts[i]);
    // the end of a slice that runs backwards may lie before the first element
    const end = step < 0 && ends[i] < -extent ? -1 : clamp(ends[i]);
    output[axis] = Math.max(0, Math.ceil((end - begin) / step));
    const length = output[axis];
    kept = shape.length === 1 && kept ? Array.from({ length }, (_, k) => kept![begin + k * step]) : undefined;
  });
  return [shaped(output, { numbers: kept, ...(integral !== undefined && { integer: integral }) })];
};

const gather: Operator = (call) => {
  const { shape, numbers, integer: integral } = call.input(0);
  const indices = call.input(1);
  const axis = axisOf(integer(call, "axis", 0), shape.length);
  const output = [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)];
  const known = shape.length === 1 ? numbers && indices.numbers : undefined;
  const picked = known?.map((i) => numbers!.at(i)!);
  return [shaped(output, { numbers: picked, ...(integral !== undefined && { integer: integral }) })];
};

const expand: Operator = (call) => {
  const value = call.input(0);
  const shape = broadcast(value.shape, call.numbers(1));
  if (!value.numbers || !isSmall(shape)) return [shaped(shape)];
  const numbers = Array.from(
    { length: elements(shape) },
    (_, i) => value.numbers![broadcastIndex(i, shape, value.shape)],
  );
  return [shaped(shape, { numbers, integer: value.integer === true })];
};

const tile: Operator = (call) => {
  const { shape } = call.input(0);
  const repeats = call.numbers(1);
  return [shaped(shape.map((extent, i) => extent * (repeats[i] ?? Number.NaN)))];
};

const constant: Operator = (call) => {
  const { tensor } = attribute(call, "value") ?? {};
  if (tensor) {
    const { shape, numbers, integer } = tensor;
    return [shaped(shape, { numbers, integer, weight: call.node.outputs[0] })];
  }
  for (const [name, { i, f, ints, floats }] of call.node.attributes) {
    if (name === "value_int" && i !== undefined) return [shaped([], { numbers: [i], integer: true })];
    if (name === "value_float" && f !== undefined) return [shaped([], { numbers: [f] })];
    if (name === "value_ints") return [shaped([ints.length], { numbers: ints, integer: true })];
    if (name === "value_floats") return [shaped([floats.length], { numbers: floats })];
  }
  throw new Unknown("its value is of a kind that is not read");
};

const constantOfShape: Operator = (call) => {
  const shape = call.numbers(0);
  const { tensor } = attribute(call, "value") ?? {};
  const fill = tensor ? tensor.numbers?.[0] : 0;
  const numbers =
    fill !== undefined && isSmall(shape) ? new Array<number>(elements(shape)).fill(fill) : undefined;
  return [shaped(shape, { numbers, integer: tensor?.integer === true })];
};

const range: Operator = (call) => {
  const [[start], [limit], [step]] = [0, 1, 2].map((i) => call.numbers(i));
  const length = Math.max(0, Math.ceil((limit - start) / step));
  const numbers = length <= 1024 ? Array.from({ length }, (_, i) => start + i * step) : undefined;
  return [shaped([length], { numbers, integer: call.input(0).integer === true })];
};

const shapeOf: Operator = (call) => {
  const { shape } = call.input(0);
  const at = (axis: number) => Math.min(Math.max(axis < 0 ? axis + shape.length : axis, 0), shape.length);
  const numbers = shape.slice(at(integer(call, "start", 0)), at(integer(call, "end", shape.length)));
  return [shaped([numbers.length], { numbers, integer: true })];
};

const reduce: Operator = (call) => {
  const { shape, numbers, integer: integral } = call.input(0);
  const axes = axesOf(call, shape.length) ?? [];
  const all = axes.length === 0;
  if (all && integer(call, "noop_with_empty_axes", 0) === 1) return [call.input(0)];
  const isReduced = (axis: number) => all || axes.includes(axis);
  const keep = integer(call, "keepdims", 1) === 1;
  const output = shape.flatMap((extent, axis) => (isReduced(axis) ? (keep ? [1] : []) : [extent]));
  const product = call.node.op === "ReduceProd" && shape.length <= 1 ? numbers : undefined;
  const more = product ? { numbers: [product.reduce((a, b) => a * b, 1)] } : {};
  return [shaped(output, { ...more, ...(integral !== undefined && { integer: integral }) })];
};

const argument: Operator = (call) => {
  const { shape } = call.input(0);
  const axis = axisOf(integer(call, "axis", 0), shape.length);
  const keep = integer(call, "keepdims", 1) === 1;
  return [shaped(keep ? shape.with(axis, 1) : shape.toSpliced(axis, 1), { integer: true })];
};

const topK: Operator = (call) => {
  const { shape } = call.input(0);
  const axis = axisOf(integer(call, "axis", -1), shape.length);
  const output = shape.with(axis, attribute(call, "k")?.i ?? call.numbers(1)[0]);
  return [shaped(output), shaped(output, { integer: true })];
};

const reductions = "Mean Sum Max Min Prod L1 L2 LogSum LogSumExp SumSquare"
  .split(" ")
  .map((name): [string, Operator] => [`Reduce${name}`, reduce]);

/** Operators that put elements in another order or place, choose among them, or say how many there are. */
export const arrangement: Readonly<Record<string, Operator>> = {
  ...{ Reshape: reshape, Flatten: flatten, Squeeze: squeeze, Unsqueeze: unsqueeze, Transpose: transpose },
  ...{ Concat: concat, Split: split, Slice: slice, Gather: gather, Expand: expand, Tile: tile },
  ...{ Constant: constant, ConstantOfShape: constantOfShape, Range: range, Shape: shapeOf },
  ...Object.fromEntries(reductions),
  ...{ ArgMax: argument, ArgMin: argument, TopK: topK },
  GatherElements: (call) => [shaped(call.input(1).shape)],
  ScatterND: (call) => [shaped(call.input(0).shape)],
  ScatterElements: (call) => [shaped(call.input(0).shape)],
  Size: (call) => [shaped([], { numbers: [elements(call.input(0).shape)], integer: true })],
};
