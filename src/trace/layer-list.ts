import { InputError } from "../input-error.ts";
import { denseMacs, emapSize, fmapSize, gradientSize, type Layer, outputExtent } from "../workload/layer.ts";
import { isRecord, parseBoundedJson, quoted } from "./bounded-json.ts";

/** Larger sizes are refused, so that all sums and products of two of them are exact. */
const LARGEST_SIZE = 2 ** 24;
/** Gradients are worked out whole, and a file without them does not bound their size. */
const LARGEST_GRADIENT = 2 ** 31;
const SIZES = ["N", "C", "H", "W", "K", "P", "Q", "R", "S", "groups"] as const;
const LINEAR_SIZES = ["H", "W", "P", "Q", "R", "S", "groups"] as const;

/** The layers that the metadata entry `layers` of a swg-trace file lists, checked. Throws `InputError`. */
export function parseLayerList(file: string, text: unknown): Layer[] {
  if (typeof text !== "string")
    throw new InputError(
      `${file}: metadata layers must be a string that holds a JSON list, is ${quoted(text)}`,
    );
  const json = parseBoundedJson(text);
  if ("problem" in json)
    throw new InputError(`${file}: metadata layers ${json.problem}; must be a JSON list`);
  return parseLayerEntries(file, json.value, "metadata layers");
}

/** The layers of a list that is already JSON; `what` names it in messages. Throws `InputError`. */
export function parseLayerEntries(file: string, value: unknown, what: string): Layer[] {
  if (!Array.isArray(value))
    throw new InputError(`${file}: ${what} must be a JSON list, is ${quoted(value)}`);
  if (value.length === 0) throw new InputError(`${file}: ${what} must list one layer or more, is []`);
  const names = new Set<string>();
  return value.map((entry, index) => {
    const layer = parseLayer(file, entry, index);
    if (names.has(layer.name)) throw new InputError(`${file}: layer ${quoted(layer.name)} is listed twice`);
    names.add(layer.name);
    return layer;
  });
}

function parseLayer(file: string, entry: unknown, index: number): Layer {
  if (!isRecord(entry))
    throw new InputError(`${file}: layer ${index} must be an object, is ${quoted(entry)}`);
  const name = entry.name;
  if (typeof name !== "string" || name === "")
    throw new InputError(`${file}: layer ${index}: name must be text, is ${quoted(name)}`);
  const fail = (rule: string) => new InputError(`${file}: layer ${quoted(name)}: ${rule}`);
  const { type } = entry;
  if (type !== "conv2d" && type !== "linear")
    throw fail(`unknown type ${quoted(type)}; known: conv2d, linear`);
  const sizes = {} as Record<(typeof SIZES)[number], number>;
  for (const field of SIZES) {
    const value = entry[field];
    if (!isSize(value, 1))
      throw fail(`${field} must be a whole number from 1 to ${LARGEST_SIZE}, is ${quoted(value)}`);
    sizes[field] = value;
  }
  const layer: Layer = {
    ...{ name, type, ...sizes },
    stride: pair(entry.stride, "stride", fail),
    padding: edges(entry.padding, fail),
    dilation: pair(entry.dilation, "dilation", fail),
  };
  const contradiction = layerContradiction(layer);
  if (contradiction) throw fail(contradiction);
  return layer;
}

/** Which rule of a layer's shape is broken, or undefined for a sound one. */
export function layerContradiction(layer: Layer): string | undefined {
  const { C, H, W, K, P, Q, R, S, stride, padding, dilation, groups } = layer;
  if (C % groups !== 0) return `C must be divisible by groups, is ${C} with groups ${groups}`;
  if (K % groups !== 0) return `K must be divisible by groups, is ${K} with groups ${groups}`;
  if (layer.type === "linear") {
    for (const field of LINEAR_SIZES)
      if (layer[field] !== 1) return `${field} of a linear layer must be 1, is ${layer[field]}`;
    if (padding.some((edge) => edge !== 0))
      return `padding of a linear layer must be 0, is ${quoted(padding)}`;
  }
  const [top, left, bottom, right] = padding;
  const rows = outputExtent(H, R, stride[0], [top, bottom], dilation[0]);
  if (P !== rows) return `P is ${P}, but H, R, stride, padding and dilation make it ${rows}`;
  const columns = outputExtent(W, S, stride[1], [left, right], dilation[1]);
  if (Q !== columns) return `Q is ${Q}, but W, S, stride, padding and dilation make it ${columns}`;
  for (const [what, size] of [
    ["fmap elements", fmapSize(layer)],
    ["emap elements", emapSize(layer)],
    ["dense MACs", denseMacs(layer)],
  ] as const)
    if (size > Number.MAX_SAFE_INTEGER) return `${what} must be below 2^53, are ${size}`;
  if (gradientSize(layer) > LARGEST_GRADIENT)
    return `weights must be ${LARGEST_GRADIENT} at most, are ${gradientSize(layer)}`;
  return undefined;
}

type Fail = (rule: string) => InputError;

const isSize = (value: unknown, least: number): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= LARGEST_SIZE;

function pair(value: unknown, field: string, fail: Fail): [number, number] {
  if (Array.isArray(value) && value.length === 2 && value.every((v) => isSize(v, 1)))
    return [value[0], value[1]];
  throw fail(`${field} must be [y, x], whole numbers from 1 to ${LARGEST_SIZE}, is ${quoted(value)}`);
}

function edges(value: unknown, fail: Fail): [number, number, number, number] {
  if (Array.isArray(value) && value.every((v) => isSize(v, 0))) {
    if (value.length === 2) return [value[0], value[1], value[0], value[1]];
    if (value.length === 4) return [value[0], value[1], value[2], value[3]];
  }
  const forms = `[y, x] or [top, left, bottom, right], whole numbers from 0 to ${LARGEST_SIZE}`;
  throw fail(`padding must be ${forms}, is ${quoted(value)}`);
}
