import { quoted } from "../bounded-json.ts";
import { message, type WireField, type WireReader } from "./wire.ts";

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
/** Whole numbers, and booleans, by their codes in TensorProto.DataType: bytes of each in raw data. */
const INTEGER_BYTES: ReadonlyMap<number, number> = new Map([
  [2, 1],
  [3, 1],
  [4, 2],
  [5, 2],
  [6, 4],
  [7, 8],
  [9, 1],
  [12, 4],
  [13, 8],
]);
const EXTERNAL = 1;

/** Whether elements of this code in TensorProto.DataType are whole numbers or booleans. */
export const isWhole = (type: number): boolean => INTEGER_BYTES.has(type);

/** The tensor in a TensorProto. Throws `InputError` for one that contradicts itself. */
export function readTensor(reader: WireReader, what: string, at: WireField): OnnxTensor {
  const shape: number[] = [];
  let name = "";
  let type = 0;
  let location = 0;
  const data: WireField[] = [];
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) shape.push(...reader.integers(what, field));
    else if (field.number === 2) type = field.value;
    else if (field.number === 8) name = reader.text(what, field);
    else if ([4, 5, 7, 9, 10].includes(field.number) && data.length <= MOST_FLOATS) data.push(field);
    else if (field.number === 13) checkExternal(reader, what, message(reader, what, field));
    else if (field.number === 14) location = field.value;
    checkRank(reader, what, shape);
  }
  const named = name === "" ? what : `tensor ${quoted(name)}`;
  const count = countOf(reader, named, shape);
  const integer = isWhole(type);
  const small = count <= (integer ? MOST_WHOLE_NUMBERS : MOST_FLOATS) && location !== EXTERNAL;
  const numbers = small ? data.flatMap((field) => numbersOf(reader, named, { type, count }, field)) : [];
  return { name, shape, integer, ...(small && numbers.length === count && { numbers }) };
}

/** The tensor in a SparseTensorProto, whose contents are left in the file. Throws `InputError`. */
export function readSparseTensor(reader: WireReader, what: string, at: WireField): OnnxTensor {
  const shape: number[] = [];
  let values: OnnxTensor | undefined;
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) values = readTensor(reader, what, message(reader, what, field));
    else if (field.number === 3) shape.push(...reader.integers(what, field));
    checkRank(reader, what, shape);
  }
  if (!values) throw reader.fail(`${what} has no values`);
  countOf(reader, `tensor ${quoted(values.name)}`, shape);
  return { name: values.name, shape, integer: values.integer };
}

function checkRank(reader: WireReader, what: string, shape: readonly number[]): void {
  if (shape.length > 64) throw reader.fail(`${what} has more than 64 dimensions`);
}

function countOf(reader: WireReader, named: string, shape: readonly number[]): number {
  if (shape.some((extent) => !Number.isSafeInteger(extent) || extent < 0))
    throw reader.fail(`${named}: dimensions must be sizes, are ${quoted(shape)}`);
  return shape.reduce((a, b) => a * b, 1);
}

/** The numbers in one of a tensor's data fields: 4 floats, 5 and 7 integers, 9 raw, 10 doubles. */
function numbersOf(
  reader: WireReader,
  what: string,
  { type, count }: { type: number; count: number },
  field: WireField,
): number[] {
  if (field.number === 4) return reader.floats(what, field, 4);
  if (field.number === 10) return reader.floats(what, field, 8);
  if (field.number !== 9) return reader.integers(what, field, 10 * MOST_WHOLE_NUMBERS);
  if (type === FLOAT) return reader.floats(what, field, 4);
  if (type === DOUBLE) return reader.floats(what, field, 8);
  const width = INTEGER_BYTES.get(type);
  if (width === undefined) return [];
  const view = new DataView(reader.bytes(what, field, width * count).buffer);
  return Array.from({ length: Math.floor(view.byteLength / width) }, (_, i) => {
    if (width === 8) return Number(view.getBigInt64(8 * i, true));
    if (width === 4) return type === 12 ? view.getUint32(4 * i, true) : view.getInt32(4 * i, true);
    if (width === 2) return type === 4 ? view.getUint16(2 * i, true) : view.getInt16(2 * i, true);
    return type === 3 ? view.getInt8(i) : view.getUint8(i);
  });
}

/** External data is never opened. That it would lie outside the model's folder is refused all the same. */
function checkExternal(reader: WireReader, what: string, at: WireField): void {
  let key = "";
  let value = "";
  for (const field of reader.fields(what, at)) {
    if (field.number === 1) key = reader.text(what, field);
    else if (field.number === 2) value = reader.text(what, field);
  }
  if (key !== "location") return;
  const parts = value.split(/[/\\]/);
  if (
    value === "" ||
    parts[0] === "" ||
    /^[a-z]:/i.test(value) ||
    parts.includes("..") ||
    value.includes("\0")
  )
    throw reader.fail(`${what}: external data must lie in the model's folder, is at ${quoted(value)}`);
}
