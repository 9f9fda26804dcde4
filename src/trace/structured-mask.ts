import { type Random, seededRandom } from "../random.ts";
import { gradientSize, type Layer } from "../workload/layer.ts";
import type { StructuredMask } from "../workload/structured-mask.ts";

/**
 * A mask [K][C/groups][R][S] that keeps `kept` of each `of` neighbouring channels at one k and tap, each choice as likely
 * (assumed, D82). Where channels do not divide, the last few keep `kept` of them at most; so a layer with one channel in a
 * group keeps all.
 */
export function structuredMask(
  layer: Layer,
  { kept, of }: StructuredMask,
  seed: number,
): Uint8Array<ArrayBuffer> {
  const { K, C, R, S, groups } = layer;
  const channels = C / groups;
  const taps = R * S;
  const random = seededRandom(seed);
  const mask = new Uint8Array(gradientSize(layer));
  for (let row = 0; row < K * taps; row++) {
    const start = Math.floor(row / taps) * channels * taps + (row % taps);
    for (let first = 0; first < channels; first += of)
      for (const i of chosen(kept, Math.min(of, channels - first), random))
        mask[start + (first + i) * taps] = 1;
  }
  return mask;
}

/** `count` of the numbers below `of`, or all of them, in order: each has the chance of the places left over the numbers left. */
function* chosen(count: number, of: number, random: Random): Generator<number> {
  let left = Math.min(count, of);
  for (let i = 0; left > 0; i++)
    if (random.below(of - i) < left) {
      yield i;
      left--;
    }
}
