import type { Values } from "../trace/trace.ts";
import type { Layer } from "../workload/layer.ts";

/** What the outputs of group g at one position (image n, row p, column q) see of the fmap, and the way back. */
export interface Patch {
  /** [C/groups][R][S], overwritten by each `gather`. */
  readonly values: Float64Array;
  /** Copies what `fmap` [N][C][H][W] shows here; outside the picture it is 0. */
  gather(fmap: Values): void;
  /** Adds each value to the element of `sums` [N][C][H][W] that `gather` would copy it from. */
  scatter(sums: Float64Array): void;
}

/**
 * Calls `visit` at each position of each group, in the order [groups][P][Q][N]. An `output` is the index of p,q in a
 * plane [P][Q].
 */
export function forEachPatch(
  layer: Layer,
  visit: (patch: Patch, g: number, n: number, output: number) => void,
): void {
  const { N, C, H, W, P, Q, R, S, groups } = layer;
  let image = 0;
  const sources = new Int32Array((C / groups) * R * S);
  const values = new Float64Array(sources.length);
  const patch: Patch = {
    values,
    gather(fmap) {
      for (let i = 0; i < values.length; i++) values[i] = sources[i] < 0 ? 0 : fmap[image + sources[i]];
    },
    scatter(sums) {
      for (let i = 0; i < values.length; i++) if (sources[i] >= 0) sums[image + sources[i]] += values[i];
    },
  };
  for (let g = 0; g < groups; g++)
    for (let p = 0; p < P; p++)
      for (let q = 0; q < Q; q++) {
        locate(layer, g, p, q, sources);
        for (let n = 0; n < N; n++) {
          image = n * C * H * W;
          visit(patch, g, n, p * Q + q);
        }
      }
}

/**
 * Where in an image [C][H][W] the patch [C/groups][R][S] of a place lies: flat indices, -1 outside the picture.
 *
 *   patch[c,r,s] = image[g*(C/groups) + c, p*stride_y - top + r*dilation_y, q*stride_x - left + s*dilation_x]
 */
function locate(layer: Layer, g: number, p: number, q: number, sources: Int32Array): void {
  const { C, H, W, R, S, groups, stride, padding, dilation } = layer;
  const channels = C / groups;
  let to = 0;
  for (let c = g * channels; c < (g + 1) * channels; c++)
    for (let r = 0; r < R; r++)
      for (let s = 0; s < S; s++) {
        const y = p * stride[0] - padding[0] + r * dilation[0];
        const x = q * stride[1] - padding[1] + s * dilation[1];
        sources[to++] = y >= 0 && y < H && x >= 0 && x < W ? (c * H + y) * W + x : -1;
      }
}

/**
 * The multiply-accumulate of all three phases: sums[to + i] += scale * values[from + i] for `count` elements.
 * A function of its own, of float64 arrays only, because V8 compiles such a loop a quarter faster.
 */
export function addScaled(
  sums: Float64Array,
  to: number,
  scale: number,
  values: Float64Array,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) sums[to + i] += scale * values[from + i];
}
