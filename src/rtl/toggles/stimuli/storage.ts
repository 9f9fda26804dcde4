import type { GateSimulator } from "../gate-simulator.ts";
import type { LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse } from "./stimulus.ts";

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
