import type { Random } from "../../src/random.ts";
import { changeBytes } from "./byte-changes.ts";
import { pick } from "./fuzzed-reader.ts";
import { changeText } from "./text-changes.ts";

/** A field of a message: its number, and a varint, bytes of fixed width, or bytes that may be a message themselves. */
interface Field {
  readonly number: number;
  readonly wire: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

const extremes = [
  0n,
  1n,
  2n,
  3n,
  7n,
  64n,
  65n,
  255n,
  4096n,
  65536n,
  1n << 31n,
  1n << 32n,
  1n << 53n,
  1n << 62n,
];

/** The fields of a message; undefined for bytes that are none. */
function fieldsOf(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const read = fieldAt(bytes, at);
    if (!read) return undefined;
    fields.push(read.field);
    at = read.end;
  }
  return fields;
}

function fieldAt(bytes: Uint8Array, at: number): { field: Field; end: number } | undefined {
  const tag = varintAt(bytes, at);
  if (!tag || tag.value < 8n || tag.value >= 1n << 16n) return undefined;
  const [number, wire] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
  if (!(wire in lengths)) return undefined;
  const held = wire === 0 || wire === 2 ? varintAt(bytes, tag.end) : { value: 0n, end: tag.end };
  if (!held) return undefined;
  const end = held.end + lengths[wire](held.value);
  if (end > bytes.length) return undefined;
  return { field: { number, wire, value: held.value, bytes: bytes.slice(held.end, end) }, end };
}

/** [wire type] bytes of a field after its varints; groups are no longer in use. */
const lengths: Readonly<Record<number, (value: bigint) => number>> = {
  0: () => 0,
  1: () => 8,
  2: Number,
  5: () => 4,
};

function varintAt(bytes: Uint8Array, from: number): { value: bigint; end: number } | undefined {
  let value = 0n;
  for (let at = from; at < Math.min(from + 10, bytes.length); at++) {
    value |= BigInt(bytes[at] & 127) << BigInt(7 * (at - from));
    if (bytes[at] < 128) return { value, end: at + 1 };
  }
  return undefined;
}

function varintBytes(value: bigint): number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return [...bytes, Number(left)];
}

function bytesOf(fields: readonly Field[]): Uint8Array {
  const pieces = fields.flatMap(({ number, wire, value, bytes }) => [
    Uint8Array.from(varintBytes(BigInt(number * 8 + wire))),
    wire === 0 ? Uint8Array.from(varintBytes(value)) : new Uint8Array(0),
    wire === 2 ? Uint8Array.from(varintBytes(BigInt(bytes.length))) : new Uint8Array(0),
    bytes,
  ]);
  return new Uint8Array(Buffer.concat(pieces));
}

const isText = (bytes: Uint8Array) => bytes.length > 0 && bytes.every((byte) => byte >= 32 && byte < 127);

function changeField(field: Field, random: Random): Field {
  if (field.wire === 0) {
    const value = pick(random, [...extremes, -1n, field.value + 1n, field.value - 1n, field.value * 2n]);
    return { ...field, value };
  }
  if (field.wire !== 2)
    return { ...field, bytes: changeBytes(field.bytes, random).slice(0, field.bytes.length) };
  if (isText(field.bytes) && random.below(4) > 0)
    return { ...field, bytes: Buffer.from(changeText(Buffer.from(field.bytes).toString(), random)) };
  return { ...field, bytes: changeProtobuf(field.bytes, random) };
}

/** A message with a field of it, or of a message within, changed, left out, doubled, moved or given another number. */
export function changeProtobuf(bytes: Uint8Array, random: Random): Uint8Array {
  const fields = fieldsOf(bytes);
  if (!fields || fields.length === 0) return changeBytes(bytes, random);
  // fields that hold more are more often changed inside
  const long = fields.filter(({ bytes: held }) => held.length > 30);
  const field = long.length > 0 && random.below(3) > 0 ? pick(random, long) : pick(random, fields);
  const at = fields.indexOf(field);
  // nearly all of a model is its graph: what is around that is changed now and then
  const kind = field.bytes.length > 0.9 * bytes.length && random.below(20) > 0 ? 15 : random.below(16);
  if (kind === 0) fields.splice(at, 1);
  else if (kind === 1) fields.splice(random.below(fields.length), 0, field);
  else if (kind === 2) fields[at] = { ...field, number: 1 + random.below(20) };
  else if (kind === 3) fields.push(...fields.splice(at, 1));
  else if (kind === 4) fields.splice(at, 0, ...new Array<Field>(random.below(40)).fill(field));
  else if (kind === 5) fields[at] = { ...pick(random, fields), number: field.number };
  else fields[at] = changeField(field, random);
  return bytesOf(fields);
}
