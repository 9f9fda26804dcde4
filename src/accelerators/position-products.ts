import type { Occupancy } from "../trace/occupancy.ts";
import { emapCounts } from "./emap-counts.ts";

/** What a layer takes one position at a time. */
export interface PositionWork {
  readonly mapping: string;
  readonly products: number;
  /** cycles of all PEs together, and of the position that takes longest */
  readonly peCycles: number;
  readonly longest: number;
  /** nonzeros of the emap that PEs read: each of a position for each vector of the fmap's */
  readonly emapValues: number;
}

/** A layer with R = S = 1, one position at a time: every channel meets every k of its group where the positions match. */
export function positionProducts(occupancy: Occupancy, fmapVector: number, emapVector: number): PositionWork {
  const { N, P, Q, groups } = occupancy.layer;
  let [products, peCycles, longest, emapValues] = [0, 0, 0, 0];
  const work = new Float64Array(P * Q);
  for (let n = 0; n < N; n++) {
    work.fill(0);
    for (let group = 0; group < groups; group++) {
      const inEmap = emapCounts(occupancy, n, group);
      const inFmap = fmapCounts(occupancy, n, group);
      for (let i = 0; i < P * Q; i++) {
        const vectors = Math.ceil(inFmap[i] / fmapVector);
        products += inFmap[i] * inEmap[i];
        emapValues += vectors * inEmap[i];
        work[i] += vectors * Math.ceil(inEmap[i] / emapVector);
      }
    }
    for (const cycles of work) {
      peCycles += cycles;
      longest = Math.max(longest, cycles);
    }
  }
  return { mapping: "channels x k's at one position after another", products, peCycles, longest, emapValues };
}

/** Nonzeros of image n's fmap over all channels of a group that the one tap joins with each position, [P][Q]. */
function fmapCounts({ layer, fmap }: Occupancy, n: number, group: number): Uint32Array {
  const { C, H, W, P, Q, stride, padding, groups } = layer;
  const counts = new Uint32Array(P * Q);
  for (let c = (group * C) / groups; c < ((group + 1) * C) / groups; c++)
    for (let i = 0; i < P * Q; i++) {
      const h = Math.floor(i / Q) * stride[0] - padding[0];
      const w = (i % Q) * stride[1] - padding[1];
      if (h >= 0 && h < H && w >= 0 && w < W) counts[i] += fmap[((n * C + c) * H + h) * W + w];
    }
  return counts;
}
