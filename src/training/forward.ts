import type { Values } from "../trace/trace.ts";
import { emapSize, type Layer } from "../workload/layer.ts";
import { forEachPosition, gatherPatch, patchSize } from "./patch.ts";

/**
 * FF: a layer's output [N][K][P][Q] before its activation, summed in float64, rounded to float32.
 * `fmap` is [N][C][H][W], `weights` [K][C/groups][R][S], `bias` [K].
 */
export function forward(layer: Layer, fmap: Values, weights: Values, bias?: Values): Float32Array {
  const { K, P, Q, groups } = layer;
  const output = new Float32Array(emapSize(layer));
  const patch = new Float64Array(patchSize(layer));
  const outputs = K / groups;
  forEachPosition(layer, (position) => {
    const [n, g, p, q] = position;
    gatherPatch(layer, fmap, position, patch);
    for (let k = g * outputs; k < (g + 1) * outputs; k++) {
      const row = k * patch.length;
      let sum = bias ? bias[k] : 0;
      for (let i = 0; i < patch.length; i++) sum += weights[row + i] * patch[i];
      output[((n * K + k) * P + p) * Q + q] = sum;
    }
  });
  return output;
}
