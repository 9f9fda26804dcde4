import type { Phase } from "../workload/phase.ts";
import type { Occupancy } from "./occupancy.ts";

/**
 * All three phases run over the same (position, tap, k). Useful in FF are those with a nonzero of the fmap and a weight
 * that the mask keeps: WG's valid pairs if no value of the emap were zero. BP likewise. Asked again for the same layer, it is
 * the same object: several machines ask, and a run then knows that it has counted it.
 */
export function phaseOccupancy(occupancy: Occupancy, phase: Phase): Occupancy {
  if (phase === "wg") return occupancy;
  const found = known.get(occupancy) ?? withoutZerosOfOne(occupancy);
  known.set(occupancy, found);
  return found[phase];
}

const known = new WeakMap<Occupancy, Readonly<Record<"ff" | "bp", Occupancy>>>();

/** The full maps share their memory. */
function withoutZerosOfOne(occupancy: Occupancy) {
  const { fmap, emap } = occupancy;
  const ones = new Uint8Array(Math.max(fmap.length, emap.length)).fill(1);
  return {
    ff: { ...occupancy, emap: ones.subarray(0, emap.length) },
    bp: { ...occupancy, fmap: ones.subarray(0, fmap.length) },
  };
}
