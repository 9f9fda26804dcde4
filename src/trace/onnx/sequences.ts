import { evenParts, joined, parted } from "./arrangement.ts";
import {
  attribute,
  axisOf,
  type Call,
  integer,
  type Operator,
  shaped,
  Unknown,
  type Value,
} from "./value.ts";

/** Longer sequences are not followed. */
const MOST_ITEMS = 1024;

function itemsOf(call: Call, index: number): readonly Value[] {
  const { items } = call.input(index);
  if (!items) throw new Unknown("it is given no sequence that is known");
  return items;
}

function sequence(items: readonly Value[]): [Value] {
  if (items.length > MOST_ITEMS) throw new Unknown(`a sequence of ${items.length} is not followed`);
  return [{ shape: [], items }];
}

/** The place that an input names, from the end where it is negative; `otherwise` where it is left out. */
function placeOf(call: Call, index: number, length: number, otherwise: number): number {
  const place = call.optional(index) ? call.numbers(index)[0] : otherwise;
  return place < 0 ? place + length : place;
}

const at: Operator = (call) => {
  const items = itemsOf(call, 0);
  const item = items[placeOf(call, 1, items.length, 0)];
  if (!item) throw new Unknown(`there is no such item among ${items.length}`);
  return [item];
};

const insert: Operator = (call) => {
  const items = itemsOf(call, 0);
  return sequence(items.toSpliced(placeOf(call, 2, items.length, items.length), 0, call.input(1)));
};

const erase: Operator = (call) => {
  const items = itemsOf(call, 0);
  return sequence(items.toSpliced(placeOf(call, 1, items.length, items.length - 1), 1));
};

const splitToSequence: Operator = (call) => {
  const value = call.input(0);
  const axis = axisOf(integer(call, "axis", 0), value.shape.length);
  const extent = value.shape[axis];
  const given = call.optional(1);
  const isScalar = given?.shape.length === 0;
  const each = given ? call.numbers(1) : [1];
  const size = isScalar || !given ? each[0] : undefined;
  if (size === undefined) return sequence(parted(call, value, axis, each));
  const parts = Math.ceil(extent / size);
  if (!(parts <= MOST_ITEMS)) throw new Unknown(`a sequence of ${parts} is not followed`);
  const found = parted(call, value, axis, evenParts(extent, size, parts));
  if (given || integer(call, "keepdims", 1) === 1) return sequence(found);
  return sequence(found.map(({ shape }) => shaped(shape.toSpliced(axis, 1))));
};

const concatFromSequence: Operator = (call) => {
  const items = itemsOf(call, 0);
  if (items.length === 0) throw new Unknown("it joins nothing");
  const isNew = integer(call, "new_axis", 0) === 1;
  const rank = items[0].shape.length + (isNew ? 1 : 0);
  const axis = axisOf(attribute(call, "axis")?.i ?? 0, rank);
  const unsqueezed = (value: Value) => ({ ...value, shape: value.shape.toSpliced(axis, 0, 1) });
  return [joined(call, isNew ? items.map(unsqueezed) : items, axis)];
};

/** Operators on sequences of tensors. */
export const sequences: Readonly<Record<string, Operator>> = {
  SequenceEmpty: () => sequence([]),
  SequenceConstruct: (call) => sequence(call.node.inputs.map((_, i) => call.input(i))),
  SequenceAt: at,
  SequenceInsert: insert,
  SequenceErase: erase,
  SequenceLength: (call) => [shaped([], { numbers: [itemsOf(call, 0).length], integer: true })],
  SplitToSequence: splitToSequence,
  ConcatFromSequence: concatFromSequence,
};
