import type { Occupancy } from "../../trace/occupancy.ts";
import type { Layer } from "../../workload/layer.ts";

/**
 * [C] the pairs of fmap and emap values, both nonzero, that the k's of its group make with each fmap channel where every
 * gradient is wanted: how channels are dealt. Sums over pixels: the nonzero ones, each times the emap nonzeros that it meets.
 */
export function channelLoads({ layer, fmap, emap }: Occupancy): Float64Array {
  const { N, C, H, W, groups } = layer;
  const loads = new Float64Array(C);
  const pixels = H * W;
  const groupChannels = C / groups;
  for (let n = 0; n < N; n++)
    for (let group = 0; group < groups; group++) {
      const met = metNonzeros(layer, positionNonzeros(layer, emap, n, group));
      for (let c = group * groupChannels; c < (group + 1) * groupChannels; c++) {
        const from = (n * C + c) * pixels;
        for (let i = 0; i < pixels; i++) if (fmap[from + i]) loads[c] += met[i];
      }
    }
  return loads;
}

/** [P][Q] nonzeros of an image's emap at each position, in all k's of a group. */
function positionNonzeros(
  { K, P, Q, groups }: Layer,
  emap: Uint8Array,
  n: number,
  group: number,
): Int32Array {
  const nonzeros = new Int32Array(P * Q);
  const groupKs = K / groups;
  let at = (n * K + group * groupKs) * P * Q;
  for (let k = 0; k < groupKs; k++) for (let i = 0; i < nonzeros.length; i++) nonzeros[i] += emap[at++];
  return nonzeros;
}

/** [H][W] the same, summed over the positions and taps that meet a pixel. */
function metNonzeros(layer: Layer, nonzeros: Int32Array): Float64Array {
  const { R, S } = layer;
  const met = new Float64Array(layer.H * layer.W);
  for (let r = 0; r < R; r++) for (let s = 0; s < S; s++) addTap(layer, r, s, nonzeros, met);
  return met;
}

function addTap(layer: Layer, r: number, s: number, nonzeros: Int32Array, met: Float64Array): void {
  const { H, W, P, Q, stride, padding, dilation } = layer;
  for (let p = 0; p < P; p++) {
    const y = p * stride[0] - padding[0] + r * dilation[0];
    if (y < 0 || y >= H) continue;
    for (let q = 0; q < Q; q++) {
      const x = q * stride[1] - padding[1] + s * dilation[1];
      if (x >= 0 && x < W) met[y * W + x] += nonzeros[p * Q + q];
    }
  }
}
