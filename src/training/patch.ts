import type { Values } from "../trace/trace.ts";
import type { Layer } from "../workload/layer.ts";

/** Elements of one patch: C/groups x R x S. */
export const patchSize = ({ C, groups, R, S }: Layer): number => (C / groups) * R * S;

/**
 * Copies what one output position sees of a picture into `patch` [C/groups][R][S]; outside the picture it is 0.
 *
 *   patch[c,r,s] = fmap[n, g*(C/groups) + c, p*stride_y - top + r*dilation_y, q*stride_x - left + s*dilation_x]
 */
export function gatherPatch(layer: Layer, fmap: Values, [n, g, p, q]: Position, patch: Float64Array): void {
  const { C, H, W, R, S, groups, stride, padding, dilation } = layer;
  const channels = C / groups;
  const firstRow = p * stride[0] - padding[0];
  const firstColumn = q * stride[1] - padding[1];
  let to = 0;
  for (let c = 0; c < channels; c++) {
    const plane = (n * C + g * channels + c) * H * W;
    for (let r = 0; r < R; r++) {
      const y = firstRow + r * dilation[0];
      const row = plane + y * W;
      const inside = y >= 0 && y < H;
      for (let s = 0; s < S; s++) {
        const x = firstColumn + s * dilation[1];
        patch[to++] = inside && x >= 0 && x < W ? fmap[row + x] : 0;
      }
    }
  }
}

/** The reverse of `gatherPatch`: adds each element of `patch` to the place of `sums` [N][C][H][W] it came from. */
export function scatterPatch(
  layer: Layer,
  sums: Float64Array,
  [n, g, p, q]: Position,
  patch: Float64Array,
): void {
  const { C, H, W, R, S, groups, stride, padding, dilation } = layer;
  const channels = C / groups;
  const firstRow = p * stride[0] - padding[0];
  const firstColumn = q * stride[1] - padding[1];
  let from = 0;
  for (let c = 0; c < channels; c++) {
    const plane = (n * C + g * channels + c) * H * W;
    for (let r = 0; r < R; r++) {
      const y = firstRow + r * dilation[0];
      const row = plane + y * W;
      const inside = y >= 0 && y < H;
      for (let s = 0; s < S; s++, from++) {
        const x = firstColumn + s * dilation[1];
        if (inside && x >= 0 && x < W) sums[row + x] += patch[from];
      }
    }
  }
}

/** Image, group, output row, output column. */
export type Position = readonly [n: number, g: number, p: number, q: number];

/** Calls `visit` once for each output position of each group, in the order [n][g][p][q]. */
export function forEachPosition({ N, groups, P, Q }: Layer, visit: (position: Position) => void): void {
  for (let n = 0; n < N; n++)
    for (let g = 0; g < groups; g++)
      for (let p = 0; p < P; p++) for (let q = 0; q < Q; q++) visit([n, g, p, q]);
}
