import type { Values } from "../../trace/trace.ts";

/** Formats that a MAC multiplies. */
export const macFormats = ["int8", "int16", "bf16"] as const;
export type MacFormat = (typeof macFormats)[number];

/**
 * What a MAC computes, bit for bit. A tensor is first rounded to the format; products are added to their sum one after
 * another.
 */
export interface Arithmetic {
  readonly valueBits: number;
  /** A tensor's values as the machine holds them, and what one unit in the last place is worth. Assumed, D47. */
  round(values: Values): { readonly codes: Int32Array; readonly unit: number };
  /** Product of two codes. */
  multiply(a: number, b: number): number;
  add(a: number, b: number): number;
  /** 32 bits of a sum, unsigned. */
  bitsOf(sum: number): number;
}

/** Whole numbers: a power-of-two scale for each tensor, nearest even; sums of 32 bits, modulo 2^32. */
function integers(valueBits: number): Arithmetic {
  const most = 2 ** (valueBits - 1) - 1;
  return {
    valueBits,
    round(values) {
      let largest = 0;
      for (const value of values) largest = Math.max(largest, Math.abs(value));
      const unit = largest === 0 ? 1 : scaleOf(largest, most);
      return { codes: Int32Array.from(values, (value) => nearestEven(value / unit)), unit };
    },
    multiply: (a, b) => Math.imul(a, b),
    add: (a, b) => (a + b) | 0,
    bitsOf: (sum) => sum >>> 0,
  };
}

/** The smallest power of two in whose units `largest` rounds to `most` or less. */
function scaleOf(largest: number, most: number): number {
  let unit = 2 ** (Math.floor(Math.log2(largest)) - Math.ceil(Math.log2(most)) - 1);
  while (nearestEven(largest / unit) > most) unit *= 2;
  return unit;
}

/** The nearest whole number; of two, the even one. */
function nearestEven(value: number): number {
  const below = Math.floor(value);
  const above = value - below;
  if (above === 0.5) return below % 2 === 0 ? below : below + 1;
  return above < 0.5 ? below : below + 1;
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);
const smallestNormal = 2 ** -126;

/** An fp32 number; what is below the smallest normal one is a zero of its sign. */
function flushed(value: number): number {
  const rounded = Math.fround(value);
  if (Math.abs(rounded) >= smallestNormal) return rounded;
  return rounded < 0 || Object.is(rounded, -0) ? -0 : rounded === 0 || rounded > 0 ? 0 : rounded;
}

const bitsOfFloat = (value: number): number => {
  if (Number.isNaN(value)) return 0x7fc00000;
  float[0] = value;
  return word[0];
};

const floatOf = (bits: number): number => {
  word[0] = bits;
  return float[0];
};

/** bf16 to nearest even; products and sums in fp32, below 2^-126 zero. */
const bf16: Arithmetic = {
  valueBits: 16,
  round(values) {
    const codes = Int32Array.from(values, (value) => {
      const bits = bitsOfFloat(Math.fround(value));
      return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    });
    return { codes, unit: 1 };
  },
  multiply: (a, b) => flushed(normal(a) * normal(b)),
  add: (a, b) => flushed(a + b),
  bitsOf: bitsOfFloat,
};

/** A bf16 number; subnormal ones count as zero. */
const normal = (code: number): number => flushed(floatOf((code << 16) >>> 0));

export const arithmetic: Readonly<Record<MacFormat, Arithmetic>> = {
  int8: integers(8),
  int16: integers(16),
  bf16,
};
