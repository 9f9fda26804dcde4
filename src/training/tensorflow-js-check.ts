import { seededRandom } from "../random.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { weightGradient } from "./weight-gradient.ts";

/**
 * How far sums may be off, by the bits of the backend's numbers. With 32, products may still have those of TF32, 1e-3; with 16,
 * as on the graphics of many telephones, 1e-2 is reached.
 */
const TOLERANCE = { 16: 1e-2, 32: 2e-3 } as const;
/** Of sums that cancel to nearly nothing, only rounding is left. */
const ROUNDING = 1e-6;

/**
 * Whether the maps of all uses of a kernel explain the framework's gradient of it, [K][C/groups][R][S]. A gradient is linear in
 * the emap, so the outputs of a group are added up first, each times a number drawn for it: that costs as much as one output, and a
 * difference anywhere shows but by an unlikely chance. `precision`: bits of the backend's numbers. Gives the largest difference relative to the largest sum, or
 * undefined where they agree.
 */
export function disagreement(
  uses: readonly Pick<LayerTrace, "layer" | "fmap" | "emap">[],
  framework: ArrayLike<number>,
  precision: 16 | 32,
): number | undefined {
  const [{ layer }] = uses;
  const { K, C, R, S, groups } = layer;
  const outputs = K / groups;
  const taps = (C / groups) * R * S;
  const random = seededRandom(1);
  const factors = Float64Array.from(
    { length: K },
    () => random.between(0.5, 1.5) * (random.below(2) === 0 ? 1 : -1),
  );
  const expected = new Float64Array(groups * taps);
  for (let k = 0; k < K; k++)
    for (let tap = 0; tap < taps; tap++)
      expected[Math.floor(k / outputs) * taps + tap] += factors[k] * framework[k * taps + tap];
  const actual = new Float64Array(groups * taps);
  let rounding = 0;
  for (const use of uses) {
    const emap = addedUp(use, factors);
    weightGradient({ layer: { ...use.layer, K: groups }, fmap: use.fmap, emap }).forEach((value, i) => {
      actual[i] += value;
    });
    rounding += (ROUNDING * largest(use.fmap) * sumOf(emap)) / groups;
  }
  const difference = largest(actual.map((value, i) => value - expected[i]));
  const scale = Math.max(largest(actual), largest(expected));
  return difference <= TOLERANCE[precision] * scale + rounding && Number.isFinite(difference)
    ? undefined
    : difference / scale;
}

/** The emap [N][K][P][Q] as [N][groups][P][Q]. */
function addedUp({ layer, emap }: Pick<LayerTrace, "layer" | "emap">, factors: Float64Array): Float64Array {
  const { N, K, P, Q, groups } = layer;
  const sums = new Float64Array(N * groups * P * Q);
  for (let n = 0; n < N; n++)
    for (let k = 0; k < K; k++) {
      const from = (n * K + k) * P * Q;
      const to = (n * groups + Math.floor((k * groups) / K)) * P * Q;
      for (let i = 0; i < P * Q; i++) sums[to + i] += factors[k] * emap[from + i];
    }
  return sums;
}

const largest = (values: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
};

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + Math.abs(value), 0);
