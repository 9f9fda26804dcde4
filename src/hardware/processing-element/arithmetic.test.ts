import { describe, expect, it } from "vitest";
import { arithmetic } from "./arithmetic.ts";

describe("what does a MAC compute?", () => {
  it.each([
    ["int8", [-1, 0.5, 127 / 128], 2 ** -6, [-64, 32, 64]],
    ["int8", [127, 2.5, 3.5], 1, [127, 2, 4]],
    ["int16", [32767, -1.5], 1, [32767, -2]],
    ["int8", [0, 0], 1, [0, 0]],
    ["bf16", [1, -2.5, 1.00390625, 1.01171875], 1, [0x3f80, 0xc020, 0x3f80, 0x3f82]],
  ] as const)("%s holds %j in units of %d as %j", (format, values, unit, codes) => {
    const rounded = arithmetic[format].round(Float32Array.from(values));
    expect(rounded.unit).toBe(unit);
    expect([...rounded.codes]).toEqual(codes);
  });

  it("sums of whole numbers are modulo 2^32", () => {
    const { multiply, add, bitsOf } = arithmetic.int16;
    expect(multiply(-32767, 32767)).toBe(-1073676289);
    expect(bitsOf(add(2 ** 31 - 1, 1))).toBe(2 ** 31);
  });

  it("sums of bf16 products are fp32: nearest even, nothing below 2^-126", () => {
    const { multiply, add, bitsOf } = arithmetic.bf16;
    expect(multiply(0x3fc0, 0xc000)).toBe(-3);
    expect(add(2 ** 24, 1)).toBe(2 ** 24);
    expect(add(2 ** 24, 3)).toBe(2 ** 24 + 4);
    expect(bitsOf(multiply(0x8080, 0x3f00))).toBe(0x80000000);
    expect(multiply(0x7f00, 0x7f00)).toBe(Number.POSITIVE_INFINITY);
    expect(bitsOf(add(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY))).toBe(0x7fc00000);
  });
});
