import type { Activity } from "../events.ts";
import { InputError, quoted, requireObject } from "../input-error.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { checkValues, type Parameters, type ParameterValues } from "../parameter.ts";
import { checkOccupancy } from "../trace/check-layer-trace.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import type { Components } from "./components.ts";

/** One layer in one phase. `parameters` have been checked against their declarations. */
type Simulate<P extends Parameters> = (
  occupancy: Occupancy,
  parameters: ParameterValues<P>,
  kernel: Kernel,
) => Activity;

/** A machine that computes weight gradients, and perhaps the other phases of a step: data, and one function for each. */
export interface Accelerator<P extends Parameters = Parameters> {
  readonly title: string;
  /** where its description comes from, and how much of it is ours */
  readonly source: string;
  readonly parameters: P;
  /** what takes it neither time nor energy though it would take a machine that one builds some of it; short sentences */
  readonly free: readonly string[];
  /** WG: one layer's weight gradient. */
  readonly simulate: Simulate<P>;
  /** FF and BP; absent: it leaves the phase to another machine. Weights are zero where the mask is; the emap is BP's alone. */
  readonly forward?: Simulate<P>;
  readonly backward?: Simulate<P>;
  /** The number by which its array grows, at equal area for one; buffers, ports and DRAM stay as they are. */
  readonly grows: keyof P & string;
  /** What it is built of: the source of its energy and area. */
  components(parameters: ParameterValues<P>): Components;
  /** phases whose energy follows from LNPU's measurements: its `events.macs` are the products that LNPU makes */
  readonly pricedAsLnpu?: readonly Phase[];
}

/** What a machine does in a phase; undefined where it leaves the phase to another one. */
export const simulatorOf = (
  { simulate, forward, backward }: Accelerator,
  phase: Phase,
): Simulate<Parameters> | undefined => ({ ff: forward, bp: backward, wg: simulate })[phase];

export const phasesOf = (accelerator: Accelerator): readonly Phase[] =>
  phaseNames.filter((phase) => simulatorOf(accelerator, phase));

/**
 * Declares a machine. Inside, its parameters' names and types follow from the declaration. From outside, its functions throw
 * `InputError` for arguments that are not what their types say, and for a layer of more PE-cycles than can be counted.
 */
export function accelerator<const P extends Parameters>(definition: Accelerator<P>): Accelerator {
  const machine = definition as unknown as Accelerator;
  const { parameters, simulate, forward, backward } = machine;
  const checked =
    (work: Simulate<Parameters>): Simulate<Parameters> =>
    (occupancy, values, kernel) => {
      checkOccupancy(occupancy);
      checkValues("machine", parameters, values);
      requireObject("kernel", kernel, ["validPairs", "simulate"]);
      return countable(work(occupancy, values, kernel), occupancy.layer.name);
    };
  return {
    ...machine,
    simulate: checked(simulate),
    ...(forward && { forward: checked(forward) }),
    ...(backward && { backward: checked(backward) }),
    components(values) {
      checkValues("machine", parameters, values);
      return machine.components(values);
    },
  };
}

/** Counts are exact as long as all of them are below 2^53. */
function countable(activity: Activity, layer: string): Activity {
  const peCycles = activity.cycles * activity.macs;
  if (peCycles <= Number.MAX_SAFE_INTEGER) return activity;
  throw new InputError(
    `layer ${quoted(layer)}: PEs x cycles must be below 2^53, are ${activity.macs} x ${activity.cycles}`,
  );
}
