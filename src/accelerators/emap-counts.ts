import type { Occupancy } from "../trace/occupancy.ts";

/** Nonzeros of image n's emap over all k's of a group: how many at each position, [P][Q]. */
export function emapCounts({ layer, emap }: Occupancy, n: number, group: number): Uint32Array {
  const { K, groups } = layer;
  const plane = layer.P * layer.Q;
  const counts = new Uint32Array(plane);
  for (let k = (group * K) / groups; k < ((group + 1) * K) / groups; k++)
    for (let i = 0; i < plane; i++) counts[i] += emap[(n * K + k) * plane + i];
  return counts;
}
