import { InputError, isRecord, quoted, requireObject } from "../input-error.ts";
import { emapSize, fmapSize, gradientSize } from "../workload/layer.ts";
import { layerProblem } from "../workload/layer-rules.ts";
import { wholeWords } from "./bits.ts";
import type { Occupancy } from "./occupancy.ts";
import type { LayerTrace } from "./trace.ts";

/** A map is worked on with a byte for each element. */
const mostElements = 2 ** 31;

/** Throws `InputError` for what is no layer with its maps, one byte an element. */
export const checkOccupancy = (occupancy: Occupancy): void =>
  check("occupancy", occupancy, ({ layer, fmap, emap, mask }) => [
    flagsProblem("fmap", fmap, fmapSize(layer)),
    flagsProblem("emap", emap, emapSize(layer)),
    mask && flagsProblem("mask", mask, gradientSize(layer)),
  ]);

/** Throws `InputError` for what is no layer with its tensors. */
export const checkLayerTrace = (trace: Pick<LayerTrace, "layer" | "fmap" | "emap" | "mask">): void =>
  check("layer trace", trace as LayerTrace, ({ layer, fmap, emap, mask, weightGradient }) => [
    valuesProblem("fmap", fmap, fmapSize(layer)),
    valuesProblem("emap", emap, emapSize(layer)),
    mask && flagsProblem("mask", mask, gradientSize(layer)),
    weightGradient && valuesProblem("weightGradient", weightGradient, gradientSize(layer)),
  ]);

function check<T extends { readonly layer: unknown }>(
  what: string,
  value: T,
  problemsOf: (value: T) => readonly (string | undefined)[],
): void {
  requireObject(what, value);
  const { layer } = value;
  const problem = layerProblem(layer) ?? problemsOf(value).find((found) => found !== undefined);
  if (problem === undefined) return;
  const name = isRecord(layer) && typeof layer.name === "string" ? ` ${quoted(layer.name)}` : "";
  throw new InputError(`layer${name}: ${problem}`);
}

function valuesProblem(what: string, values: unknown, size: number): string | undefined {
  if (!(values instanceof Float32Array || values instanceof Float64Array))
    return `${what} must be a Float32Array or a Float64Array, is ${quoted(values)}`;
  if (values.length !== size) return `${what} must have ${size} elements, has ${values.length}`;
  for (let i = 0; i < size; i++)
    if (!Number.isFinite(values[i])) return `${what} must be finite, is ${values[i]} at ${i}`;
  return undefined;
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
  const { start, words, end } = wholeWords(flags);
  let bits = 0;
  for (let i = 0; i < words.length; i++) bits |= words[i];
  for (let i = 0; i < start; i++) bits |= flags[i];
  for (let i = end; i < flags.length; i++) bits |= flags[i];
  return (bits & 0xfefefefe) === 0 ? -1 : flags.findIndex((flag) => flag > 1);
}
