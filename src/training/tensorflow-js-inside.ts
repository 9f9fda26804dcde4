import type { LayersModel } from "@tensorflow/tfjs-layers";
import { isRecord } from "../input-error.ts";
import { kernelWeight, type RunningLayer, type Weight } from "./tensorflow-js-layer.ts";

/** A layer anywhere in a model, and the name that tells it apart. */
export interface LayerInside {
  readonly layer: RunningLayer;
  readonly name: string;
  /** what TensorFlow.js calls it: "LSTM", or the class of a layer of one's own */
  readonly operator: string;
  /** those that no layer inside it has */
  readonly weights: readonly Weight[];
}

/** Layers hold layers that hold layers; a model of real use is far flatter. */
const DEEPEST = 32;

/**
 * Every layer of a model but the models in it: those inside models, wrappers and layers of one's own too, each once, in
 * the order in which they are found. A layer whose name another one has is named with what it lies in: "b1/conv".
 */
export function layersInside(model: LayersModel): LayerInside[] {
  const found = new Map<RunningLayer, readonly string[]>();
  const visit = (layer: RunningLayer, path: readonly string[]): void => {
    if (found.has(layer) || path.length > DEEPEST) return;
    if (!layer.layers) found.set(layer, path);
    for (const inner of partsOf(layer)) visit(inner, [...path, inner.name]);
  };
  const models = new Set<RunningLayer>();
  for (const layer of model.layers as unknown as readonly RunningLayer[])
    if (!models.has(layer)) {
      models.add(layer);
      visit(layer, [layer.name]);
    }
  const names = distinctNames([...found.values()]);
  return [...found.keys()].map((layer, i) => ({
    layer,
    name: names[i],
    operator: operatorOf(layer),
    weights: ownWeights(layer),
  }));
}

/** The layers that a layer holds. A recurrent layer is one with its cell. */
function partsOf(layer: RunningLayer): RunningLayer[] {
  if (layer.layers) return [...layer.layers];
  if ("cell" in layer) return [];
  return Object.values(layer).flatMap(heldIn).flatMap(heldIn).filter(isLayer);
}

/** What a list, a map or a plain object holds, such as { query, keys }; or the value itself. */
function heldIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.values()];
  const isPlain = isRecord(value) && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.values(value) : [value];
}

const isLayer = (value: unknown): value is RunningLayer =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as RunningLayer).call === "function" &&
  typeof (value as RunningLayer).getClassName === "function" &&
  typeof (value as RunningLayer).name === "string";

function ownWeights(layer: RunningLayer): Weight[] {
  const inner = new Set(partsOf(layer).flatMap(({ weights }) => weights));
  const kernel = kernelWeight(layer);
  const all = new Set([...layer.weights, ...(kernel ? [kernel] : [])]);
  return [...all].filter((weight) => !inner.has(weight));
}

/** A class that extends Dense says "Dense" of itself; its own name says more. */
function operatorOf(layer: RunningLayer): string {
  const kind = layer.constructor;
  return Object.hasOwn(kind, "className") ? layer.getClassName()! : kind.name;
}

/** The last part of each path, or all of it where others end alike; paths that are alike are numbered: "b/conv(2)". */
function distinctNames(paths: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(path.at(-1)!, (counts.get(path.at(-1)!) ?? 0) + 1);
  const taken = new Map<string, number>();
  return paths.map((path) => {
    const name = counts.get(path.at(-1)!)! > 1 ? path.join("/") : path.at(-1)!;
    const before = taken.get(name) ?? 0;
    taken.set(name, before + 1);
    return before === 0 ? name : `${name}(${before + 1})`;
  });
}
