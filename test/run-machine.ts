import { simulatorOf } from "../src/accelerators/accelerator.ts";
import { accelerators } from "../src/accelerators/index.ts";
import type { Activity } from "../src/events.ts";
import type { Kernel } from "../src/kernel/kernel.ts";
import { fast } from "../src/kernel/wasm.ts";
import { withValues } from "../src/parameter.ts";
import type { Occupancy } from "../src/trace/occupancy.ts";
import type { Phase } from "../src/workload/phase.ts";

/**
 * What a machine does with a layer in a phase that it computes, its parameters checked as they are from outside; with the fast
 * kernel, which `src/kernel/conformance.test.ts` holds to the reference.
 */
export function runMachine(
  name: string,
  occupancy: Occupancy,
  given: object = {},
  phase: Phase = "wg",
  kernel: Kernel = fast,
): Activity {
  const accelerator = accelerators[name];
  const simulate = simulatorOf(accelerator, phase);
  if (!simulate) throw new Error(`${name} does not compute ${phase}`);
  return simulate(occupancy, withValues(name, accelerator.parameters, { ...given }), kernel);
}
