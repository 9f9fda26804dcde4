import type { ArithmeticFormat } from "../../hardware/logic/toggled-blocks.ts";
import { arithmetic } from "../../hardware/processing-element/arithmetic.ts";
import type { Values } from "../../trace/trace.ts";

/** Bits of exponent and fraction of the floating-point formats; fp8 is E4M3. */
export const floatFormats = {
  fp8: { exponentBits: 4, fractionBits: 3 },
  bf16: { exponentBits: 8, fractionBits: 7 },
  fp16: { exponentBits: 5, fractionBits: 10 },
  fp32: { exponentBits: 8, fractionBits: 23 },
} as const;

export type FloatFormat = keyof typeof floatFormats;

export const isFloat = (format: string): format is FloatFormat => Object.hasOwn(floatFormats, format);

export interface FloatSize {
  readonly exponentBits: number;
  readonly fractionBits: number;
}

/**
 * The bits of a number: rounded to nearest, ties to even; below the smallest normal number zero, beyond the largest
 * infinite, as `float_multiplier` has it. Exact for formats up to fp32.
 */
export function floatBits(value: number, { exponentBits, fractionBits }: FloatSize): number {
  const most = 2 ** exponentBits - 1;
  const field = (sign: number, exponent: number, fraction: number) =>
    (sign * 2 ** exponentBits + exponent) * 2 ** fractionBits + fraction;
  if (Number.isNaN(value)) return field(0, most, 2 ** (fractionBits - 1));
  const sign = value < 0 || Object.is(value, -0) ? 1 : 0;
  const size = Math.abs(value);
  if (size === 0) return field(sign, 0, 0);
  if (size === Number.POSITIVE_INFINITY) return field(sign, most, 0);
  let power = exponentOf(size);
  let significand = nearestEven((size / 2 ** power) * 2 ** fractionBits);
  if (significand === 2 ** (fractionBits + 1)) {
    significand /= 2;
    power++;
  }
  const exponent = power + 2 ** (exponentBits - 1) - 1;
  if (exponent <= 0) return field(sign, 0, 0);
  return exponent >= most ? field(sign, most, 0) : field(sign, exponent, significand - 2 ** fractionBits);
}

/** The number that bits stand for; subnormal ones are zero. */
export function floatOf(bits: number, { exponentBits, fractionBits }: FloatSize): number {
  const fraction = bits % 2 ** fractionBits;
  const exponent = Math.floor(bits / 2 ** fractionBits) % 2 ** exponentBits;
  const sign = bits >= 2 ** (exponentBits + fractionBits) ? -1 : 1;
  if (exponent === 2 ** exponentBits - 1)
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * 0;
  return sign * (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - 2 ** (exponentBits - 1) + 1);
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** The power of two of a normal double's highest bit. */
function exponentOf(size: number): number {
  double[0] = size;
  return ((words[1] >>> 20) & 0x7ff) - 1023;
}

function nearestEven(value: number): number {
  const below = Math.floor(value);
  const above = value - below;
  if (above === 0.5) return below % 2 === 0 ? below : below + 1;
  return above < 0.5 ? below : below + 1;
}

/** Width of a format's values in bits. */
export const formatBits = (format: string): 8 | 16 | 32 =>
  format.endsWith("8") ? 8 : format.endsWith("16") ? 16 : 32;

/**
 * A tensor's values as bits of a format, unsigned. bf16 and fp32 as they are; whole numbers in units as D47 has them; fp8
 * and fp16 times the power of two that brings the largest value to half of the format's largest or less (D58).
 */
export function codesOf(values: Values, format: ArithmeticFormat): Uint32Array {
  if (format === "int8" || format === "int16") {
    const { codes } = arithmetic[format].round(values);
    return Uint32Array.from(
      codes,
      (code) => (code << (32 - formatBits(format))) >>> (32 - formatBits(format)),
    );
  }
  const size = floatFormats[format];
  const scale = format === "fp8" || format === "fp16" ? scaleTo(values, 2 ** (size.exponentBits - 1) - 2) : 1;
  return Uint32Array.from(values, (value) => floatBits(value * scale, size));
}

/** The power of two that gives the largest value the exponent `power`. */
function scaleTo(values: Values, power: number): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest === 0 ? 1 : 2 ** (power - exponentOf(largest));
}
