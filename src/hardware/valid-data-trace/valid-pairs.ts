import type { Occupancy } from "../../trace/occupancy.ts";
import { pixelOf, type Slot, wantedSlots } from "./job.ts";

/** Pairs (position, wanted tap) with emap and fmap nonzero: the useful MACs. */
export function countValidPairs(occupancy: Occupancy): number {
  const { layer, fmap, emap } = occupancy;
  const { N, C, K, P, Q, R, S, groups } = layer;
  const channels = Array.from({ length: C / groups }, (_, c) => c);
  const pairsAt = (n: number, at: number, slots: readonly Slot[]): number => {
    const position = { n, p: Math.floor(at / Q), q0: at % Q, columns: 1, step: 1 };
    const pixels = slots.map((slot) => pixelOf(layer, position, 0, slot));
    return pixels.reduce((sum: number, pixel) => sum + (pixel === undefined ? 0 : fmap[pixel]), 0);
  };
  let pairs = 0;
  for (let k = 0; k < K; k++) {
    const group = Math.floor(k / (K / groups)) * (C / groups);
    const own = channels.map((c) => group + c);
    const slots = wantedSlots(occupancy, k, own, { r0: 0, r1: R, s0: 0, s1: S }, true);
    for (let n = 0; n < N; n++)
      for (let at = 0; at < P * Q; at++)
        if (emap[(n * K + k) * P * Q + at] !== 0) pairs += pairsAt(n, at, slots);
  }
  return pairs;
}
