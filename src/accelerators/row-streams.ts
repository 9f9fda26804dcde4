import type { Occupancy } from "../trace/occupancy.ts";
import type { Layer } from "../workload/layer.ts";

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
  /** of them, those of one streamed row */
  readonly width: number;
  /** k counts over all groups */
  ofK(k: number): Uint16Array;
  /** c counts over all groups */
  ofRow(c: number, r: number): Uint16Array;
}

/** The emap streams: vectors over (n, p, q), its nonzeros in one, what each meets in the fmap's row in the other. */
export function emapStreams({ layer, fmap, emap }: Occupancy): RowStreams {
  const { N, C, H, W, K, P, Q, stride, padding, dilation } = layer;
  const partners = columnsJoined(layer).ofQ;
  return {
    streamed: "emap",
    length: N * P * Q,
    width: Q,
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
          const row = ((n * C + c) * H + h) * W;
          if (h >= 0 && h < H) meet(vector, (n * P + p) * Q, fmap.subarray(row, row + W), partners);
        }
      return vector;
    },
  };
}

/** The fmap streams: vectors over (n, p, w), what each of its nonzeros meets in the emap's row p, and the nonzeros. */
export function fmapStreams({ layer, fmap, emap }: Occupancy): RowStreams {
  const { N, C, H, W, K, P, Q, stride, padding, dilation } = layer;
  const partners = columnsJoined(layer).ofW;
  return {
    streamed: "fmap",
    length: N * P * W,
    width: W,
    ofK(k) {
      const vector = new Uint16Array(N * P * W);
      for (let n = 0; n < N; n++)
        for (let p = 0; p < P; p++) {
          const row = ((n * K + k) * P + p) * Q;
          meet(vector, (n * P + p) * W, emap.subarray(row, row + Q), partners);
        }
      return vector;
    },
    ofRow(c, r) {
      const vector = new Uint16Array(N * P * W);
      for (let n = 0; n < N; n++)
        for (let p = 0; p < P; p++) {
          const h = p * stride[0] - padding[0] + r * dilation[0];
          const row = ((n * C + c) * H + h) * W;
          if (h >= 0 && h < H) vector.set(fmap.subarray(row, row + W), (n * P + p) * W);
        }
      return vector;
    },
  };
}

/** Which w each q is joined with by some tap, and which q each w. */
function columnsJoined({ W, Q, S, stride, padding, dilation }: Layer): { ofQ: number[][]; ofW: number[][] } {
  const ofQ = Array.from({ length: Q }, (): number[] => []);
  const ofW = Array.from({ length: W }, (): number[] => []);
  for (let q = 0; q < Q; q++)
    for (let s = 0; s < S; s++) {
      const w = q * stride[1] - padding[1] + s * dilation[1];
      if (w < 0 || w >= W) continue;
      ofQ[q].push(w);
      ofW[w].push(q);
    }
  return { ofQ, ofW };
}

/** Writes from `at` on what a nonzero of each column takes against the waiting `row`. */
function meet(vector: Uint16Array, at: number, row: Uint8Array, partners: readonly number[][]): void {
  if (!row.includes(1)) return;
  for (let i = 0; i < partners.length; i++) {
    const joined = partners[i];
    if (joined.length === 0) continue;
    let met = 0;
    for (let j = 0; j < joined.length; j++) met += row[joined[j]];
    vector[at + i] = met > 0 ? met : 1;
  }
}
