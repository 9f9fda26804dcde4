import { InputError } from "../input-error.ts";
import type { Layer } from "../workload/layer.ts";
import { unpackBits } from "./bits.ts";
import { quoted } from "./bounded-json.ts";
import type { ByteSource } from "./byte-source.ts";
import type { LayerTensor, LayerTensors } from "./layer-tensors.ts";
import { markNonzeros, type Occupancy } from "./occupancy.ts";
import { checkFinite, checkMask, decodeValues, VALUE_BYTES } from "./tensor-values.ts";
import type { LayerTrace, Values, ValueType } from "./trace.ts";

/** Of a map whose values are not wanted, so much is held at a time. A multiple of every element's size. */
const PIECE_BYTES = 2 ** 24;

/** A layer's values, checked. Throws `InputError` for NaN, infinity, a mask of other than 0 and 1, or bitmaps. */
export function readLayer(source: ByteSource, layer: Layer, tensors: LayerTensors): LayerTrace {
  const { fmap, emap, mask, weightGradient } = tensors;
  if (fmap.bits)
    throw new InputError(`${source.name}: layer ${quoted(layer.name)} has no values, only bitmaps`);
  return {
    layer,
    fmap: values(source, fmap),
    emap: values(source, emap),
    ...(mask && { mask: maskFlags(source, mask) }),
    ...(weightGradient && { weightGradient: values(source, weightGradient) }),
  };
}

/** Where a layer's tensors are not zero. Throws `InputError` as `readLayer` does, but not for bitmaps. */
export function readOccupancy(
  source: ByteSource,
  layer: Layer,
  { fmap, emap, mask }: LayerTensors,
): Occupancy {
  return {
    layer,
    fmap: mapFlags(source, fmap),
    emap: mapFlags(source, emap),
    ...(mask && { mask: maskFlags(source, mask) }),
  };
}

const bytesOf = (source: ByteSource, tensor: LayerTensor) => source.read(tensor.offset, tensor.bytes);

function values(source: ByteSource, tensor: LayerTensor): Values {
  const decoded = decodeValues(tensor.dtype, bytesOf(source, tensor));
  checkFinite(tensor.where, decoded, tensor.elements);
  return decoded;
}

const bitFlags = (source: ByteSource, tensor: LayerTensor): Uint8Array =>
  unpackBits(
    tensor.where,
    bytesOf(source, tensor),
    tensor.elements.reduce((product, size) => product * size, 1),
  );

function maskFlags(source: ByteSource, tensor: LayerTensor): Uint8Array {
  if (tensor.bits) return bitFlags(source, tensor);
  const flags = bytesOf(source, tensor);
  checkMask(tensor.where, flags, tensor.elements);
  return flags;
}

function mapFlags(source: ByteSource, tensor: LayerTensor): Uint8Array {
  if (tensor.bits) return bitFlags(source, tensor);
  const elementBytes = VALUE_BYTES[tensor.dtype as ValueType];
  const flags = new Uint8Array(tensor.bytes / elementBytes);
  for (let begin = 0; begin < tensor.bytes; begin += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, tensor.bytes - begin);
    const piece = decodeValues(tensor.dtype, source.read(tensor.offset + begin, length));
    checkFinite(tensor.where, piece, tensor.elements, begin / elementBytes);
    markNonzeros(piece, flags, begin / elementBytes);
  }
  return flags;
}
