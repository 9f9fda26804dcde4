import { InputError } from "../input-error.ts";
import type { Layer } from "../workload/layer.ts";
import { bitmapBytes } from "./bits.ts";
import { quoted } from "./bounded-json.ts";
import type { StoredTensor } from "./safetensors.ts";

/** Tensor X.fmap, X.emap and so on of layer X; a map or a mask may be X.fmap_bits instead, from version 2 on. */
export type TensorRole = "fmap" | "emap" | "mask" | "weight_gradient";

const DTYPES: Readonly<Record<TensorRole, readonly string[]>> = {
  fmap: ["F32", "F16", "BF16", "F64"],
  emap: ["F32", "F16", "BF16", "F64"],
  mask: ["U8"],
  weight_gradient: ["F32", "F64"],
};

export function tensorShape(layer: Layer, role: TensorRole): readonly number[] {
  if (role === "fmap") return [layer.N, layer.C, layer.H, layer.W];
  if (role === "emap") return [layer.N, layer.K, layer.P, layer.Q];
  return [layer.K, layer.C / layer.groups, layer.R, layer.S];
}

/** A layer's maps are worked on with a byte for each element. */
const LARGEST_MAP_ELEMENTS = 2 ** 31;

/** A tensor of a layer, found in the file and fit for the layer's shape. */
export interface LayerTensor extends StoredTensor {
  /** file and tensor, for messages */
  readonly where: string;
  /** of what it stands for: `[N][C][H][W]` also where a bitmap is stored as `[bytes]` */
  readonly elements: readonly number[];
  readonly bits: boolean;
}

export interface LayerTensors {
  readonly fmap: LayerTensor;
  readonly emap: LayerTensor;
  readonly mask?: LayerTensor;
  readonly weightGradient?: LayerTensor;
}

/** Finds a layer's tensors, `prefix` before its name. Throws `InputError` for one that is missing or does not fit. */
export function findTensors(
  file: string,
  stored: ReadonlyMap<string, StoredTensor>,
  prefix: string,
  layer: Layer,
  version: 1 | 2,
): LayerTensors {
  const find = (role: TensorRole): LayerTensor | undefined => {
    const name = `${prefix}${layer.name}.${role}`;
    const bitsName = `${name}_bits`;
    const values = stored.get(name);
    const bits = version === 2 && role !== "weight_gradient" ? stored.get(bitsName) : undefined;
    if (values && bits)
      throw new InputError(
        `${file}: tensor ${quoted(name)}: must be stored once, is there also as ${quoted(bitsName)}`,
      );
    if (bits) return checkBits(`${file}: tensor ${quoted(bitsName)}`, bits, tensorShape(layer, role));
    return values && checkValues(`${file}: tensor ${quoted(name)}`, values, layer, role);
  };
  const map = (role: "fmap" | "emap"): LayerTensor => {
    const found = find(role);
    if (found) return found;
    const name = quoted(`${prefix}${layer.name}.${role}`);
    const either = version === 2 ? `, and so is ${quoted(`${prefix}${layer.name}.${role}_bits`)}` : "";
    throw new InputError(`${file}: tensor ${name} is missing${either}`);
  };
  const [fmap, emap, mask, weightGradient] = [
    map("fmap"),
    map("emap"),
    find("mask"),
    find("weight_gradient"),
  ];
  if (fmap.bits !== emap.bits)
    throw new InputError(
      `${(fmap.bits ? fmap : emap).where}: both maps of a layer must be bitmaps or neither, is the only one`,
    );
  return { fmap, emap, ...(mask && { mask }), ...(weightGradient && { weightGradient }) };
}

function checkValues(where: string, tensor: StoredTensor, layer: Layer, role: TensorRole): LayerTensor {
  if (!DTYPES[role].includes(tensor.dtype))
    throw new InputError(`${where}: dtype must be ${DTYPES[role].join(" or ")}, is ${tensor.dtype}`);
  const shape = tensorShape(layer, role);
  if (tensor.shape.join() !== shape.join())
    throw new InputError(`${where}: shape must be ${quoted(shape)}, is ${quoted(tensor.shape)}`);
  return { ...tensor, where, elements: shape, bits: false };
}

function checkBits(where: string, tensor: StoredTensor, elements: readonly number[]): LayerTensor {
  if (tensor.dtype !== "U8") throw new InputError(`${where}: dtype must be U8, is ${tensor.dtype}`);
  const count = elements.reduce((product, size) => product * size, 1);
  if (count > LARGEST_MAP_ELEMENTS)
    throw new InputError(`${where}: elements must be ${LARGEST_MAP_ELEMENTS} at most, are ${count}`);
  const bytes = bitmapBytes(count);
  if (tensor.shape.join() !== `${bytes}`)
    throw new InputError(
      `${where}: shape must be [${bytes}], a bit for each of ${quoted(elements)}, is ${quoted(tensor.shape)}`,
    );
  return { ...tensor, where, elements, bits: true };
}
