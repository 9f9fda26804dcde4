import type { Values } from "../trace/trace.ts";
import { emapSize, type Layer } from "../workload/layer.ts";
import { addScaled, forEachPatch } from "./patch.ts";

/**
 * FF: a layer's output [N][K][P][Q] before its activation, summed in float64, rounded to float32.
 * `fmap` is [N][C][H][W], `weights` [K][C/groups][R][S], `bias` [K].
 */
export function forward(layer: Layer, fmap: Values, weights: Values, bias?: Values): Float32Array {
  const { K, P, Q, groups } = layer;
  const outputs = K / groups;
  const columns = outputsLast(layer, weights);
  const sums = new Float64Array(outputs);
  const result = new Float32Array(emapSize(layer));
  forEachPatch(layer, (patch, g, n, output) => {
    const taps = patch.values.length;
    patch.gather(fmap);
    for (let k = 0; k < outputs; k++) sums[k] = bias ? bias[g * outputs + k] : 0;
    for (let i = 0; i < taps; i++) {
      const value = patch.values[i];
      if (value !== 0) addScaled(sums, 0, value, columns, (g * taps + i) * outputs, outputs);
    }
    for (let k = 0; k < outputs; k++) result[(n * K + g * outputs + k) * P * Q + output] = sums[k];
  });
  return result;
}

/** The weights as [groups][C/groups][R][S][K/groups], so that a zero of the fmap skips a whole column. */
function outputsLast({ C, K, R, S, groups }: Layer, weights: Values): Float64Array {
  const outputs = K / groups;
  const taps = (C / groups) * R * S;
  const turned = new Float64Array(K * taps);
  for (let k = 0; k < K; k++) {
    const group = Math.floor(k / outputs);
    for (let i = 0; i < taps; i++)
      turned[(group * taps + i) * outputs + (k % outputs)] = weights[k * taps + i];
  }
  return turned;
}
