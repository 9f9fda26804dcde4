import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packBits, unpackBits } from "./bits.ts";

describe("is a bitmap what the format says?", () => {
  it("element 0 is the lowest bit of the first byte", () => {
    expect(packBits(Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 0, 1))).toEqual(Uint8Array.of(0b101, 0b10));
  });

  it("any flags come back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 1, maxLength: 40 }), (flags) => {
        expect(unpackBits("x", packBits(flags), flags.length)).toEqual(flags);
      }),
    );
  });

  it("a bit beyond the last element is refused", () => {
    expect(() => unpackBits("x", Uint8Array.of(0, 0b100), 10)).toThrow(
      "x: bits beyond the last of 10 elements must be 0, last byte is 4",
    );
  });
});
