import { describe, expect, it } from "vitest";
import { coordinates, decodeValues } from "./tensor-values.ts";

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

describe("where in a tensor does a flat index lie?", () => {
  it("row-major", () => expect(coordinates(23, [2, 3, 4])).toEqual([1, 2, 3]));
});
