import type { Occupancy } from "../../trace/occupancy.ts";
import { type Output, pixelOf, type Slot, slotsOf, wantedSlots } from "./job.ts";

/** Pairs (position, wanted tap) with emap and fmap nonzero: the useful MACs. */
export function countValidPairs(occupancy: Occupancy): number {
  const { layer, emap } = occupancy;
  const { N, C, K, P, Q, R, S, groups } = layer;
  const channels = Array.from({ length: C / groups }, (_, c) => c);
  let pairs = 0;
  for (let k = 0; k < K; k++) {
    const group = Math.floor(k / (K / groups)) * (C / groups);
    const own = channels.map((c) => group + c);
    const slots = slotsOf(own, { r0: 0, r1: R, s0: 0, s1: S });
    const wanted = wantedSlots(occupancy, k, slots, true).map((i) => slots[i]);
    for (let n = 0; n < N; n++)
      for (let at = 0; at < P * Q; at++)
        if (emap[(n * K + k) * P * Q + at] !== 0)
          pairs += pairsAt(occupancy, { n, p: Math.floor(at / Q), q: at % Q }, wanted);
  }
  return pairs;
}

function pairsAt({ layer, fmap }: Occupancy, position: Output, slots: readonly Slot[]): number {
  let pairs = 0;
  for (const slot of slots) {
    const pixel = pixelOf(layer, position, slot);
    if (pixel !== undefined) pairs += fmap[pixel];
  }
  return pairs;
}
