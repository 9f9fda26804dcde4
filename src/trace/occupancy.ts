import type { Layer } from "../workload/layer.ts";
import { wholeWords } from "./bits.ts";
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

/** Words whose bytes can be added up before one of them overflows. */
const wordsAtOnce = 255;
/** Up to so many flags are sooner counted one by one. */
const fewFlags = 64;

/** Of flags that are 0 or 1: added up four at a time, in the bytes of a word. */
export function countOnes(flags: Uint8Array): number {
  const { start, words, end } = flags.length <= fewFlags ? noWords : wholeWords(flags);
  let ones = 0;
  for (let i = 0; i < start; i++) ones += flags[i];
  for (let i = end; i < flags.length; i++) ones += flags[i];
  for (let i = 0; i < words.length; ) {
    let bytes = 0;
    for (const next = Math.min(words.length, i + wordsAtOnce); i < next; i++) bytes = (bytes + words[i]) | 0;
    ones += (bytes & 255) + ((bytes >>> 8) & 255) + ((bytes >>> 16) & 255) + (bytes >>> 24);
  }
  return ones;
}

const noWords = { start: 0, words: new Uint32Array(0), end: 0 };

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
