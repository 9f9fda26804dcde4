import type { GateSimulator } from "../gate-simulator.ts";
import { floatBits, floatFormats, floatOf } from "../number-codes.ts";
import { gradients, type LayerOperands } from "../operands.ts";
import { productBits } from "./arithmetic.ts";

const { fp32 } = floatFormats;
/** Two sums of fp32 added. */
export const addedSums = (a: number, b: number): number =>
  floatBits(floatOf(a, fp32) + floatOf(b, fp32), fp32);

/** Gives every adder that is a box its sum. */
export function playAdders(sim: GateSimulator): void {
  sim.settle();
  for (const adder of sim.names(true).filter((name) => name.endsWith(".sum"))) {
    const pins = adder.slice(0, -".sum".length);
    sim.set(adder, addedSums(sim.number(`${pins}.a`), sim.number(`${pins}.b`)));
  }
}

/** Sums of gradients over the first and the second half of their valid pairs. */
export function* halfSums(operands: LayerOperands): Generator<readonly [number, number]> {
  const fmap = operands.codesOf("fmap", "bf16");
  const emap = operands.codesOf("emap", "bf16");
  for (const pairs of gradients(operands)) {
    const middle = Math.ceil(pairs.length / 2);
    const total = (part: typeof pairs) =>
      part.reduce((sum, pair) => addedSums(sum, productBits(fmap[pair.fmap], emap[pair.emap], "bf16")), 0);
    yield [total(pairs.slice(0, middle)), total(pairs.slice(middle))];
  }
}
