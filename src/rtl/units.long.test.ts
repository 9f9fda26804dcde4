import { describe, expect, it } from "vitest";
import { roundCycles } from "../hardware/balancer/intra-column.ts";
import { serve } from "../hardware/balancer/serve.ts";
import { arithmetic } from "../hardware/processing-element/arithmetic.ts";
import { type Random, seededRandom } from "../random.ts";
import { Circuit } from "./circuit.ts";
import { designSource } from "./design.ts";
import { type DrainLane, drainBeats } from "./drain-beats.ts";

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
  Circuit.compile({ ...designSource(top, parameters), clock: undefined });

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

  it("balancer: rounds of a cluster of 5, from the first cycle to the last", async () => {
    const balancer = await combinational("balancer", { MACS: 5, PAIR_BITS: 8 });
    const random = seededRandom(3);
    const packed = (numbers: readonly number[]) =>
      numbers.reduceRight((all, n) => (all << 8n) | BigInt(n), 0n);
    for (let round = 0; round < 500; round++) {
      const left = Array.from({ length: 5 }, () => random.below([2, 9, 40][random.below(3)]));
      balancer.set("active", 1);
      balancer.set("pairs_left", packed(left));
      balancer.settle();
      const cycles = roundCycles(left, 5, true);
      expect(balancer.number("cycles_needed")).toBe(cycles);
      for (let t = cycles; t > 0; t--) {
        balancer.set("pairs_left", packed(left));
        balancer.set("cycles", t);
        balancer.settle();
        const of = serve(left, t, true);
        const given = left.map((_, pe) => of.filter((served) => served === pe).length);
        expect([left, t, balancer.number("grant")]).toEqual([
          left,
          t,
          given.reduceRight((all, n) => (all << 2) | n, 0),
        ]);
        expect(balancer.number("busy")).toBe(of.reduceRight((all, pe) => (all << 1) | Number(pe >= 0), 0));
        const helpers = [...of.keys()].filter((mac) => of[mac] >= 0 && of[mac] !== mac);
        const helped = helpers.map((mac) => (balancer.number("helped") >> (3 * mac)) & 7);
        expect(helped).toEqual(helpers.map((mac) => of[mac]));
        for (const [pe, n] of given.entries()) left[pe] -= n;
      }
      expect(left).toEqual([0, 0, 0, 0, 0]);
    }
  });

  it("gradient drain: k's of any wanted gradients, with pauses of the global buffer", async () => {
    const [slices, sums] = [3, 16];
    const drain = await Circuit.compile(
      designSource("gradient_drain", { SLICES: slices, LANES: 2, ACCUMULATORS: sums }),
    );
    const random = seededRandom(4);
    drain.set("reset", 1);
    drain.tick();
    drain.set("reset", 0);
    drain.set("ring_sums", sums);
    drain.set("team_ks_done", 1_000_000);
    const order = (wanted: readonly (readonly number[])[]) => {
      drain.set("order_valid", 1);
      drain.set("order_base", random.below(sums));
      drain.set(
        "order_wanted",
        wanted.reduceRight(
          (all, own) => (all << BigInt(sums)) | own.reduce((ones, i) => ones | (1n << BigInt(i)), 0n),
          0n,
        ),
      );
      drain.set(
        "order_counts",
        wanted.reduceRight((all, own) => (all << 5) | own.length, 0),
      );
      drain.set("ready", 0);
      drain.settle();
      expect(drain.number("order_ready")).toBe(1);
      drain.tick();
      drain.set("order_valid", 0);
    };
    const takeBeat = (lanes: readonly DrainLane[], last: boolean) => {
      for (const ready of [...Array.from({ length: random.below(3) }, () => 0), 1]) {
        drain.set("ready", ready);
        drain.settle();
        expect(drain.number("valid")).toBe(1);
        expect(drain.number("last")).toBe(Number(last));
        const vectors = lanes.map(({ vector }) => vector);
        const found = lanes.map((_, lane) => (drain.number("lane_vector") >> (4 * lane)) & 15);
        expect(found).toEqual(vectors);
        expect(drain.number("lane")).toBe(ready ? 2 ** lanes.length - 1 : 0);
        drain.tick();
      }
    };
    for (let k = 0; k < 200; k++) {
      const density = random.uniform();
      const wanted = Array.from({ length: slices }, () =>
        Array.from({ length: 9 }, (_, i) => i).filter(() => random.uniform() < density),
      );
      const beats = drainBeats(wanted, 2);
      if (beats.length === 0) continue;
      order(wanted);
      for (const [i, lanes] of beats.entries()) takeBeat(lanes, i === beats.length - 1);
      drain.set("ready", 0);
      drain.settle();
      expect(drain.number("valid")).toBe(0);
    }
  });
});
