import type { LayersModel } from "@tensorflow/tfjs-layers";
import { InputError, unknownName } from "../input-error.ts";
import type { LeftOut } from "../trace/coverage.ts";
import { type LayerInside, layersInside } from "./tensorflow-js-inside.ts";
import { kernelWeight } from "./tensorflow-js-layer.ts";

/** A layer with a kernel that a recorded step does not hold, and the reason. */
export interface LeftOutLayer {
  readonly layer: LayerInside;
  readonly why: string;
}

interface Choice {
  readonly all: readonly LayerInside[];
  readonly chosen: readonly LayerInside[];
  readonly leftOut: readonly LeftOutLayer[];
}

/** What a layer of these multiplies by its weights is scaled element by element: no gradient of a product. */
const SCALING: readonly string[] = ["BatchNormalization", "LayerNormalization", "PReLU"];

/** Which layers of a model to record: those that can be and train, or those of them that are named. Throws `InputError`. */
export function chooseLayers(model: LayersModel, names?: readonly string[]): Choice {
  const trained = new Set(model.trainableWeights.map((weight) => weight.read()));
  const all = layersInside(model);
  const recordable: LayerInside[] = [];
  const leftOut: LeftOutLayer[] = [];
  for (const inside of all) {
    const why = hindrance(inside, (weight) => trained.has(weight.read()));
    if (why === "") recordable.push(inside);
    else if (why !== undefined) leftOut.push({ layer: inside, why });
  }
  const known = recordable.map(({ name }) => name);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownName("layer", unknown, known);
  const chosen = names ? recordable.filter(({ name }) => names.includes(name)) : recordable;
  if (chosen.length === 0)
    throw new InputError("model must have a Conv1D, Conv2D, DepthwiseConv2D or Dense that trains, has none");
  const others = recordable.filter((layer) => !chosen.includes(layer));
  return {
    all,
    chosen,
    leftOut: [
      ...leftOut,
      ...others.map((layer) => ({ layer, why: "it was not among the layers asked for" })),
    ],
  };
}

/** Why a layer cannot be recorded; "" for one that can, undefined for one without a kernel. */
function hindrance(
  { layer, operator, weights }: LayerInside,
  trains: (weight: LayerInside["weights"][number]) => boolean,
): string | undefined {
  const kernel = kernelWeight(layer);
  const wide = weights.filter(({ shape }) => shape.length > 1);
  if (!kernel && (wide.length === 0 || SCALING.includes(operator))) return undefined;
  if (!(kernel ? [kernel] : wide).some(trains))
    return "the model does not train its weights: they are frozen, or not among its trainable weights";
  if (operator === "Embedding") return "it looks up rows of its weights and multiplies nothing by them";
  return kernel ? "" : "its weights are not the kernel of a Conv1D, Conv2D, DepthwiseConv2D or Dense";
}

/** As a trace lists them: an entry for each reason and kind of layer. */
export function listed(layers: readonly LeftOutLayer[]): LeftOut[] {
  const entries = new Map<string, { operator: string; why: string; names: string[]; weights: boolean }>();
  for (const { layer, why } of layers) {
    const { operator, name } = layer;
    const key = JSON.stringify([operator, why]);
    if (!entries.has(key)) entries.set(key, { operator, why, names: [], weights: true });
    entries.get(key)!.names.push(name);
  }
  return [...entries.values()];
}
