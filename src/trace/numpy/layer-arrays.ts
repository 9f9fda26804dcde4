import { InputError } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import { quoted } from "../bounded-json.ts";
import { markNonzeros, type Occupancy } from "../occupancy.ts";
import { checkFinite, coordinates, decodeValues } from "../tensor-values.ts";
import type { LayerContents, LayerTrace, Values, ValueType } from "../trace.ts";
import { type NpyArray, npyBytes, wantedShape } from "./npy.ts";

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

function valueType({ kind, itemBytes }: NpyArray): ValueType {
  if (kind === "V") return "BF16";
  return itemBytes === 2 ? "F16" : itemBytes === 4 ? "F32" : "F64";
}

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
    layer,
    fmap: valuesOf(fmap),
    emap: valuesOf(emap),
    ...(mask && { mask: maskOf(mask) }),
    ...(weightGradient && { weightGradient: valuesOf(weightGradient) }),
  };
}

/** Where a layer's arrays are not zero. Throws `InputError` as `readArrays` does, but not for bitmaps. */
export function readFlags(layer: Layer, { fmap, emap, mask }: LayerArrays): Occupancy {
  return { layer, fmap: flagsOf(fmap), emap: flagsOf(emap), ...(mask && { mask: maskOf(mask) }) };
}

function valuesOf(array: NpyArray): Values {
  const values = decodeValues(valueType(array), npyBytes(array));
  checkFinite(array.where, values, wantedShape(array));
  return values;
}

/** Of a map: where it is not zero. */
function flagsOf(array: NpyArray): Uint8Array {
  if (array.kind === "b") return maskOf(array);
  const values = valuesOf(array);
  return markNonzeros(values, new Uint8Array(values.length));
}

/** Numbers of any type, all 0 or 1: PyTorch's pruning makes masks of float32. */
function maskOf(array: NpyArray): Uint8Array {
  const numbers = numbersOf(array);
  for (let i = 0; i < numbers.length; i++)
    if (numbers[i] !== 0 && numbers[i] !== 1)
      throw new InputError(
        `${array.where}: values must be 0 or 1, is ${numbers[i]} at ${quoted(coordinates(i, wantedShape(array)))}`,
      );
  return numbers instanceof Uint8Array ? numbers : Uint8Array.from(numbers);
}

/** 64-bit integers beyond 2^53 are rounded. */
function numbersOf(
  array: NpyArray,
): Values | Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array {
  const { kind, itemBytes } = array;
  const bytes = npyBytes(array);
  if (kind === "f" || kind === "V") return decodeValues(valueType(array), bytes);
  const signed = kind === "i";
  if (itemBytes === 8)
    return Float64Array.from(
      signed ? new BigInt64Array(bytes.buffer) : new BigUint64Array(bytes.buffer),
      Number,
    );
  if (itemBytes === 4) return signed ? new Int32Array(bytes.buffer) : new Uint32Array(bytes.buffer);
  if (itemBytes === 2) return signed ? new Int16Array(bytes.buffer) : new Uint16Array(bytes.buffer);
  return signed ? new Int8Array(bytes.buffer) : bytes;
}
