import type { Activity } from "../events.ts";
import { requireObject } from "../input-error.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { checkValues, type Parameters, type ParameterValues } from "../parameter.ts";
import { checkOccupancy } from "../trace/check-layer-trace.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import { checkActivity } from "./check-activity.ts";
import type { Components } from "./components.ts";

/**
 * A machine that computes weight gradients, and perhaps the other phases of a step: data, and one function for each. They are
 * methods, so that a list can hold accelerators of other parameters side by side.
 */
export interface Accelerator<P extends Parameters = Parameters> {
  readonly title: string;
  /** where its description comes from, and how much of it is ours */
  readonly source: string;
  readonly parameters: P;
  /** what takes it neither time nor energy though it would take a machine that one builds some of it (assumed, D70); short sentences */
  readonly free: readonly string[];
  /** WG: one layer's weight gradient. */
  simulate(occupancy: Occupancy, parameters: ParameterValues<P>, kernel: Kernel): Activity;
  /** FF and BP; absent: it leaves the phase to another machine. Weights are zero where the mask is; the emap is BP's alone. */
  forward?(occupancy: Occupancy, parameters: ParameterValues<P>, kernel: Kernel): Activity;
  /** As `forward`: BP. */
  backward?(occupancy: Occupancy, parameters: ParameterValues<P>, kernel: Kernel): Activity;
  /** The number by which its array grows, at equal area for one; buffers, ports and DRAM stay as they are. */
  readonly grows: keyof P & string;
  /** What it is built of: the source of its energy and area. */
  components(parameters: ParameterValues<P>): Components;
  /** phases whose energy follows from LNPU's measurements: its `events.macs` are the products that LNPU makes */
  readonly pricedAsLnpu?: readonly Phase[];
}

/** One layer in one phase. `parameters` have been checked against their declarations. */
type Simulate<P extends Parameters = Parameters> = Accelerator<P>["simulate"];

/** What a machine does in a phase; undefined where it leaves the phase to another one (assumed, D21). */
export const simulatorOf = (
  { simulate, forward, backward }: Accelerator,
  phase: Phase,
): Simulate | undefined => ({ ff: forward, bp: backward, wg: simulate })[phase];

/** The phases that a machine computes, in the order FF, BP, WG. */
export const phasesOf = (accelerator: Accelerator): readonly Phase[] =>
  phaseNames.filter((phase) => simulatorOf(accelerator, phase));

/**
 * Declares a machine. Inside, its parameters' names and types follow from the declaration. From outside, its functions throw
 * `InputError` for arguments that are not what their types say, for a layer of more MAC-cycles than can be counted, and for
 * counts that cannot be.
 */
export function accelerator<const P extends Parameters>(definition: Accelerator<P>): Accelerator<P> {
  const { title, parameters } = definition;
  const checked =
    (work: Simulate<P>): Simulate<P> =>
    (occupancy, values, kernel) => {
      checkOccupancy(occupancy);
      checkValues("machine", parameters, values);
      requireObject("kernel", kernel, ["validPairs", "simulate"]);
      const activity = work.call(definition, occupancy, values, kernel);
      checkActivity(activity, title, occupancy.layer.name);
      return activity;
    };
  const { simulate, forward, backward } = definition;
  const machine: Accelerator<P> = {
    ...definition,
    simulate: checked(simulate),
    ...(forward && { forward: checked(forward) }),
    ...(backward && { backward: checked(backward) }),
    components(values) {
      checkValues("machine", parameters, values);
      return definition.components(values);
    },
  };
  declared.add(machine);
  return machine;
}

const declared = new WeakSet<object>();

/** Whether a value is what `accelerator` made. */
export const isDeclared = (value: object): boolean => declared.has(value);
