import type { Occupancy } from "../../trace/occupancy.ts";
import { cutIntoChunks } from "../dataflow/geometry.ts";
import { countPairs, emapVector, fmapVector } from "./valid-data-trace.ts";

/** Pairs (position, wanted tap) with emap and fmap nonzero, counted over whole images: the useful MACs. */
export function countValidPairs(occupancy: Occupancy): number {
  const { C, K, P, Q, R, S, groups } = occupancy.layer;
  const { mask } = occupancy;
  const channels = C / groups;
  const ksOfGroup = K / groups;
  let pairs = 0;
  for (const image of cutIntoChunks(occupancy.layer, { bandRows: P, bandColumns: Q })) {
    const emaps = Array.from({ length: K }, (_, k) => emapVector(occupancy, image, k, true));
    for (let c = 0; c < C; c++)
      for (let tap = 0; tap < R * S; tap++) {
        const fmap = fmapVector(occupancy, image, [c, Math.floor(tap / S), tap % S], true);
        const group = Math.floor(c / channels);
        for (let k = group * ksOfGroup; k < (group + 1) * ksOfGroup; k++)
          if (!mask || mask[(k * channels + (c % channels)) * R * S + tap])
            pairs += countPairs(emaps[k], fmap);
      }
  }
  return pairs;
}
