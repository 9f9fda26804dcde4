import { InputError } from "../input-error.ts";
import type { Layer } from "../workload/layer.ts";
import { quoted } from "./bounded-json.ts";
import { layerContradiction } from "./layer-list.ts";
import { type TensorRole, tensorShape } from "./swg-trace.ts";
import { checkFinite, checkMask } from "./tensor-values.ts";
import type { LayerTrace, TraceLabels, Values } from "./trace.ts";

interface Tensor {
  readonly key: string;
  readonly role: TensorRole;
  readonly shape: readonly number[];
  readonly data: Values | Uint8Array;
}

/**
 * A trace as the bytes of a file, swg-trace version 1, in pieces: the header, then each tensor.
 * Throws `InputError` (`file` in front) for what `readTrace` would refuse.
 */
export function encodeTrace(
  file: string,
  labels: TraceLabels,
  layerTraces: readonly LayerTrace[],
): Uint8Array[] {
  const tensors = layerTraces.flatMap(tensorsOf);
  checkLayers(
    file,
    layerTraces.map((trace) => trace.layer),
  );
  for (const tensor of tensors) checkTensor(file, tensor);
  return [encodeHeader(labels, layerTraces, tensors), ...tensors.map(({ data }) => bytesOf(data))];
}

function tensorsOf({ layer, fmap, emap, mask, weightGradient }: LayerTrace): Tensor[] {
  const tensor = (role: TensorRole, data: Tensor["data"]): Tensor => ({
    ...{ key: `${layer.name}.${role}`, role, shape: tensorShape(layer, role), data },
  });
  return [
    tensor("fmap", fmap),
    tensor("emap", emap),
    ...(mask ? [tensor("mask", mask)] : []),
    ...(weightGradient ? [tensor("weight_gradient", weightGradient)] : []),
  ];
}

function checkLayers(file: string, layers: readonly Layer[]): void {
  layers.forEach((layer, index) => {
    const twice = layers.findIndex(({ name }) => name === layer.name) < index;
    const rule = twice ? "is listed twice" : layerContradiction(layer);
    if (rule) throw new InputError(`${file}: layer ${quoted(layer.name)}: ${rule}`);
  });
}

function checkTensor(file: string, { key, shape, data }: Tensor): void {
  const where = `${file}: tensor ${quoted(key)}`;
  const needed = shape.reduce((product, size) => product * size, 1);
  if (data.length !== needed)
    throw new InputError(`${where}: shape ${quoted(shape)} needs ${needed} elements, has ${data.length}`);
  if (data instanceof Uint8Array) checkMask(where, data, shape);
  else checkFinite(where, data, shape);
}

function encodeHeader(
  labels: TraceLabels,
  layerTraces: readonly LayerTrace[],
  tensors: readonly Tensor[],
): Uint8Array {
  const { network, dataset, step, batch } = labels;
  const layers = JSON.stringify(layerTraces.map(({ layer }) => describe(layer)));
  const metadata = {
    format: "swg-trace",
    version: "1",
    network,
    dataset,
    step: `${step}`,
    batch: `${batch}`,
    layers,
  };
  let begin = 0;
  const entries = tensors.map(({ key, shape, data }): [string, unknown] => {
    const end = begin + data.byteLength;
    const entry = { dtype: dtypeOf(data), shape, data_offsets: [begin, end] };
    begin = end;
    return [key, entry];
  });
  // fromEntries makes own properties, so a layer named __proto__ is a name like any other
  const text = JSON.stringify(Object.fromEntries([["__metadata__", metadata], ...entries]));
  const json = new TextEncoder().encode(text);
  const padded = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(json, 8);
  return header;
}

/** The layer as the file lists it, its fields in the format's order; equal paddings are written as [y, x]. */
function describe({ name, type, N, C, H, W, K, P, Q, R, S, stride, padding, dilation, groups }: Layer) {
  const [top, left, bottom, right] = padding;
  const edges = top === bottom && left === right ? [top, left] : padding;
  return { name, type, N, C, H, W, K, P, Q, R, S, stride, padding: edges, dilation, groups };
}

const dtypeOf = (data: Tensor["data"]): string =>
  data instanceof Uint8Array ? "U8" : data instanceof Float32Array ? "F32" : "F64";

const bytesOf = (data: Tensor["data"]): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
