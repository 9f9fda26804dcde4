import type { ArithmeticFormat, PublishedFormat } from "../../../hardware/logic/toggled-blocks.ts";
import { seededRandom } from "../../../random.ts";
import type { GateSimulator } from "../gate-simulator.ts";
import { floatBits, floatFormats, floatOf, formatBits, isFloat } from "../number-codes.ts";
import { gradients, type LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse } from "./stimulus.ts";

const warmUp = 20;
const productsOfLayer = 1000;

/** Products of a layer's valid pairs, in the order in which a gradient's sum takes them. */
export function multiplyPairs(
  sim: GateSimulator,
  operands: LayerOperands,
  format: ArithmeticFormat,
): MeasuredUse {
  let uses = 0;
  for (const { a, b } of products(operands, format, warmUp + productsOfLayer)) {
    sim.set("a", a);
    sim.set("b", b);
    sim.tick();
    if (++uses === warmUp) sim.take();
  }
  return measuredUse(sim, productsOfLayer);
}

/** The adder of sums: the running sum of each gradient and the next product. */
export function addProducts(
  sim: GateSimulator,
  operands: LayerOperands,
  format: ArithmeticFormat,
): MeasuredUse {
  let uses = 0;
  let sum = 0;
  for (const { product, first } of products(operands, format, warmUp + productsOfLayer)) {
    if (first) sum = 0;
    sim.set("a", sum);
    sim.set("b", product);
    sum = sim.number("sum");
    sim.tick();
    if (++uses === warmUp) sim.take();
  }
  return measuredUse(sim, productsOfLayer);
}

interface Product {
  readonly a: number;
  readonly b: number;
  /** 32 bits of the product, as wide as a sum */
  readonly product: number;
  /** of a gradient */
  readonly first: boolean;
}

function* products(operands: LayerOperands, format: ArithmeticFormat, count: number): Generator<Product> {
  const fmap = operands.codesOf("fmap", format);
  const emap = operands.codesOf("emap", format);
  let left = count;
  for (const pairs of gradients(operands))
    for (const [i, pair] of pairs.entries()) {
      if (left-- === 0) return;
      const [a, b] = [fmap[pair.fmap], emap[pair.emap]];
      yield { a, b, product: productBits(a, b, format), first: i === 0 };
    }
}

/** The product of two codes, as wide as a sum: int32 or fp32. */
export function productBits(a: number, b: number, format: ArithmeticFormat): number {
  if (isFloat(format)) {
    const size = floatFormats[format];
    return floatBits(floatOf(a, size) * floatOf(b, size), floatFormats.fp32);
  }
  const shift = 32 - formatBits(format);
  return Math.imul((a << shift) >> shift, (b << shift) >> shift) >>> 0;
}

const randomUses = 4000;

/** Operands by chance: each bit of whole numbers, normally distributed floating-point numbers (D58). */
export function randomOperands(sim: GateSimulator, format: PublishedFormat): MeasuredUse {
  const random = seededRandom(1);
  const draw = isFloat(format)
    ? () => floatBits(random.normal(), floatFormats[format])
    : () => random.bits() >>> (32 - formatBits(format));
  for (let i = 0; i < warmUp + randomUses; i++) {
    if (i === warmUp) sim.take();
    sim.set("a", draw());
    sim.set("b", draw());
    sim.tick();
  }
  return measuredUse(sim, randomUses);
}
