import type { Activity } from "../events.ts";
import type { CycleModel } from "../hardware/cycle-model.ts";
import type { Parameters, ParameterValues } from "../parameter.ts";
import type { Occupancy } from "../trace/occupancy.ts";

/** The seam to fast code: everything that takes long. Implementations agree integer for integer. */
export interface Kernel {
  readonly name: string;
  /** Pairs of a position and a wanted tap at which emap and fmap are both nonzero: the useful MACs. */
  validPairs(occupancy: Occupancy): number;
  /** One layer as `model` defines it. `onProgress` is told now and then of the share that is simulated, 0 to 1. */
  simulate<P extends Parameters>(
    model: CycleModel<P>,
    occupancy: Occupancy,
    parameters: ParameterValues<P>,
    onProgress?: (share: number) => void,
  ): Activity;
}
