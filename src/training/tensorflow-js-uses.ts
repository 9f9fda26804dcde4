import type * as core from "@tensorflow/tfjs-core";
import { InputError, quoted } from "../input-error.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { disagreement } from "./tensorflow-js-check.ts";
import type { LeftOutLayer } from "./tensorflow-js-choice.ts";
import type { LayerInside } from "./tensorflow-js-inside.ts";
import { keepsOrder, kernelAxes, kernelWeight, shapeOf } from "./tensorflow-js-layer.ts";
import type { TensorFlow } from "./tensorflow-js-library.ts";
import type { Use } from "./tensorflow-js-pass.ts";
import { weightGradient } from "./weight-gradient.ts";

const NOT_FINITE = "its maps or its gradient are not finite";

/** How many images of how many to keep. */
interface Cut {
  readonly images: number;
  readonly batch: number;
}

type Maps = Pick<LayerTrace, "layer" | "fmap" | "emap">;

/** A use that the loss depends on. */
interface RecordedUse extends Use {
  readonly emap: core.Tensor;
}

/**
 * The uses of layers as layers of a trace, in the order in which they ran. A kernel's uses must explain the gradient that the
 * framework has of it; where they do not, its layers are left out.
 */
export async function traceUses(
  tf: TensorFlow,
  layers: readonly LayerInside[],
  uses: readonly Use[],
  gradients: Readonly<Record<string, core.Tensor>>,
  cut: Cut,
): Promise<{ traces: LayerTrace[]; leftOut: LeftOutLayer[] }> {
  const leftOut: LeftOutLayer[] = [];
  const recorded = uses.filter((use): use is RecordedUse => use.emap !== undefined);
  const traces = new Map<Use, LayerTrace>();
  for (const sharing of byKernel(layers)) {
    const ofKernel = recorded.filter(({ layer }) => sharing.includes(layer));
    const found = await tracesOfKernel(tf, ofKernel, gradients[kernelName(sharing[0])], cut);
    if (typeof found === "string") leftOut.push(...sharing.map((layer) => ({ layer, why: found })));
    else for (const [i, use] of ofKernel.entries()) traces.set(use, found[i]);
  }
  return { traces: named(recorded, traces), leftOut };
}

const kernelName = ({ layer }: LayerInside): string => (kernelWeight(layer)!.read() as core.Variable).name;

/** Layers whose kernel is one and the same variable stand together. */
function byKernel(layers: readonly LayerInside[]): LayerInside[][] {
  const groups = new Map<string, LayerInside[]>();
  for (const layer of layers) {
    const name = kernelName(layer);
    groups.set(name, [...(groups.get(name) ?? []), layer]);
  }
  return [...groups.values()];
}

/** Uses of a layer after its first are called `c#1`, `c#2`; a name that a layer has itself is passed over. */
function named(recorded: readonly Use[], traces: ReadonlyMap<Use, LayerTrace>): LayerTrace[] {
  const taken = new Set([...traces.keys()].map(({ layer }) => layer.name));
  const seen = new Map<LayerInside, number>();
  return recorded.flatMap((use) => {
    const trace = traces.get(use);
    if (!trace) return [];
    let { name } = use.layer;
    if (seen.has(use.layer)) {
      let again = seen.get(use.layer)! + 1;
      while (taken.has(`${name}#${again}`)) again++;
      seen.set(use.layer, again);
      name = `${name}#${again}`;
    } else seen.set(use.layer, 0);
    return [{ ...trace, layer: { ...trace.layer, name } }];
  });
}

/** The layers of a trace that a kernel's uses give, or why they give none. */
async function tracesOfKernel(
  tf: TensorFlow,
  uses: readonly RecordedUse[],
  gradient: core.Tensor | undefined,
  { images, batch }: Cut,
): Promise<LayerTrace[] | string> {
  if (gradient === undefined) return "the loss does not depend on its weights in this step";
  if (uses.length === 0) return "its weights are used in another way than a layer of its kind uses them";
  const odd = uses.find(({ fmap }) => images < batch && fmap.shape[0] !== batch);
  if (odd)
    return `its input has ${odd.fmap.shape[0]} entries for ${batch} images, so that the first ${images} cannot be told`;
  const maps: Maps[] = [];
  for (const use of uses) {
    const found = await mapsOf(tf, use);
    if (typeof found === "string") return found;
    maps.push(found);
  }
  const { layer } = uses[0].layer;
  const axes = kernelAxes(layer, gradient.rank);
  const off = disagreement(maps, await valuesOf(tf, gradient, axes), tf.backend().floatPrecision());
  if (off !== undefined)
    return Number.isFinite(off)
      ? `its maps give a gradient that is off from TensorFlow.js's own by ${(100 * off).toPrecision(2)} %: it computes something else than a layer of its kind, or its weights are used elsewhere too`
      : NOT_FINITE;
  const weights = await valuesOf(tf, kernelWeight(layer)!.read(), axes);
  return maps.map((whole) => layerTrace(firstOf(whole, images / batch), weights));
}

/** All of a use's maps, [N][C][H][W] and [N][K][P][Q]; or why its layer's shape cannot be said. */
async function mapsOf(tf: TensorFlow, { layer: inside, fmap, emap }: RecordedUse): Promise<Maps | string> {
  const ordered = (map: core.Tensor) => {
    // [N][...positions][C] as [N][C][...positions]
    const axes = [0, map.rank - 1, ...Array.from({ length: map.rank - 2 }, (_, i) => i + 1)];
    return valuesOf(tf, map, keepsOrder(inside.layer) ? undefined : axes);
  };
  try {
    const layer = shapeOf(inside.layer, fmap.shape, emap.shape, fmap.shape[0], inside.name);
    const { N, K, P, Q } = layer;
    if (emap.size !== N * K * P * Q)
      return `its output has the shape ${quoted(emap.shape)}, which a layer of its kind does not give`;
    const maps = { layer, fmap: await ordered(fmap), emap: await ordered(emap) };
    const finite = [maps.fmap, maps.emap].every((map) => map.every(Number.isFinite));
    return finite ? maps : NOT_FINITE;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** The first images of maps; `part` is their share. */
function firstOf({ layer, fmap, emap }: Maps, part: number): Maps {
  const first = <T extends Maps["fmap"]>(map: T): T => map.slice(0, Math.round(map.length * part)) as T;
  return { layer: { ...layer, N: Math.round(layer.N * part) }, fmap: first(fmap), emap: first(emap) };
}

function layerTrace(maps: Maps, weights: Float32Array): LayerTrace {
  const kept = weights.filter((weight) => weight !== 0).length;
  // a kernel that is zero throughout has not been trained yet
  const pruned = kept > 0 && kept < weights.length;
  const mask = pruned ? Uint8Array.from(weights, (weight) => (weight === 0 ? 0 : 1)) : undefined;
  const trace = mask ? { ...maps, mask } : maps;
  return { ...trace, weightGradient: Float32Array.from(weightGradient(trace)) };
}

/** A tensor's values, row-major, its axes in another order first. Integers and truth values, as tf.oneHot gives, are numbers. */
async function valuesOf(tf: TensorFlow, tensor: core.Tensor, axes?: number[]): Promise<Float32Array> {
  // kept, in case that the caller's own tidy ends before the values are there
  const ordered = tf.tidy(() => tf.keep(axes ? tf.transpose(tensor, axes) : tf.clone(tensor)));
  const values = await ordered.data();
  tf.dispose(ordered);
  return values instanceof Float32Array ? values : Float32Array.from(values);
}
