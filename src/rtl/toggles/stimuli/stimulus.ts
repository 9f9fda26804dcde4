import type { GateSimulator } from "../gate-simulator.ts";

/** What was switched in so many uses of a block. */
export interface MeasuredUse {
  readonly uses: number;
  readonly logic: number;
  readonly flipFlops: number;
  readonly clocked: number;
}

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
