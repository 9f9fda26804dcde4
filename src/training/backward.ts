import type { Values } from "../trace/trace.ts";
import { fmapSize, type Layer } from "../workload/layer.ts";
import { addScaled, forEachPatch } from "./patch.ts";

/**
 * BP: the gradient of the loss with respect to a layer's input, [N][C][H][W], summed in float64, rounded to
 * float32. `emap` is [N][K][P][Q], the same with respect to its output; `weights` is [K][C/groups][R][S].
 */
export function backward(layer: Layer, emap: Values, weights: Values): Float32Array {
  const { K, P, Q, groups } = layer;
  const outputs = K / groups;
  const rows = new Float64Array(weights);
  const sums = new Float64Array(fmapSize(layer));
  forEachPatch(layer, (patch, g, n, output) => {
    const taps = patch.values.length;
    let touched = false;
    for (let k = g * outputs; k < (g + 1) * outputs; k++) {
      const error = emap[(n * K + k) * P * Q + output];
      if (error === 0) continue;
      if (!touched) patch.values.fill(0);
      touched = true;
      addScaled(patch.values, 0, error, rows, k * taps, taps);
    }
    if (touched) patch.scatter(sums);
  });
  return new Float32Array(sums);
}
