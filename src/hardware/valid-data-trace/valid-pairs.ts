import type { Occupancy } from "../../trace/occupancy.ts";
import { cutIntoChunks } from "../dataflow/geometry.ts";
import { countPairs, emapVector, fmapVector } from "./valid-data-trace.ts";

/** Pairs (position, wanted tap) with emap and fmap nonzero, counted over whole images: the useful MACs. */
export function countValidPairs(occupancy: Occupancy): number {
  const { C, K, P, Q, R, S } = occupancy.layer;
  let pairs = 0;
  for (const image of cutIntoChunks(occupancy.layer, { bandRows: P, bandColumns: Q })) {
    const emaps = Array.from({ length: K }, (_, k) => emapVector(occupancy, image, k, true));
    for (let c = 0; c < C; c++)
      for (let tap = 0; tap < R * S; tap++) {
        const fmap = fmapVector(occupancy, image, [c, Math.floor(tap / S), tap % S], true);
        for (const k of ksThatWant(occupancy, c, tap)) pairs += countPairs(emaps[k], fmap);
      }
  }
  return pairs;
}

/** The k's of a channel's group that want its gradient of a tap. */
function ksThatWant({ layer, mask }: Occupancy, c: number, tap: number): number[] {
  const channels = layer.C / layer.groups;
  const ksOfGroup = layer.K / layer.groups;
  const first = Math.floor(c / channels) * ksOfGroup;
  const ks = Array.from({ length: ksOfGroup }, (_, i) => first + i);
  if (!mask) return ks;
  return ks.filter((k) => mask[(k * channels + (c % channels)) * layer.R * layer.S + tap]);
}
