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
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n && at < bytes.length; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined || tag < 8n || tag >= 1n << 16n) return undefined;
    const [number, wire] = [Number(tag >> 3n), Number(tag & 7n)];
    if (![0, 1, 2, 5].includes(wire)) return undefined;
    const value = wire === 0 || wire === 2 ? varint() : 0n;
    if (value === undefined) return undefined;
    const length = wire === 2 ? Number(value) : wire === 1 ? 8 : wire === 5 ? 4 : 0;
    if (at + length > bytes.length) return undefined;
    fields.push({ number, wire, value, bytes: bytes.slice(at, at + length) });
    at += length;
  }
  return fields;
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
