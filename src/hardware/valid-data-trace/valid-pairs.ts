import type { Occupancy } from "../../trace/occupancy.ts";
import { pixelOf, wantedSlots } from "./job.ts";

/** Pairs (position, wanted tap) with emap and fmap nonzero: the useful MACs. */
export function countValidPairs(occupancy: Occupancy): number {
  const { layer, fmap, emap } = occupancy;
  const { N, C, K, P, Q, R, S, groups } = layer;
  const channels = Array.from({ length: C / groups }, (_, c) => c);
  let pairs = 0;
  for (let k = 0; k < K; k++) {
    const group = Math.floor(k / (K / groups)) * (C / groups);
    const own = channels.map((c) => group + c);
    const slots = wantedSlots(occupancy, k, own, { r0: 0, r1: R, s0: 0, s1: S }, true);
    for (let n = 0; n < N; n++)
      for (let at = 0; at < P * Q; at++) {
        if (emap[(n * K + k) * P * Q + at] === 0) continue;
        const position = { n, p: Math.floor(at / Q), q0: at % Q, columns: 1, step: 1 };
        for (const slot of slots) {
          const pixel = pixelOf(layer, position, 0, slot);
          if (pixel !== undefined) pairs += fmap[pixel];
        }
      }
  }
  return pairs;
}
