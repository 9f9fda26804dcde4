import { checkLayerTrace } from "../trace/check-layer-trace.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { gradientSize } from "../workload/layer.ts";
import { addScaled, forEachPatch } from "./patch.ts";

/**
 * WG: the gradient of the loss with respect to a layer's weights, [K][C/groups][R][S], summed in float64.
 *
 *   G[k,c,r,s] = M[k,c,r,s] * sum over n,p,q of E[n,k,p,q] * (what image n shows k's group at p,q)[c,r,s]
 *
 * This is the reference that every machine's values are checked against. Throws `InputError` for what is no layer with its
 * tensors.
 */
export function weightGradient(trace: Pick<LayerTrace, "layer" | "fmap" | "emap" | "mask">): Float64Array {
  checkLayerTrace(trace);
  const { layer, fmap, emap, mask } = trace;
  const { K, P, Q, groups } = layer;
  const outputs = K / groups;
  const gradient = new Float64Array(gradientSize(layer));
  forEachPatch(layer, (patch, g, n, output) => {
    const taps = patch.values.length;
    let gathered = false;
    for (let k = g * outputs; k < (g + 1) * outputs; k++) {
      const error = emap[(n * K + k) * P * Q + output];
      if (error === 0) continue;
      if (!gathered) patch.gather(fmap);
      gathered = true;
      addScaled(gradient, k * taps, error, patch.values, 0, taps);
    }
  });
  if (mask) for (let i = 0; i < gradient.length; i++) if (mask[i] === 0) gradient[i] = 0;
  return gradient;
}

/** The gradient of the loss with respect to a layer's biases, [K]: the sum of each output channel's errors. */
export function biasGradient({ layer: { K, P, Q }, emap }: Pick<LayerTrace, "layer" | "emap">): Float64Array {
  const gradient = new Float64Array(K);
  for (let i = 0; i < emap.length; i++) gradient[Math.floor(i / (P * Q)) % K] += emap[i];
  return gradient;
}
