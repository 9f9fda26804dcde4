import type { GateSimulator } from "../gate-simulator.ts";
import type { LayerOperands } from "../operands.ts";

/** What was switched in so many uses of a block. */
export interface MeasuredUse {
  readonly uses: number;
  readonly logic: number;
  readonly flipFlops: number;
  readonly clocked: number;
}

/** Puts a layer's operands through a block and gives what its uses switched; a name for each kind of use. */
export type Stimulus<Use extends string = string> = (
  sim: GateSimulator,
  operands: LayerOperands,
) => Readonly<Record<Use, MeasuredUse>>;

/** What switched since the last time that it was asked. */
export const measuredUse = (sim: GateSimulator, uses: number): MeasuredUse => {
  const { logic, flipFlops, clocked } = sim.take();
  return { uses, logic, flipFlops, clocked };
};

/** One cycle in reset. */
export function reset(sim: GateSimulator): void {
  sim.set("reset", 1);
  sim.tick();
  sim.set("reset", 0);
}
