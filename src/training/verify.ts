import { coordinates } from "../trace/tensor-values.ts";
import type { LayerTrace, Values } from "../trace/trace.ts";
import { weightGradient } from "./weight-gradient.ts";

/** Rounding to float32 and another order of summation stay well within this. */
const TOLERANCE_F32 = 1e-4;
const TOLERANCE_F64 = 1e-9;

/** How far a gradient is from the one that is known to be right. */
export interface Comparison {
  readonly elements: number;
  /** Flat index of the largest difference. */
  readonly worst: number;
  /** That difference, relative to the largest magnitude in `expected`; absolute where all of it is zero. */
  readonly error: number;
}

/** Compares two gradients of one layer, element by element. A NaN anywhere is an infinite error. */
export function compareGradient(actual: Values, expected: Values): Comparison {
  if (actual.length !== expected.length)
    throw new Error(`gradients of ${actual.length} and ${expected.length} elements cannot be compared`);
  let largest = 0;
  let worst = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    const off = Math.abs(actual[i] - expected[i]);
    if (off <= difference) continue;
    worst = i;
    difference = Number.isNaN(off) ? Infinity : off;
  }
  return { elements: expected.length, worst, error: largest > 0 ? difference / largest : difference };
}

/** What checking one layer of a trace against the gradient that came with it found. */
export interface Verification {
  readonly name: string;
  readonly elements: number;
  /** [k, c, r, s] of the element that is furthest off. */
  readonly worstIndex: readonly number[];
  /** The largest difference, relative to the layer's largest magnitude; absolute where that is zero. */
  readonly error: number;
  /** The error allowed: 1e-4, and 1e-9 where the trace holds float64. */
  readonly tolerance: number;
  readonly ok: boolean;
}

/**
 * Checks a gradient, the reference's own where none is given, against the one in the trace.
 * Undefined where the trace has none: "no reference". A gradient that is all zero must be met exactly.
 */
export function verifyLayer(
  trace: LayerTrace,
  actual: Values = weightGradient(trace),
): Verification | undefined {
  const { layer, weightGradient: expected } = trace;
  if (!expected) return undefined;
  const { elements, worst, error } = compareGradient(actual, expected);
  const tolerance = expected instanceof Float64Array ? TOLERANCE_F64 : TOLERANCE_F32;
  const allZero = expected.every((value) => value === 0);
  return {
    name: layer.name,
    elements,
    worstIndex: coordinates(worst, [layer.K, layer.C / layer.groups, layer.R, layer.S]),
    error,
    tolerance,
    ok: allZero ? error === 0 : error <= tolerance,
  };
}
