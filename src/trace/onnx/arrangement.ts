import { around, broadcastStrides, strided, stridesOf } from "./contents.ts";
import {
  axesOf,
  axisOf,
  broadcast,
  type Call,
  elements,
  inBrackets,
  integer,
  integers,
  type Operator,
  shaped,
  Unknown,
  type Value,
} from "./value.ts";

/** The same elements in the same order, in another shape. */
function reshaped({ shape: own, numbers, integer }: Value, shape: readonly number[]): Value {
  if (elements(shape) !== elements(own))
    throw new Unknown(`${inBrackets(own)} cannot be reshaped to ${inBrackets(shape)}`);
  return shaped(shape, { numbers, integer });
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
  const isKept = (extent: number, axis: number) => (axes ? !axes.includes(axis) : extent !== 1);
  return [reshaped(value, value.shape.filter(isKept))];
};

const unsqueeze: Operator = (call) => {
  const value = call.input(0);
  const count = (integers(call, "axes") ?? call.numbers(1)).length;
  if (value.shape.length + count > 64) throw new Unknown(`it would have ${value.shape.length + count} axes`);
  const axes = axesOf(call, value.shape.length + count)!;
  const rest = [...value.shape];
  const isNew = Array.from({ length: rest.length + count }, (_, axis) => axes.includes(axis));
  const shape = isNew.map((added) => (added ? 1 : (rest.shift() ?? 1)));
  const old = [...isNew.keys()].filter((axis) => !isNew[axis]);
  const copies = value.copies?.map((axis) => old[axis]);
  return [{ ...reshaped(value, shape), copies }];
};

const transpose: Operator = (call) => {
  const { shape: own, numbers, integer, copies } = call.input(0);
  const order = integers(call, "perm") ?? [...own.keys()].reverse();
  if (order.length !== own.length || own.some((_, i) => !order.includes(i)))
    throw new Unknown(`perm must order ${own.length} axes, is ${inBrackets(order)}`);
  const shape = order.map((axis) => own[axis]);
  const strides = stridesOf(own);
  const known = numbers && call.affords(shape);
  return [
    shaped(shape, {
      integer,
      copies: copies?.map((axis) => order.indexOf(axis)),
      numbers: known
        ? strided(
            numbers,
            shape,
            order.map((axis) => strides[axis]),
          )
        : undefined,
    }),
  ];
};

/** Tensors one behind the other along an axis. */
export function joined(call: Call, values: readonly Value[], axis: number): Value {
  const shape = [...values[0].shape];
  for (const value of values)
    if (
      value.shape.length !== shape.length ||
      value.shape.some((extent, i) => i !== axis && extent !== shape[i])
    )
      throw new Unknown(
        `${inBrackets(shape)} and ${inBrackets(value.shape)} cannot be joined on axis ${axis}`,
      );
  shape[axis] = values.reduce((sum, value) => sum + value.shape[axis], 0);
  const integer = values.every((value) => value.integer);
  if (values.some(({ numbers }) => !numbers) || !call.affords(shape)) return shaped(shape, { integer });
  const { before, behind } = around(shape, axis);
  const numbers: number[] = [];
  for (let part = 0; part < before; part++)
    for (const value of values) {
      const length = value.shape[axis] * behind;
      for (let at = part * length; at < (part + 1) * length; at++) numbers.push(value.numbers![at]);
    }
  return shaped(shape, { integer, numbers });
}

const concat: Operator = (call) => {
  const values = call.node.inputs.map((_, i) => call.input(i));
  if (values.length === 0) throw new Unknown("it joins nothing");
  return [joined(call, values, axisOf(integer(call, "axis", 0), values[0].shape.length))];
};

/** Parts of a tensor along an axis, of the sizes given. */
export function parted(call: Call, value: Value, axis: number, sizes: readonly number[]): Value[] {
  const { shape: own, numbers, integer } = value;
  if (sizes.reduce((a, b) => a + b, 0) !== own[axis])
    throw new Unknown(`axis ${axis} of ${own[axis]} cannot be split into ${inBrackets(sizes)}`);
  const strides = stridesOf(own);
  let begin = 0;
  return sizes.map((size) => {
    const shape = own.with(axis, size);
    const part = shaped(shape, { integer });
    const from = begin * strides[axis];
    begin += size;
    return numbers && call.affords(shape)
      ? shaped(shape, { integer, numbers: strided(numbers, shape, strides, from) })
      : part;
  });
}

/** As many parts of one size as fit, the last smaller. */
export const evenParts = (extent: number, size: number, parts: number): number[] =>
  Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(size, extent - i * size)));

const split: Operator = (call) => {
  const value = call.input(0);
  const axis = axisOf(integer(call, "axis", 0), value.shape.length);
  const parts = call.node.outputs.length;
  const extent = value.shape[axis];
  const given = integers(call, "split") ?? (call.optional(1) ? call.numbers(1) : undefined);
  return parted(call, value, axis, given ?? evenParts(extent, Math.ceil(extent / parts), parts));
};

const expand: Operator = (call) => {
  const value = call.input(0);
  const shape = broadcast(value.shape, call.numbers(1));
  const missing = shape.length - value.shape.length;
  const copies = [...shape.keys()].filter(
    (axis) => shape[axis] > 1 && (axis < missing || value.shape[axis - missing] === 1),
  );
  const kept = (value.copies ?? []).map((axis) => axis + missing);
  const more = { integer: value.integer, copies: [...copies, ...kept] };
  if (!value.numbers || !call.affords(shape)) return [shaped(shape, more)];
  const numbers = strided(value.numbers, shape, broadcastStrides(value.shape, shape));
  return [shaped(shape, { ...more, numbers })];
};

const tile: Operator = (call) => {
  const { shape: own, numbers, integer } = call.input(0);
  const repeats = call.numbers(1);
  if (repeats.length !== own.length)
    throw new Unknown(`its repeats must be ${own.length}, are ${repeats.length}`);
  const shape = own.map((extent, i) => extent * repeats[i]);
  const copies = [...own.keys()].filter((axis) => own[axis] === 1 && repeats[axis] > 1);
  // an axis that has elements of its own and is repeated is no copy of one element
  const known = {
    integer,
    copies: own.some((extent, i) => extent > 1 && repeats[i] > 1) ? undefined : copies,
  };
  const value = shaped(shape, known);
  if (!numbers || !call.affords(shape)) return [value];
  // [a, b] repeated [2, 3] times is [2, a, 3, b] read with strides of 0 along the repeats
  const strides = stridesOf(own).flatMap((stride) => [0, stride]);
  const pairs = own.flatMap((extent, i) => [repeats[i], extent]);
  return [shaped(shape, { ...known, numbers: strided(numbers, pairs, strides) })];
};

/** Operators that put elements in another order or place. */
export const arrangement: Readonly<Record<string, Operator>> = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Expand: expand,
  Tile: tile,
};
