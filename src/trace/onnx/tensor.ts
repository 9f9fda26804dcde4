import { quoted } from "../bounded-json.ts";
import type { FieldTable, WireField, WireMessage } from "./wire.ts";

/** Constants up to here take part in working out shapes: of floats, which are seldom sizes, and of others. */
const MOST_FLOATS = 1024;
const MOST_WHOLE_NUMBERS = 2 ** 16;

/** A tensor that the file holds. Its values are left there, but for small ones. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether its elements are whole numbers or booleans. */
  readonly integer: boolean;
  /** The values in row-major order, of a small tensor of numbers that lies in the file itself. */
  readonly numbers?: readonly number[];
}

const FLOAT = 1;
const DOUBLE = 11;
/** Whole numbers, and booleans, by their codes in TensorProto.DataType: bytes of each in raw data, and how one is read. */
const INTEGERS: ReadonlyMap<number, { bytes: number; read(view: DataView, at: number): number }> = new Map([
  [2, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [3, { bytes: 1, read: (view, at) => view.getInt8(at) }],
  [4, { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  [5, { bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  [6, { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  [7, { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  [9, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [12, { bytes: 4, read: (view, at) => view.getUint32(at, true) }],
  [13, { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
]);
const EXTERNAL = 1;

/** Whether elements of this code in TensorProto.DataType are whole numbers or booleans. */
export const isWhole = (type: number): boolean => INTEGERS.has(type);

interface TensorDraft {
  name: string;
  type: number;
  location: number;
  readonly shape: number[];
  readonly data: WireField[];
}

const keepData = ({ data }: TensorDraft, field: WireField): void => {
  if (data.length <= MOST_FLOATS) data.push(field);
};

const tensorFields: FieldTable<TensorDraft> = {
  1: ({ shape }, field, message) => shape.push(...message.integers(field)),
  2: (tensor, { value }) => {
    tensor.type = value;
  },
  4: keepData,
  5: keepData,
  7: keepData,
  8: (tensor, field, message) => {
    tensor.name = message.text(field);
  },
  9: keepData,
  10: keepData,
  13: (_, field, message) => checkExternal(message.inside(field)),
  14: (tensor, { value }) => {
    tensor.location = value;
  },
};

/** The tensor in a TensorProto. Throws `InputError` for one that contradicts itself. */
export function readTensor(message: WireMessage): OnnxTensor {
  const draft: TensorDraft = { name: "", type: 0, location: 0, shape: [], data: [] };
  const { name, type, location, shape, data } = message.read(tensorFields, draft, checkRank);
  const named = name === "" ? message : message.named(`tensor ${quoted(name)}`);
  const count = countOf(named, shape);
  const integer = isWhole(type);
  const small = count <= (integer ? MOST_WHOLE_NUMBERS : MOST_FLOATS) && location !== EXTERNAL;
  const numbers = small ? data.flatMap((field) => numbersOf(named, type, count, field)) : [];
  return { name, shape, integer, ...(small && numbers.length === count && { numbers }) };
}

const sparseFields: FieldTable<{ values?: OnnxTensor; readonly shape: number[] }> = {
  1: (tensor, field, message) => {
    tensor.values = readTensor(message.inside(field));
  },
  3: ({ shape }, field, message) => shape.push(...message.integers(field)),
};

/** The tensor in a SparseTensorProto, whose contents are left in the file. Throws `InputError`. */
export function readSparseTensor(message: WireMessage): OnnxTensor {
  const draft: { values?: OnnxTensor; readonly shape: number[] } = { shape: [] };
  const { values, shape } = message.read(sparseFields, draft, checkRank);
  if (!values) throw message.fail(" has no values");
  countOf(message.named(`tensor ${quoted(values.name)}`), shape);
  return { name: values.name, shape, integer: values.integer };
}

function checkRank({ shape }: { readonly shape: readonly number[] }, message: WireMessage): void {
  if (shape.length > 64) throw message.fail(" has more than 64 dimensions");
}

function countOf(message: WireMessage, shape: readonly number[]): number {
  if (shape.some((extent) => !Number.isSafeInteger(extent) || extent < 0))
    throw message.fail(`: dimensions must be sizes, are ${quoted(shape)}`);
  return shape.reduce((a, b) => a * b, 1);
}

/** The numbers in one of a tensor's data fields: 4 floats, 5 and 7 integers, 9 raw, 10 doubles. */
function numbersOf(message: WireMessage, type: number, count: number, field: WireField): number[] {
  if (field.number === 4) return message.floats(field, 4);
  if (field.number === 10) return message.floats(field, 8);
  if (field.number !== 9) return message.integers(field, 10 * MOST_WHOLE_NUMBERS);
  if (type === FLOAT) return message.floats(field, 4);
  if (type === DOUBLE) return message.floats(field, 8);
  const integer = INTEGERS.get(type);
  if (!integer) return [];
  const { bytes, read } = integer;
  const view = new DataView(message.bytes(field, bytes * count).buffer);
  return Array.from({ length: Math.floor(view.byteLength / bytes) }, (_, i) => read(view, bytes * i));
}

const externalFields: FieldTable<{ key: string; value: string }> = {
  1: (entry, field, message) => {
    entry.key = message.text(field);
  },
  2: (entry, field, message) => {
    entry.value = message.text(field);
  },
};

/** External data is never opened. That it would lie outside the model's folder is refused all the same. */
function checkExternal(message: WireMessage): void {
  const { key, value } = message.read(externalFields, { key: "", value: "" });
  if (key !== "location") return;
  const parts = value.split(/[/\\]/);
  if (
    value === "" ||
    parts[0] === "" ||
    /^[a-z]:/i.test(value) ||
    parts.includes("..") ||
    value.includes("\0")
  )
    throw message.fail(`: external data must lie in the model's folder, is at ${quoted(value)}`);
}
