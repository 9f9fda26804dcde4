import type { Occupancy } from "../trace/occupancy.ts";

/**
 * All row pairs of a layer's weight gradient, as one vector for each k and one for each (c, r). The element-wise product
 * of two of them, summed, is the cycles that one PE takes for row (k, c, r) of the gradient over all images: a streamed
 * nonzero takes as many as there are nonzeros of the other row that a tap joins it with, at least one; nothing where the
 * other row is empty, or where no tap can join it with anything.
 */
export interface RowStreams {
  readonly streamed: "fmap" | "emap";
  /** numbers in a vector */
  readonly length: number;
  /** k counts over all groups */
  ofK(k: number): Uint16Array;
  /** c counts over all groups */
  ofRow(c: number, r: number): Uint16Array;
}

/** The emap streams: vectors over (n, p, q), its nonzeros in one, what each meets in the fmap's row in the other. */
export function emapStreams({ layer, fmap, emap }: Occupancy): RowStreams {
  const { N, C, H, W, K, P, Q, S, stride, padding, dilation } = layer;
  return {
    ...{ streamed: "emap", length: N * P * Q },
    ofK(k) {
      const vector = new Uint16Array(N * P * Q);
      for (let n = 0; n < N; n++)
        vector.set(emap.subarray((n * K + k) * P * Q, (n * K + k + 1) * P * Q), n * P * Q);
      return vector;
    },
    ofRow(c, r) {
      const vector = new Uint16Array(N * P * Q);
      for (let n = 0; n < N; n++)
        for (let p = 0; p < P; p++) {
          const h = p * stride[0] - padding[0] + r * dilation[0];
          if (h < 0 || h >= H) continue;
          const start = ((n * C + c) * H + h) * W;
          const row = fmap.subarray(start, start + W);
          if (!row.includes(1)) continue;
          for (let q = 0; q < Q; q++) {
            let [met, within] = [0, false];
            for (let s = 0; s < S; s++) {
              const w = q * stride[1] - padding[1] + s * dilation[1];
              if (w < 0 || w >= W) continue;
              within = true;
              met += row[w];
            }
            if (within) vector[(n * P + p) * Q + q] = Math.max(1, met);
          }
        }
      return vector;
    },
  };
}

/** The fmap streams: vectors over (n, p, w), what each of its nonzeros meets in the emap's row p, and the nonzeros. */
export function fmapStreams({ layer, fmap, emap }: Occupancy): RowStreams {
  const { N, C, H, W, K, P, Q, S, stride, padding, dilation } = layer;
  return {
    ...{ streamed: "fmap", length: N * P * W },
    ofK(k) {
      const vector = new Uint16Array(N * P * W);
      for (let n = 0; n < N; n++)
        for (let p = 0; p < P; p++) {
          const start = ((n * K + k) * P + p) * Q;
          const row = emap.subarray(start, start + Q);
          if (!row.includes(1)) continue;
          for (let w = 0; w < W; w++) {
            let [met, within] = [0, false];
            for (let s = 0; s < S; s++) {
              const q = (w + padding[1] - s * dilation[1]) / stride[1];
              if (q < 0 || q >= Q || !Number.isInteger(q)) continue;
              within = true;
              met += row[q];
            }
            if (within) vector[(n * P + p) * W + w] = Math.max(1, met);
          }
        }
      return vector;
    },
    ofRow(c, r) {
      const vector = new Uint16Array(N * P * W);
      for (let n = 0; n < N; n++)
        for (let p = 0; p < P; p++) {
          const h = p * stride[0] - padding[0] + r * dilation[0];
          const start = ((n * C + c) * H + h) * W;
          if (h >= 0 && h < H) vector.set(fmap.subarray(start, start + W), (n * P + p) * W);
        }
      return vector;
    },
  };
}
