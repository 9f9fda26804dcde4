import { around, strided, stridesOf } from "./contents.ts";
import {
  attribute,
  axisOf,
  type Call,
  elements,
  inBrackets,
  integer,
  integers,
  type Operator,
  shaped,
  Unknown,
} from "./value.ts";

/** Where a slice begins along an axis, how far it steps, and how many elements it has. */
function cut(extent: number, start: number, end: number, step: number) {
  if (!step) throw new Unknown("a step of a slice must not be 0");
  const clamp = (at: number) => {
    const from = at < 0 ? at + extent : at;
    return step > 0 ? Math.min(Math.max(from, 0), extent) : Math.min(Math.max(from, -1), extent - 1);
  };
  const begin = clamp(start);
  // the end of a slice that runs backwards may lie before the first element
  const last = step < 0 && end < -extent ? -1 : clamp(end);
  return { begin, step, length: Math.max(0, Math.ceil((last - begin) / step)) };
}

const slice: Operator = (call) => {
  const { shape: own, numbers, integer: integral } = call.input(0);
  const starts = integers(call, "starts") ?? call.numbers(1);
  const ends = integers(call, "ends") ?? call.numbers(2);
  const axes = integers(call, "axes") ?? (call.optional(3) ? call.numbers(3) : starts.map((_, i) => i));
  const steps = call.optional(4) ? call.numbers(4) : starts.map(() => 1);
  const shape = [...own];
  const strides = stridesOf(own);
  let from = 0;
  axes.forEach((given, i) => {
    const axis = axisOf(given, own.length);
    const { begin, step, length } = cut(own[axis], starts[i], ends[i], steps[i]);
    shape[axis] = length;
    from += begin * strides[axis];
    strides[axis] *= step;
  });
  const known = numbers && call.affords(shape);
  return [
    shaped(shape, {
      integer: integral,
      numbers: known ? strided(numbers, shape, strides, from) : undefined,
    }),
  ];
};

/** An index from the end, such as -1, counted from the front. Throws `Unknown` for one that there is not. */
function indexOf(index: number, extent: number): number {
  const found = index < 0 ? index + extent : index;
  if (found >= 0 && found < extent) return found;
  throw new Unknown(`index ${index} is not one of ${extent}`);
}

const gather: Operator = (call) => {
  const { shape: own, numbers, integer: integral } = call.input(0);
  const indices = call.input(1);
  const axis = axisOf(integer(call, "axis", 0), own.length);
  const shape = [...own.slice(0, axis), ...indices.shape, ...own.slice(axis + 1)];
  if (!numbers || !indices.numbers || !call.affords(shape)) return [shaped(shape, { integer: integral })];
  const { before, behind } = around(own, axis);
  const places = indices.numbers.map((index) => indexOf(index, own[axis]));
  const picked: number[] = [];
  for (let part = 0; part < before; part++)
    for (const place of places)
      for (let at = 0; at < behind; at++) picked.push(numbers[(part * own[axis] + place) * behind + at]);
  return [shaped(shape, { integer: integral, numbers: picked })];
};

/** Where in a tensor each element of `indices` points to, which replaces the index along `axis`. */
function places(own: readonly number[], indices: readonly number[], shape: readonly number[], axis: number) {
  const strides = stridesOf(own);
  const steps = stridesOf(shape);
  return indices.map((index, at) =>
    shape.reduce((sum, extent, i) => {
      const along = i === axis ? indexOf(index, own[axis]) : Math.floor(at / steps[i]) % extent;
      return sum + along * strides[i];
    }, 0),
  );
}

const gatherElements: Operator = (call) => {
  const { shape: own, numbers, integer: integral } = call.input(0);
  const { shape, numbers: indices } = call.input(1);
  const axis = axisOf(integer(call, "axis", 0), own.length);
  const known = numbers && indices && shape.length === own.length && call.affords(shape);
  const picked = known ? places(own, indices, shape, axis).map((place) => numbers[place]) : undefined;
  return [shaped(shape, { integer: integral, numbers: picked })];
};

/** Which way a scatter joins what it brings with what is there. */
const joins: Readonly<Record<string, (old: number, added: number) => number>> = {
  none: (_, added) => added,
  add: (old, added) => old + added,
  mul: (old, added) => old * added,
  min: Math.min,
  max: Math.max,
};

/** The first input, with elements at the places given replaced by those of the third. */
function scattered(call: Call, count: number, placesOf: () => readonly number[]) {
  const { shape, numbers, integer: integral } = call.input(0);
  const updates = call.optional(2)?.numbers;
  const join = joins[attribute(call, "reduction")?.s ?? "none"];
  const known = numbers && updates?.length === count && call.optional(1)?.numbers && call.affords(shape);
  if (!known || !join) return [shaped(shape, { integer: integral })];
  const found = [...numbers];
  placesOf().forEach((place, i) => {
    found[place] = join(found[place], updates[i]);
  });
  return [shaped(shape, { integer: integral, numbers: found })];
}

const scatterElements: Operator = (call) => {
  const own = call.input(0).shape;
  const { shape } = call.input(1);
  const axis = axisOf(integer(call, "axis", 0), own.length);
  if (shape.length !== own.length)
    throw new Unknown(`indices ${inBrackets(shape)} do not fit ${inBrackets(own)}`);
  return scattered(call, elements(shape), () => places(own, call.numbers(1), shape, axis));
};

/** Where the parts of a tensor begin that rows of indices name, and how large a part is. */
function partsOf(own: readonly number[], indices: readonly number[], depth: number) {
  const strides = stridesOf(own);
  const rows = Array.from({ length: indices.length / depth }, (_, row) =>
    own.slice(0, depth).reduce((sum, extent, i) => {
      return sum + indexOf(indices[row * depth + i], extent) * strides[i];
    }, 0),
  );
  return { begins: rows, size: elements(own.slice(depth)) };
}

const flat = ({ begins, size }: { begins: number[]; size: number }): number[] =>
  begins.flatMap((begin) => Array.from({ length: size }, (_, i) => begin + i));

const scatterNd: Operator = (call) => {
  const own = call.input(0).shape;
  const { shape: rows } = call.input(1);
  const depth = rows.at(-1) ?? 0;
  if (depth < 1 || depth > own.length) throw new Unknown(`indices of ${depth} do not fit ${inBrackets(own)}`);
  const count = elements(rows.slice(0, -1)) * elements(own.slice(depth));
  return scattered(call, count, () => flat(partsOf(own, call.numbers(1), depth)));
};

const gatherNd: Operator = (call) => {
  const { shape: own, numbers, integer: integral } = call.input(0);
  const { shape: rows, numbers: indices } = call.input(1);
  const shared = integer(call, "batch_dims", 0);
  const depth = rows.at(-1);
  if (depth === undefined || depth < 1 || depth + shared > own.length)
    throw new Unknown(`indices of ${depth} do not fit ${inBrackets(own)}`);
  const shape = [...rows.slice(0, -1), ...own.slice(shared + depth)];
  const known = numbers && indices && shared === 0 && call.affords(shape);
  const picked = known ? flat(partsOf(own, indices, depth)).map((place) => numbers[place]) : undefined;
  return [shaped(shape, { integer: integral, numbers: picked })];
};

const nonZero: Operator = (call) => {
  const { shape } = call.input(0);
  const found = [...call.numbers(0).entries()].filter(([, number]) => number !== 0).map(([at]) => at);
  const strides = stridesOf(shape);
  const along = shape.map((extent, i) => found.map((at) => Math.floor(at / strides[i]) % extent));
  const output = [shape.length, found.length];
  const numbers = call.affords(output) ? along.flat() : undefined;
  return [shaped(output, { integer: true, numbers })];
};

const compress: Operator = (call) => {
  const { shape } = call.input(0);
  const kept = call.numbers(1).filter((number) => number !== 0).length;
  const axis = attribute(call, "axis")?.i;
  return [shaped(axis === undefined ? [kept] : shape.with(axisOf(axis, shape.length), kept))];
};

const topK: Operator = (call) => {
  const { shape } = call.input(0);
  const axis = axisOf(integer(call, "axis", -1), shape.length);
  const output = shape.with(axis, attribute(call, "k")?.i ?? call.numbers(1)[0]);
  return [shaped(output), shaped(output, { integer: true })];
};

/** Operators that choose elements of a tensor, or put others in the place of some. */
export const selection: Readonly<Record<string, Operator>> = {
  Slice: slice,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterNd,
  NonZero: nonZero,
  Compress: compress,
  TopK: topK,
};
