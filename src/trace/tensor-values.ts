import { InputError } from "../input-error.ts";
import { quoted } from "./bounded-json.ts";
import type { Values } from "./trace.ts";

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

/** Refuses NaN and infinity, which no gradient can be checked against. `where`: file and tensor, for the message. */
export function checkFinite(where: string, values: Values, shape: readonly number[]): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new InputError(
        `${where}: values must be finite, is ${values[i]} at ${quoted(coordinates(i, shape))}`,
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
