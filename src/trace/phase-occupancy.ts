import type { Phase } from "../workload/phase.ts";
import type { Occupancy } from "./occupancy.ts";

/**
 * All three phases run over the same (position, tap, k). Useful in FF are those with a nonzero of the fmap and a weight
 * that the mask keeps: WG's valid pairs if no value of the emap were zero. BP likewise.
 */
export function phaseOccupancy(occupancy: Occupancy, phase: Phase): Occupancy {
  if (phase === "wg") return occupancy;
  const { layer, fmap, emap, mask } = occupancy;
  const full = ({ length }: Uint8Array) => new Uint8Array(length).fill(1);
  const maps = phase === "ff" ? { fmap, emap: full(emap) } : { fmap: full(fmap), emap };
  return { layer, ...maps, ...(mask && { mask }) };
}
