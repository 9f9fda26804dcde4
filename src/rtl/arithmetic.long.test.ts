import { describe, expect, it } from "vitest";
import { arithmetic } from "../hardware/processing-element/arithmetic.ts";
import { type Random, seededRandom } from "../random.ts";
import { Circuit } from "./circuit.ts";
import { moduleSource } from "./toggles/block-source.ts";

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);
const floatOf = (bits: number): number => {
  word[0] = bits;
  return float[0];
};

/** Bits of an fp32 number: any, near another one, of an extreme exponent, or special. */
function anyFloat(random: Random, near: number): number {
  const special = [0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x00800000, 0x7f7fffff];
  const kinds = [
    () => random.bits(),
    () => (near + random.below(64) - 32) >>> 0,
    () => ((near ^ 0x80000000) + (random.below(30) - 15) * 2 ** 22) >>> 0,
    () => (random.bits() & 0x80ffffff) >>> 0,
    () => special[random.below(special.length)],
  ];
  return kinds[random.below(kinds.length)]();
}

/** A circuit without a clock, compiled. */
const combinational = (top: string, parameters: Readonly<Record<string, number>>) =>
  Circuit.compile({ files: moduleSource(top, parameters).files, top, parameters, clock: undefined });

describe("do the parts of the hardware compute what the model's functions do?", () => {
  it("adder: fp32, on 50,000 pairs of numbers near each other, extreme and special", async () => {
    const adder = await combinational("adder", { FORMAT: 2 });
    const random = seededRandom(1);
    const { add, bitsOf } = arithmetic.bf16;
    // what the machine holds: no number below 2^-126
    const held = (bits: number) => add(floatOf(bits), -0);
    for (let i = 0; i < 50_000; i++) {
      const a = anyFloat(random, 0x3f800000);
      const b = anyFloat(random, a);
      adder.set("a", bitsOf(held(a)));
      adder.set("b", bitsOf(held(b)));
      adder.settle();
      expect([a, b, adder.number("sum")]).toEqual([a, b, bitsOf(add(held(a), held(b)))]);
    }
  });

  it("multiplier: every format, on 20,000 pairs", async () => {
    for (const [number, format] of (["int8", "int16", "bf16"] as const).entries()) {
      const { valueBits, multiply, bitsOf } = arithmetic[format];
      const multiplier = await combinational("multiplier", { FORMAT: number, VALUE_BITS: valueBits });
      const random = seededRandom(2);
      const signed = (bits: number) =>
        format === "bf16" ? bits : (bits << (32 - valueBits)) >> (32 - valueBits);
      for (let i = 0; i < 20_000; i++) {
        const [a, b] = [random.bits() >>> (32 - valueBits), random.bits() >>> (32 - valueBits)];
        multiplier.set("a", a);
        multiplier.set("b", b);
        multiplier.settle();
        expect([a, b, multiplier.number("product")]).toEqual([a, b, bitsOf(multiply(signed(a), signed(b)))]);
      }
    }
  });
});
