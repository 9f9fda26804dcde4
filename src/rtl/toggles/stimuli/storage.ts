import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, gradients, type LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse } from "./stimulus.ts";

const uses = 1500;

/** A register file filled again and again with emap values, then read at random. */
export function driveRegisterFile(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: 8 | 16 | 32,
): { read: MeasuredUse; write: MeasuredUse } {
  const values = emapValues(operands, valueBits);
  const addresses = 2 ** sim.width("write_address");
  const write = (i: number) => {
    sim.set("write", 1);
    sim.set("write_address", i % addresses);
    sim.set("write_word", values.next().value!);
    sim.tick();
  };
  for (let i = 0; i < addresses; i++) write(i);
  sim.take();
  for (let i = 0; i < uses; i++) write(i);
  const written = measuredUse(sim, uses);
  sim.set("write", 0);
  sim.set("read", 1);
  sim.tick();
  sim.take();
  for (let i = 0; i < uses; i++) {
    sim.set("read_address", operands.random.below(addresses));
    sim.tick();
  }
  return { read: measuredUse(sim, uses), write: written };
}

function* emapValues(operands: LayerOperands, valueBits: 8 | 16 | 32): Generator<number> {
  const codes = operands.codesOf("emap", formatOfWidth[valueBits]);
  for (const pairs of gradients(operands)) for (const { emap } of pairs) yield codes[emap];
}

const halves = 32;
const steps = 40;

/** Loads of half tiles: nonzeros in the upper and in the lower rows of planes of the fmap, 16 planes to a step. */
export function driveProcrustesLoad(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  const { N, C, H } = operands.layer;
  const middle = Math.ceil(H / 2);
  for (let step = -1; step < steps; step++) {
    if (step === 0) sim.take();
    sim.set("clear", 1);
    sim.set("insert", 0);
    sim.tick();
    sim.set("clear", 0);
    sim.set("insert", 1);
    for (let half = 0; half < halves; half++) {
      const plane = operands.random.below(N * C);
      const [first, end] = half % 2 === 0 ? [0, middle] : [middle, H];
      const load = operands.nonzeros("fmap", Math.floor(plane / C), plane % C, first, end).length;
      sim.set("insert_index", half);
      sim.set("insert_load", load);
      sim.tick();
    }
  }
  return measuredUse(sim, steps * halves);
}
