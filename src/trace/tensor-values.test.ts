import { describe, expect, it } from "vitest";
import { coordinates, decodeValues, encodeValues } from "./tensor-values.ts";

const halves = (...bits: number[]) => new Uint8Array(Uint16Array.from(bits).buffer);

describe("are half-precision values widened exactly?", () => {
  it.each([
    ["one", 0x3c00, 1],
    ["minus two", 0xc000, -2],
    ["largest", 0x7bff, 65504],
    ["smallest normal", 0x0400, 2 ** -14],
    ["smallest subnormal, not a zero", 0x0001, 2 ** -24],
    ["minus zero", 0x8000, -0],
    ["infinity", 0x7c00, Infinity],
    ["not a number", 0x7e01, NaN],
  ])("F16 %s", (_, bits, value) => {
    expect(decodeValues("F16", halves(bits))[0]).toBe(value);
  });

  it.each([
    ["one", 0x3f80, 1],
    ["minus 2^127", 0xff00, -(2 ** 127)],
    ["subnormal, not a zero", 0x0001, 2 ** -133],
    ["infinity", 0x7f80, Infinity],
  ])("BF16 %s", (_, bits, value) => {
    expect(decodeValues("BF16", halves(bits))[0]).toBe(value);
  });
});

describe("are numbers stored exactly or refused?", () => {
  it.each(["F16", "BF16"] as const)("every %s comes back bit for bit", (type) => {
    const all = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
    const finite = all.filter((bits) => Number.isFinite(decodeValues(type, halves(bits))[0]));
    const encoded = encodeValues("x", type, decodeValues(type, halves(...finite)), [finite.length]);
    expect(encoded).toEqual(halves(...finite));
  });

  it.each([
    ["F16", 65520],
    ["F16", 2 ** -25],
    ["F16", 1 + 2 ** -11],
    ["BF16", 1 + 2 ** -8],
    ["F32", 1 + 2 ** -30],
    ["F32", 1e300],
  ] as const)("%s %s", (type, value) => {
    expect(() => encodeValues("x", type, Float64Array.of(0, value), [2])).toThrow(
      `x: values must be ${type} numbers, is ${value} at [1]`,
    );
  });
});

describe("where in a tensor does a flat index lie?", () => {
  it("row-major", () => expect(coordinates(23, [2, 3, 4])).toEqual([1, 2, 3]));
});
