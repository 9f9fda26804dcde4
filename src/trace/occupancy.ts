import type { Layer } from "../workload/layer.ts";
import { checkLayerTrace } from "./check-layer-trace.ts";
import type { Coverage } from "./coverage.ts";
import type { LayerTrace, TraceLabels, Values } from "./trace.ts";

/** Where a layer's tensors are not zero: all that cycles depend on. One byte an element, 0 or 1. */
export interface Occupancy {
  readonly layer: Layer;
  /** [N][C][H][W] */
  readonly fmap: Uint8Array;
  /** [N][K][P][Q] */
  readonly emap: Uint8Array;
  /** [K][C/groups][R][S], 1 = wanted; absent: all are. */
  readonly mask?: Uint8Array;
}

/** Sets `flags` from `from` on to 1 where a value is not zero. -0.0 is a zero; subnormals are not. */
export function markNonzeros(values: Values, flags: Uint8Array, from = 0): Uint8Array {
  for (let i = 0; i < values.length; i++) flags[from + i] = values[i] === 0 ? 0 : 1;
  return flags;
}

const nonzeros = (values: Values): Uint8Array => markNonzeros(values, new Uint8Array(values.length));

/** The same for a trace that comes from outside. Throws `InputError` for what is no layer with its tensors. */
export function checkedOccupancy(trace: LayerTrace): Occupancy {
  checkLayerTrace(trace);
  return occupancy(trace);
}

export function occupancy({ layer, fmap, emap, mask }: LayerTrace): Occupancy {
  return { layer, fmap: nonzeros(fmap), emap: nonzeros(emap), ...(mask ? { mask } : {}) };
}

/** The same layer, without a mask that wants everything: that is none (D16). */
export const withoutFullMask = (occupied: Occupancy): Occupancy =>
  occupied.mask === undefined || occupied.mask.includes(0)
    ? occupied
    : { layer: occupied.layer, fmap: occupied.fmap, emap: occupied.emap };

export function countOnes(flags: Uint8Array): number {
  let ones = 0;
  for (let i = 0; i < flags.length; i++) ones += flags[i];
  return ones;
}

/** A training step as cycles see it, layer by layer: a captured one, or a made-up one. */
export interface OccupancySource {
  /** Where it came from, for messages. */
  readonly source: string;
  readonly labels: TraceLabels;
  readonly layers: readonly Layer[];
  /** absent: nothing is known to be left out */
  readonly coverage?: Coverage;
  /** Throws `InputError` for a layer that is not there, or not what it should be. */
  occupancy(name: string): Occupancy;
}
