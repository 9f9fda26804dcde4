import { describe, expect, it } from "vitest";
import { seededRandom } from "../../random.ts";
import { codesOf, floatBits, floatFormats, floatOf } from "./number-codes.ts";

describe("are numbers' bits those of their format?", () => {
  it("fp32: as Float32Array has them", () => {
    const float = new Float32Array(1);
    const word = new Uint32Array(float.buffer);
    const random = seededRandom(1);
    for (let i = 0; i < 5000; i++) {
      const value = random.normal() * 2 ** random.between(-120, 120);
      float[0] = value;
      expect(floatBits(value, floatFormats.fp32)).toBe(word[0]);
      expect(floatOf(word[0], floatFormats.fp32)).toBe(float[0]);
    }
  });

  it("fp16 and fp8: rounded to nearest even, zero below and infinite beyond their normal numbers", () => {
    const { fp16, fp8 } = floatFormats;
    expect(floatBits(1, fp16)).toBe(0x3c00);
    expect(floatBits(-65504, fp16)).toBe(0xfbff);
    expect(floatBits(65520, fp16)).toBe(0x7c00);
    expect(floatBits(2 ** -15, fp16)).toBe(0);
    expect([1.0625, 1.1875, 240, 250, 2 ** -6, 2 ** -7].map((value) => floatBits(value, fp8))).toEqual([
      0x38, 0x3a, 0x77, 0x78, 0x08, 0,
    ]);
  });

  it("a tensor in fp8 uses the format's range: its largest value is at half of the largest number or less", () => {
    const codes = codesOf(Float32Array.from([3e-5, -1e-6, 0]), "fp8");
    const [a, b, c] = Array.from(codes, (code) => floatOf(code, floatFormats.fp8));
    expect(a).toBeGreaterThanOrEqual(64);
    expect(a).toBeLessThanOrEqual(128);
    expect(a / b).toBeCloseTo(-30, -1);
    expect(c).toBe(0);
  });
});
