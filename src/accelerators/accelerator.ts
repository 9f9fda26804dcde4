import type { Activity } from "../events.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Parameters, ParameterValues } from "../parameter.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import type { Components } from "./components.ts";

/** A machine that computes weight gradients: data, and one function. */
export interface Accelerator<P extends Parameters = Parameters> {
  readonly title: string;
  /** where its description comes from, and how much of it is ours */
  readonly source: string;
  readonly parameters: P;
  /** One layer's weight gradient. `parameters` have been checked against their declarations. */
  simulate(occupancy: Occupancy, parameters: ParameterValues<P>, kernel: Kernel): Activity;
  /** What it is built of: the source of its energy and area. */
  components(parameters: ParameterValues<P>): Components;
}

/** Declares a machine. Inside, its parameters' names and types follow from the declaration. */
export const accelerator = <const P extends Parameters>(definition: Accelerator<P>): Accelerator =>
  definition as unknown as Accelerator;
