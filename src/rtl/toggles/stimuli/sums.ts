import type { GateSimulator } from "../gate-simulator.ts";
import { floatBits, floatFormats, floatOf } from "../number-codes.ts";
import { gradients, type LayerOperands } from "../operands.ts";
import { productBits } from "./arithmetic.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";

const { fp32 } = floatFormats;
/** Two sums of fp32 added. */
export const addedSums = (a: number, b: number): number =>
  floatBits(floatOf(a, fp32) + floatOf(b, fp32), fp32);

const products = 1500;

/** Products added to sums of a PE one a cycle, in the order in which a trace hands out pairs; the adders are played. */
export function driveAccumulators(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  const fmap = operands.codesOf("fmap", "bf16");
  const emap = operands.codesOf("emap", "bf16");
  const placeBits = sim.width("place") / 2;
  reset(sim);
  let place = 0;
  let count = -20;
  for (const pairs of gradients(operands)) {
    for (const pair of pairs) {
      if (count === products) return measuredUse(sim, products);
      if (count++ === 0) sim.take();
      sim.set("valid", 1);
      sim.set("place", place, 0, placeBits);
      sim.set("product", productBits(fmap[pair.fmap], emap[pair.emap], "bf16"), 0, 32);
      playAdders(sim);
      sim.tick();
    }
    place = (place + 1) % 144;
  }
  throw new Error("a layer must have valid pairs");
}

/** Gives every adder that is a box its sum. */
export function playAdders(sim: GateSimulator): void {
  sim.settle();
  for (const adder of sim.names(true).filter((name) => name.endsWith(".sum"))) {
    const pins = adder.slice(0, -".sum".length);
    sim.set(adder, addedSums(sim.number(`${pins}.a`), sim.number(`${pins}.b`)));
  }
}

const lanes = 4;
const stages = 16;
const slices = 8;
const cycles = 250;

/** What the lanes of a drain show in a cycle. */
interface Lane {
  readonly valid: number;
  readonly slice: number;
  readonly begun: number;
  readonly sum: number;
}

/**
 * Sums that leave a column of 16 PEs of 8 channel slices, two PEs each, 4 a cycle; a use is a lane's sum that passes a PE,
 * so a sum that leaves takes 16. The sums are those of the layer's positions, half in either PE.
 */
export function driveDrain(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  const sums = halfSums(operands);
  const own = Array.from({ length: cycles }, () => Array.from({ length: slices }, () => sums.next().value!));
  const sliceBits = sim.width("own_slice");
  let passing: Lane[][] = own.map((_, cycle) =>
    Array.from({ length: lanes }, (_, lane) => ({
      valid: 1,
      slice: (cycle * lanes + lane) % slices,
      begun: 0,
      sum: 0,
    })),
  );
  sim.take();
  for (let stage = 0; stage < stages; stage++) {
    const slice = stage % slices;
    sim.set("own_slice", slice);
    passing = passing.map((now, cycle) => {
      sim.set("own_sum", own[cycle][slice][Math.floor(stage / slices)]);
      for (const [i, lane] of now.entries()) {
        sim.set("valid", lane.valid, i, 1);
        sim.set("slice", lane.slice, i * sliceBits, sliceBits);
        sim.set("begun", lane.begun, i, 1);
        sim.set("sum", lane.sum, i * 32, 32);
      }
      sim.tick();
      return now.map((lane, i) => ({
        valid: lane.valid,
        slice: lane.slice,
        begun: sim.number("next_begun", i, 1),
        sum: sim.number("next_sum", i * 32, 32),
      }));
    });
  }
  return measuredUse(sim, stages * cycles * lanes);
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
