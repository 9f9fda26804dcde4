import { InputError } from "../input-error.ts";
import { quoted } from "./bounded-json.ts";
import type { Values, ValueType } from "./trace.ts";

export const VALUE_BYTES: Readonly<Record<ValueType, number>> = { F32: 4, F16: 2, BF16: 2, F64: 8 };

/** Little-endian raw bytes of `dtype` as numbers; F16 and BF16 are widened exactly to float32. */
export function decodeValues(dtype: string, bytes: Uint8Array<ArrayBuffer>): Values {
  switch (dtype) {
    case "F64":
      return new Float64Array(bytes.buffer);
    case "F32":
      return new Float32Array(bytes.buffer);
    case "BF16": // the upper half of a float32
      return new Float32Array(Uint32Array.from(new Uint16Array(bytes.buffer), (half) => half << 16).buffer);
    case "F16":
      return Float32Array.from(new Uint16Array(bytes.buffer), widenHalf);
    default:
      throw new Error(`no values of dtype ${dtype}`);
  }
}

/** IEEE 754 binary16: sign 1 bit, exponent 5 (bias 15), fraction 10. */
function widenHalf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const magnitude =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

/**
 * Numbers as raw bytes of `dtype`, little-endian. Throws `InputError` (`where` in front) for a number that it cannot
 * hold exactly: rounding belongs to whoever computes a gradient from the rounded numbers.
 */
export function encodeValues(
  where: string,
  dtype: ValueType,
  values: Values,
  shape: readonly number[],
): Uint8Array {
  const encoded = inType(dtype, values);
  const bytes = new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  if (encoded === values) return bytes;
  const back = decodeValues(dtype, bytes as Uint8Array<ArrayBuffer>);
  const lost = values.findIndex((value, i) => value !== back[i]);
  if (lost < 0) return bytes;
  throw new InputError(
    `${where}: values must be ${dtype} numbers, is ${values[lost]} at ${quoted(coordinates(lost, shape))}`,
  );
}

function inType(dtype: ValueType, values: Values): Values | Uint16Array {
  switch (dtype) {
    case "F64":
      return values instanceof Float64Array ? values : Float64Array.from(values);
    case "F32":
      return values instanceof Float32Array ? values : Float32Array.from(values);
    case "BF16": // what the upper half of a float32 cannot hold is found on the way back
      return Uint16Array.from(new Uint32Array(Float32Array.from(values).buffer), (bits) => bits >>> 16);
    case "F16":
      return Uint16Array.from(values, narrowToHalf);
  }
}

/** The half of `value`, which must be one; any other half for any other value. */
function narrowToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24);
  const exponent = Math.min(16, Math.floor(Math.log2(magnitude)));
  return sign | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent - 1) * 1024);
}

/**
 * Refuses NaN and infinity, which no gradient can be checked against. `where`: file and tensor, for the message; `from`:
 * the flat index of the first value in its tensor.
 */
export function checkFinite(where: string, values: Values, shape: readonly number[], from = 0): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new InputError(
        `${where}: values must be finite, is ${values[i]} at ${quoted(coordinates(from + i, shape))}`,
      );
}

/** Refuses mask elements other than 0 and 1. */
export function checkMask(where: string, mask: Uint8Array, shape: readonly number[]): void {
  for (let i = 0; i < mask.length; i++)
    if (mask[i] > 1)
      throw new InputError(
        `${where}: values must be 0 or 1, is ${mask[i]} at ${quoted(coordinates(i, shape))}`,
      );
}

/** The row-major coordinates of a flat index: 5 in [2][3] is [1, 2]. */
export function coordinates(flat: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = flat;
  for (const size of [...shape].reverse()) {
    at.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return at;
}
