import type { Activity } from "../events.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import type { Occupancy } from "../trace/occupancy.ts";

/** The seam to fast code: everything that takes long. Implementations agree integer for integer. */
export interface Kernel {
  readonly name: string;
  /** Pairs of a position and a wanted tap at which emap and fmap are both nonzero: the useful MACs. */
  validPairs(occupancy: Occupancy): number;
  /**
   * One layer's weight gradient on the SWG machine, exact to the cycle. `onProgress` is told of the share that is simulated,
   * 0 to 1, once the mapping is chosen.
   */
  swg(occupancy: Occupancy, parameters: SwgParameters, onProgress?: (share: number) => void): Activity;
}
