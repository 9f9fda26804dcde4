import { InputError, unknownName } from "../input-error.ts";
import type { Layer } from "../workload/layer.ts";
import { quoted } from "./bounded-json.ts";
import type { ByteSource } from "./byte-source.ts";
import { parseLayerList } from "./layer-list.ts";
import { readSafetensorsHeader, type SafetensorsHeader, type StoredTensor } from "./safetensors.ts";
import { checkFinite, checkMask, decodeValues } from "./tensor-values.ts";
import type { LayerTrace, Trace, TraceLabels } from "./trace.ts";

/** Tensor X.fmap, X.emap and so on of layer X. */
export type TensorRole = "fmap" | "emap" | "mask" | "weight_gradient";

const ROLES: Readonly<Record<TensorRole, { dtypes: readonly string[]; optional: boolean }>> = {
  fmap: { dtypes: ["F32", "F16", "BF16", "F64"], optional: false },
  emap: { dtypes: ["F32", "F16", "BF16", "F64"], optional: false },
  mask: { dtypes: ["U8"], optional: true },
  weight_gradient: { dtypes: ["F32", "F64"], optional: true },
};

export function tensorShape(layer: Layer, role: TensorRole): readonly number[] {
  if (role === "fmap") return [layer.N, layer.C, layer.H, layer.W];
  if (role === "emap") return [layer.N, layer.K, layer.P, layer.Q];
  return [layer.K, layer.C / layer.groups, layer.R, layer.S];
}

/**
 * Opens a trace in the format swg-trace version 1, whatever holds its bytes. Reads and checks the header now
 * (`InputError` for anything wrong in it), and one layer's values at each `read`.
 */
export function readTrace(source: ByteSource): Trace {
  const header = readSafetensorsHeader(source);
  const labels = readLabels(source.name, header.metadata);
  const layers = parseLayerList(source.name, header.metadata.get("layers"));
  const byName = new Map(
    layers.map((layer) => [layer.name, { layer, tensors: findTensors(source, header, layer) }]),
  );
  return {
    source: source.name,
    labels,
    layers,
    read(name) {
      const found = byName.get(name);
      if (!found) throw unknownName("layer", name, byName.keys());
      return readLayer(source, found.layer, found.tensors);
    },
  };
}

function readLabels(file: string, metadata: SafetensorsHeader["metadata"]): TraceLabels {
  const text = (key: string): string => {
    const value = metadata.get(key);
    if (typeof value === "string") return value;
    throw new InputError(`${file}: metadata ${key} must be a string, is ${quoted(value)}`);
  };
  const count = (key: string): number => {
    const value = text(key);
    if (/^\d{1,15}$/.test(value)) return Number(value);
    throw new InputError(`${file}: metadata ${key} must be a whole number, is ${quoted(value)}`);
  };
  const format = text("format");
  if (format !== "swg-trace")
    throw new InputError(`${file}: unknown metadata format ${quoted(format)}; known: swg-trace`);
  const version = text("version");
  if (version === "2")
    throw new InputError(`${file}: swg-trace version 2 is not supported yet; supported: 1`);
  if (version !== "1")
    throw new InputError(`${file}: unknown swg-trace version ${quoted(version)}; supported: 1`);
  return { network: text("network"), dataset: text("dataset"), step: count("step"), batch: count("batch") };
}

type LayerTensors = Partial<Record<TensorRole, StoredTensor>>;

function findTensors(source: ByteSource, header: SafetensorsHeader, layer: Layer): LayerTensors {
  const found: LayerTensors = {};
  for (const role of Object.keys(ROLES) as TensorRole[]) {
    const where = tensorName(source, layer, role);
    const stored = header.tensors.get(`${layer.name}.${role}`);
    const { dtypes, optional } = ROLES[role];
    if (!stored) {
      if (optional) continue;
      throw new InputError(`${where} is missing`);
    }
    if (!dtypes.includes(stored.dtype))
      throw new InputError(`${where}: dtype must be ${dtypes.join(" or ")}, is ${stored.dtype}`);
    const shape = tensorShape(layer, role);
    if (stored.shape.join() !== shape.join())
      throw new InputError(`${where}: shape must be ${quoted(shape)}, is ${quoted(stored.shape)}`);
    found[role] = stored;
  }
  return found;
}

function readLayer(source: ByteSource, layer: Layer, tensors: LayerTensors): LayerTrace {
  const bytesOf = (stored: StoredTensor) => source.read(stored.offset, stored.bytes);
  const values = (role: TensorRole, stored: StoredTensor) => {
    const decoded = decodeValues(stored.dtype, bytesOf(stored));
    checkFinite(tensorName(source, layer, role), decoded, stored.shape);
    return decoded;
  };
  const {
    fmap,
    emap,
    mask,
    weight_gradient: gradient,
  } = tensors as LayerTensors & { fmap: StoredTensor; emap: StoredTensor };
  const maskBytes = mask && bytesOf(mask);
  if (maskBytes) checkMask(tensorName(source, layer, "mask"), maskBytes, mask.shape);
  return {
    layer,
    fmap: values("fmap", fmap),
    emap: values("emap", emap),
    ...(maskBytes && { mask: maskBytes }),
    ...(gradient && { weightGradient: values("weight_gradient", gradient) }),
  };
}

const tensorName = (source: ByteSource, layer: Layer, role: TensorRole): string =>
  `${source.name}: tensor ${quoted(`${layer.name}.${role}`)}`;
