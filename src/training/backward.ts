import type { Values } from "../trace/trace.ts";
import { fmapSize, type Layer } from "../workload/layer.ts";
import { forEachPosition, patchSize, scatterPatch } from "./patch.ts";

/**
 * BP: the gradient of the loss with respect to a layer's input, [N][C][H][W], summed in float64, rounded to
 * float32. `emap` is [N][K][P][Q], the same with respect to its output; `weights` is [K][C/groups][R][S].
 */
export function backward(layer: Layer, emap: Values, weights: Values): Float32Array {
  const { K, P, Q, groups } = layer;
  const sums = new Float64Array(fmapSize(layer));
  const patch = new Float64Array(patchSize(layer));
  const outputs = K / groups;
  forEachPosition(layer, (position) => {
    const [n, g, p, q] = position;
    let touched = false;
    for (let k = g * outputs; k < (g + 1) * outputs; k++) {
      const error = emap[((n * K + k) * P + p) * Q + q];
      if (error === 0) continue;
      if (!touched) patch.fill(0);
      touched = true;
      const row = k * patch.length;
      for (let i = 0; i < patch.length; i++) patch[i] += error * weights[row + i];
    }
    if (touched) scatterPatch(layer, sums, position, patch);
  });
  return new Float32Array(sums);
}
