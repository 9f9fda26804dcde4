import type { Values } from "../trace/trace.ts";
import { emapSize, gradientSize, type Layer } from "../workload/layer.ts";
import { forEachPosition, gatherPatch, patchSize } from "./patch.ts";

/**
 * FF: a layer's output [N][K][P][Q] before its activation, summed in float64, rounded to float32.
 * `fmap` is [N][C][H][W], `weights` [K][C/groups][R][S], `bias` [K].
 */
export function forward(layer: Layer, fmap: Values, weights: Values, bias?: Values): Float32Array {
  const { K, P, Q, groups } = layer;
  const output = new Float32Array(emapSize(layer));
  const patch = new Float64Array(patchSize(layer));
  const columns = outputsLast(layer, weights);
  const outputs = K / groups;
  const sums = new Float64Array(outputs);
  forEachPosition(layer, (position) => {
    const [n, g, p, q] = position;
    gatherPatch(layer, fmap, position, patch);
    for (let k = 0; k < outputs; k++) sums[k] = bias ? bias[g * outputs + k] : 0;
    for (let i = 0; i < patch.length; i++) {
      const value = patch[i];
      if (value === 0) continue;
      const column = (g * patch.length + i) * outputs;
      for (let k = 0; k < outputs; k++) sums[k] += value * columns[column + k];
    }
    for (let k = 0; k < outputs; k++) output[((n * K + g * outputs + k) * P + p) * Q + q] = sums[k];
  });
  return output;
}

/** The weights as [groups][C/groups][R][S][K/groups], so that a zero of the fmap skips a whole column. */
function outputsLast(layer: Layer, weights: Values): Float64Array {
  const outputs = layer.K / layer.groups;
  const taps = patchSize(layer);
  const turned = new Float64Array(gradientSize(layer));
  for (let k = 0; k < layer.K; k++) {
    const group = Math.floor(k / outputs);
    for (let i = 0; i < taps; i++)
      turned[(group * taps + i) * outputs + (k % outputs)] = weights[k * taps + i];
  }
  return turned;
}
