import { InputError, isRecord, quoted } from "../input-error.ts";
import { emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import { layerProblem } from "../workload/layer-rules.ts";
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

/** A map is worked on with a byte for each element. */
const mostElements = 2 ** 31;

/** Throws `InputError` for what is no layer with its maps. */
export function checkOccupancy(value: Occupancy): void {
  if (!isRecord(value)) throw new InputError(`occupancy must be an object, is ${quoted(value)}`);
  const problem = layerProblem(value.layer) ?? mapsProblem(value);
  if (problem === undefined) return;
  const name =
    isRecord(value.layer) && typeof value.layer.name === "string" ? ` ${quoted(value.layer.name)}` : "";
  throw new InputError(`layer${name}: ${problem}`);
}

function mapsProblem({ layer, fmap, emap, mask }: Occupancy): string | undefined {
  return (
    flagsProblem("fmap", fmap, fmapSize(layer)) ??
    flagsProblem("emap", emap, emapSize(layer)) ??
    (mask === undefined ? undefined : flagsProblem("mask", mask, gradientSize(layer)))
  );
}

function flagsProblem(what: string, flags: unknown, size: number): string | undefined {
  if (!(flags instanceof Uint8Array)) return `${what} must be a Uint8Array, is ${quoted(flags)}`;
  if (size > mostElements) return `${what} must have ${mostElements} elements at most, has ${size}`;
  if (flags.length !== size) return `${what} must have ${size} elements, has ${flags.length}`;
  const other = otherThanFlag(flags);
  return other < 0 ? undefined : `${what} must be 0 or 1, is ${flags[other]} at ${other}`;
}

/** Where a value stands that is neither 0 nor 1; -1: nowhere. */
function otherThanFlag(flags: Uint8Array): number {
  const start = Math.min(flags.length, (4 - (flags.byteOffset % 4)) % 4);
  const words = new Uint32Array(flags.buffer, flags.byteOffset + start, (flags.length - start) >> 2);
  let bits = 0;
  for (let i = 0; i < words.length; i++) bits |= words[i];
  for (let i = 0; i < start; i++) bits |= flags[i];
  for (let i = start + 4 * words.length; i < flags.length; i++) bits |= flags[i];
  return (bits & 0xfefefefe) === 0 ? -1 : flags.findIndex((flag) => flag > 1);
}

/** Sets `flags` from `from` on to 1 where a value is not zero. -0.0 is a zero; subnormals are not. */
export function markNonzeros(values: Values, flags: Uint8Array, from = 0): Uint8Array {
  for (let i = 0; i < values.length; i++) flags[from + i] = values[i] === 0 ? 0 : 1;
  return flags;
}

const nonzeros = (values: Values): Uint8Array => markNonzeros(values, new Uint8Array(values.length));

export function occupancy({ layer, fmap, emap, mask }: LayerTrace): Occupancy {
  return { layer, fmap: nonzeros(fmap), emap: nonzeros(emap), ...(mask ? { mask } : {}) };
}

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
