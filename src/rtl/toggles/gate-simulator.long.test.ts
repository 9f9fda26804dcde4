import { beforeAll, describe, expect, it } from "vitest";
import { sharedFolder } from "../../../test/shared-data.ts";
import { togglePoints } from "../../hardware/logic/toggle-table.ts";
import { arithmetic } from "../../hardware/processing-element/arithmetic.ts";
import { type Random, seededRandom } from "../../random.ts";
import { Circuit } from "../circuit.ts";
import { YosysThread } from "../toolchain.ts";
import { moduleSource, publishedUnitSource } from "./block-source.ts";
import { gateNetlist } from "./gate-netlist.ts";
import { GateSimulator } from "./gate-simulator.ts";
import { type FloatFormat, type FloatSize, floatBits, floatFormats, floatOf } from "./number-codes.ts";
import { measuredRows, toggleRows } from "./toggle-rows.ts";
import { toggleTraces } from "./toggle-traces.ts";

let thread: YosysThread;
beforeAll(() => {
  thread = new YosysThread();
  return () => thread.end();
});

const simulatorOf = async (source: Parameters<typeof gateNetlist>[0]) =>
  new GateSimulator((await gateNetlist(source, thread)).netlist);

/** The output of a unit of two operands. */
function computed(sim: GateSimulator, output: string, a: number, b: number): number {
  sim.set("a", a);
  sim.set("b", b);
  return sim.number(output);
}

/** Bits of a number of a format: any, of near exponents, or special. */
function drawn(random: Random, { exponentBits, fractionBits }: FloatSize): number {
  const width = 1 + exponentBits + fractionBits;
  const any = random.bits() >>> (32 - width);
  if (random.below(3) > 0) return any;
  const exponent = [0, 1, 2 ** exponentBits - 1, 2 ** exponentBits - 2, 2 ** (exponentBits - 1) - 1];
  const sign = random.below(2) * 2 ** (width - 1);
  const fraction = [0, 1, 2 ** fractionBits - 1, random.below(2 ** fractionBits)][random.below(4)];
  return sign + exponent[random.below(5)] * 2 ** fractionBits + fraction;
}

describe("do netlists of arithmetic units compute what numbers say?", () => {
  it.each(["int8", "int16", "int32"] as const)("adder of %s", async (format) => {
    const bits = Number(format.slice(3));
    const sim = await simulatorOf(publishedUnitSource("adder", format));
    const random = seededRandom(1);
    for (let i = 0; i < 3000; i++) {
      const [a, b] = [random.bits() >>> (32 - bits), random.bits() >>> (32 - bits)];
      expect([a, b, computed(sim, "sum", a, b)]).toEqual([a, b, (a + b) % 2 ** bits]);
    }
  });

  it.each(["int8", "int16"] as const)("multiplier of %s", async (format) => {
    const bits = Number(format.slice(3));
    const sim = await simulatorOf(publishedUnitSource("multiplier", format));
    const random = seededRandom(2);
    const signed = (code: number) => (code << (32 - bits)) >> (32 - bits);
    for (let i = 0; i < 3000; i++) {
      const [a, b] = [random.bits() >>> (32 - bits), random.bits() >>> (32 - bits)];
      const product = (signed(a) * signed(b)) & (bits === 8 ? 0xffff : -1);
      expect([a, b, computed(sim, "product", a, b)]).toEqual([a, b, product >>> 0]);
    }
  });

  it.each(["fp16", "fp32"] as const)("adder of %s", async (format) => {
    const size = floatFormats[format];
    const sim = await simulatorOf(publishedUnitSource("adder", format));
    const random = seededRandom(3);
    for (let i = 0; i < 5000; i++) {
      const [a, b] = [drawn(random, size), drawn(random, size)];
      // sums of doubles that were fp16 or fp32 are exact, or so near that they round the same
      const sum = floatBits(floatOf(a, size) + floatOf(b, size), size);
      expect([a, b, computed(sim, "sum", a, b)]).toEqual([a, b, sum]);
    }
  });

  it.each(["fp8", "bf16", "fp16", "fp32"] as const)("multiplier of %s, as wide as a sum", async (format) => {
    await multiplies(format, floatFormats.fp32);
  });
  it("multiplier of fp16, rounded", () => multiplies("fp16", floatFormats.fp16));

  async function multiplies(format: FloatFormat, result: FloatSize): Promise<void> {
    const size = floatFormats[format];
    const sim = await simulatorOf(
      moduleSource("float_multiplier", {
        EXPONENT_BITS: size.exponentBits,
        FRACTION_BITS: size.fractionBits,
        RESULT_EXPONENT_BITS: result.exponentBits,
        RESULT_FRACTION_BITS: result.fractionBits,
      }),
    );
    const random = seededRandom(4);
    for (let i = 0; i < 5000; i++) {
      const [a, b] = [drawn(random, size), drawn(random, size)];
      const product = floatBits(floatOf(a, size) * floatOf(b, size), result);
      expect([a, b, computed(sim, "product", a, b)]).toEqual([a, b, product]);
    }
  }

  it("this machine's adder of fp32 and multiplier of bf16, as its model computes", async () => {
    const adder = await simulatorOf(moduleSource("adder", { FORMAT: 2 }));
    const floatAdder = await simulatorOf(publishedUnitSource("adder", "fp32"));
    const multiplier = await simulatorOf(moduleSource("multiplier", { FORMAT: 2, VALUE_BITS: 16 }));
    const random = seededRandom(5);
    const { multiply, bitsOf } = arithmetic.bf16;
    for (let i = 0; i < 3000; i++) {
      const [a, b] = [drawn(random, floatFormats.fp32), drawn(random, floatFormats.fp32)];
      expect([a, b, computed(floatAdder, "sum", a, b)]).toEqual([a, b, computed(adder, "sum", a, b)]);
      const [x, y] = [a >>> 16, b >>> 16];
      expect([x, y, computed(multiplier, "product", x, y)]).toEqual([x, y, bitsOf(multiply(x, y))]);
    }
  });
});

describe("is a netlist in its simulator the circuit that CXXRTL makes of the same source?", () => {
  it.each(["lnpu_line", "ant_candidates"])("%s, on 1,000 cycles of random inputs", async (top) => {
    const source = moduleSource(top);
    const sim = await simulatorOf(source);
    const circuit = await Circuit.compile({ ...source, parameters: {}, clock: "clock" });
    const random = seededRandom(6);
    const inputs = circuit.ports.filter(({ direction }) => direction === "in");
    const outputs = circuit.ports.filter(({ direction }) => direction === "out");
    const drawnBits = (width: number) => {
      let value = 0n;
      for (let bits = 0; bits < width; bits += 32) value = (value << 32n) | BigInt(random.bits());
      return BigInt.asUintN(width, value);
    };
    const partsOf = (width: number) =>
      Array.from({ length: Math.ceil(width / 32) }, (_, i) => ({
        at: 32 * i,
        bits: Math.min(32, width - 32 * i),
      }));
    const fromCircuit = (name: string, at: number, bits: number) =>
      Number(BigInt.asUintN(bits, circuit.get(name) >> BigInt(at)));
    const seen = (number: (name: string, at: number, bits: number) => number) =>
      outputs.map(({ name, width }) => [
        name,
        ...partsOf(width).map(({ at, bits }) => number(name, at, bits)),
      ]);
    for (let cycle = 0; cycle < 1000; cycle++) {
      for (const { name, width } of inputs) {
        const drawn = drawnBits(width);
        const value = name === "reset" ? BigInt(cycle < 2) : drawn;
        sim.set(name, value);
        circuit.set(name, value);
      }
      circuit.settle();
      if (cycle > 2)
        expect([cycle, seen((name, at, bits) => sim.number(name, at, bits))]).toEqual([
          cycle,
          seen(fromCircuit),
        ]);
      sim.tick();
      circuit.tick();
    }
  });
});

const traces = sharedFolder("traces");

describe("does the committed table of toggles follow from the design? If not: npm run logic:toggles", () => {
  const chosen = toggleRows.filter(
    ({ blocks, variant }) =>
      (blocks[0] === "published adder" && variant === "int16") ||
      (blocks[0] === "multiplier" && variant === "bf16") ||
      (blocks[0] === "macPair" && variant === "16") ||
      ["antCandidates", "jobChosen", "chunkWord", "readCouple", "sentCouple"].includes(blocks[0]),
  );
  it("netlists of eight blocks are there, three of them in two PEs", () => expect(chosen).toHaveLength(11));

  it.skipIf(!traces).each(chosen)("$blocks $variant", async (rows) => {
    const measured = await measuredRows(rows, toggleTraces(traces!), thread);
    const committed = togglePoints.filter(
      ({ block, variant }) => rows.blocks.includes(block) && variant === rows.variant,
    );
    expect(measured).toEqual(committed);
  });
});
