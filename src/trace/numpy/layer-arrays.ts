import { InputError } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import { quoted } from "../bounded-json.ts";
import { markNonzeros, type Occupancy } from "../occupancy.ts";
import { checkFinite, checkMask, decodeValues } from "../tensor-values.ts";
import type { LayerContents, LayerTrace, Values, ValueType } from "../trace.ts";
import { type NpyArray, npyBytes } from "./npy.ts";

/** The tensors of a layer, by the names that they have in safetensors as well. */
export const roles = ["fmap", "emap", "mask", "weight_gradient"] as const;
export type Role = (typeof roles)[number];

/** A layer's arrays, fit for its shape. */
export interface LayerArrays {
  readonly fmap: NpyArray;
  readonly emap: NpyArray;
  readonly mask?: NpyArray;
  readonly weightGradient?: NpyArray;
}

const valueType = ({ itemBytes }: NpyArray): ValueType =>
  itemBytes === 2 ? "F16" : itemBytes === 4 ? "F32" : "F64";

export const layerContents = ({ fmap, emap, mask, weightGradient }: LayerArrays): LayerContents => ({
  fmap: fmap.kind === "b" ? "bits" : valueType(fmap),
  emap: emap.kind === "b" ? "bits" : valueType(emap),
  mask: mask !== undefined,
  ...(weightGradient && { weightGradient: weightGradient.itemBytes === 8 ? "F64" : "F32" }),
});

/** A layer's values, checked. Throws `InputError` for NaN, infinity, a mask of other than 0 and 1, or bitmaps. */
export function readArrays(
  file: string,
  layer: Layer,
  { fmap, emap, mask, weightGradient }: LayerArrays,
): LayerTrace {
  if (fmap.kind === "b")
    throw new InputError(`${file}: layer ${quoted(layer.name)} has no values, only bitmaps`);
  return {
    ...{ layer, fmap: valuesOf(fmap), emap: valuesOf(emap) },
    ...(mask && { mask: flagsOf(mask) }),
    ...(weightGradient && { weightGradient: valuesOf(weightGradient) }),
  };
}

/** Where a layer's arrays are not zero. Throws `InputError` as `readArrays` does, but not for bitmaps. */
export function readFlags(layer: Layer, { fmap, emap, mask }: LayerArrays): Occupancy {
  return { ...{ layer, fmap: flagsOf(fmap), emap: flagsOf(emap) }, ...(mask && { mask: flagsOf(mask) }) };
}

function valuesOf(array: NpyArray): Values {
  const values = decodeValues(valueType(array), npyBytes(array));
  checkFinite(array.where, values, array.shape);
  return values;
}

function flagsOf(array: NpyArray): Uint8Array {
  if (array.kind === "f") {
    const values = valuesOf(array);
    return markNonzeros(values, new Uint8Array(values.length));
  }
  const flags = npyBytes(array);
  checkMask(array.where, flags, array.shape);
  return flags;
}
