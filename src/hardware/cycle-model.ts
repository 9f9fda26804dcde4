import type { Activity } from "../events.ts";
import type { Parameters, ParameterValues } from "../parameter.ts";
import type { Occupancy } from "../trace/occupancy.ts";

/** A machine's account of one layer as a declared value, which a kernel runs. */
export interface CycleModel<P extends Parameters = Parameters> {
  /** for messages */
  readonly name: string;
  readonly parameters: P;
  /** The definition, plain and slow. `onProgress` is told of the share of the layer that is done, 0 to 1. */
  simulate(
    occupancy: Occupancy,
    parameters: ParameterValues<P>,
    onProgress?: (share: number) => void,
  ): Activity;
  /** The same account, integer for integer, sooner: for a model of which the fast kernel knows no more than this. */
  simulateFast?(
    occupancy: Occupancy,
    parameters: ParameterValues<P>,
    onProgress?: (share: number) => void,
  ): Activity;
}
