import { accelerators } from "../src/accelerators/index.ts";
import type { Activity } from "../src/events.ts";
import { reference } from "../src/kernel/reference.ts";
import { withValues } from "../src/parameter.ts";
import type { Occupancy } from "../src/trace/occupancy.ts";

/** What a machine does with a layer, its parameters checked as they are from outside. */
export function runMachine(name: string, occupancy: Occupancy, given: object = {}): Activity {
  const { parameters, simulate } = accelerators[name];
  return simulate(occupancy, withValues(name, parameters, { ...given }), reference);
}
