import type * as core from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { InputError, unknownName } from "../input-error.ts";
import { encodeTrace } from "../trace/encode.ts";
import { memoryTrace } from "../trace/memory-trace.ts";
import type { LayerTrace, Trace } from "../trace/trace.ts";
import { keepsOrder, kernelOf, type RunningLayer, recordableLayers, shapeOf } from "./tensorflow-js-layer.ts";
import { weightGradient } from "./weight-gradient.ts";

export { bitmapsOnly } from "../trace/memory-trace.ts";
export type { LayerTrace, Trace } from "../trace/trace.ts";

/** What is used of TensorFlow.js: pass all of `@tensorflow/tfjs`, or of `@tensorflow/tfjs-core`. */
export type TensorFlow = Pick<
  typeof core,
  | "clone"
  | "customGrad"
  | "dispose"
  | "keep"
  | "mean"
  | "tidy"
  | "transpose"
  | "variableGrads"
  | "version_core"
>;

export interface RecordingOptions {
  /** which training step this is; 0 by default */
  readonly step?: number;
  /** updates of the weights before it */
  readonly optimizerStep?: number;
  /** names of the layers to record; all by default */
  readonly layers?: readonly string[];
  /** keep the first so many images of the batch; the gradient is theirs alone */
  readonly maxBatch?: number;
  /** the loss, instead of the one that the model was compiled with */
  readonly loss?: (targets: core.Tensor, outputs: core.Tensor) => core.Tensor;
  readonly network?: string;
  readonly dataset?: string;
}

/**
 * Takes one training step of a layers-API model of one input and one output, up to the update, and gives it as a trace: of
 * every Conv1D, Conv2D, DepthwiseConv2D and Dense that trains, its fmap, its emap before bias and activation, the gradient
 * computed in float64 from exactly these, and a mask where some weights are zero. A layer used twice gives `c` and `c#1`. The
 * model stays as it was, its moving averages included; a Dropout draws random numbers. Runs in a page and in Node. Throws
 * `InputError` for a model or an option that cannot be recorded.
 */
export async function recordTrainingStep(
  tf: TensorFlow,
  model: LayersModel,
  inputs: core.Tensor,
  targets: core.Tensor,
  options: RecordingOptions = {},
): Promise<Trace> {
  const { step = 0, optimizerStep, maxBatch = Infinity, network = model.name, dataset = "unknown" } = options;
  if (!(maxBatch === Infinity || (Number.isInteger(maxBatch) && maxBatch >= 1)))
    throw new InputError(`maxBatch must be a whole number from 1, is ${maxBatch}`);
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    throw new InputError(
      `model must have one input and one output, has ${model.inputs.length} and ${model.outputs.length}`,
    );
  const images = Math.min(maxBatch, inputs.shape[0]);
  const layers = chosenLayers(model, options.layers);
  const uses = passThrough(tf, model, layers, inputs, targets, options.loss ?? compiledLoss(tf, model));
  try {
    const traces: LayerTrace[] = [];
    const seen = new Map<RunningLayer, number>();
    for (const use of uses.filter(({ emap }) => emap !== undefined)) {
      const again = seen.get(use.layer) ?? 0;
      seen.set(use.layer, again + 1);
      traces.push(await layerTrace(tf, use, images, again === 0 ? "" : `#${again}`));
    }
    const labels = {
      ...{ network, dataset, step, batch: images },
      ...(optimizerStep !== undefined && { optimizerStep }),
      framework: `TensorFlow.js ${tf.version_core}`,
    };
    return memoryTrace("recorded step", labels, traces);
  } finally {
    for (const { fmap, emap } of uses) tf.dispose(emap ? [fmap, emap] : [fmap]);
  }
}

/** Recorded steps as the bytes of a trace file, for a page to keep; in Node `writeTraceFile` of the package writes one. */
export function traceBytes(steps: readonly Trace[]): Uint8Array<ArrayBuffer> {
  const pieces = [...encodeTrace("trace", steps)];
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** One run of a layer: what went in, and the gradient of what came out, in the layout of TensorFlow.js. */
interface Use {
  readonly layer: RunningLayer;
  readonly fmap: core.Tensor;
  emap?: core.Tensor;
}

function chosenLayers(model: LayersModel, names?: readonly string[]): RunningLayer[] {
  const all = recordableLayers(model);
  const known = all.map(({ name }) => name);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownName("layer", unknown, known);
  const chosen = names ? all.filter(({ name }) => names.includes(name)) : all;
  if (chosen.length > 0) return chosen;
  throw new InputError("model must have a Conv1D, Conv2D, DepthwiseConv2D or Dense that trains, has none");
}

/** The loss of a compiled model, averaged as its own training does. */
function compiledLoss(tf: TensorFlow, model: LayersModel): NonNullable<RecordingOptions["loss"]> {
  // a Sequential keeps it in the model that it builds
  const { lossFunctions } = (model as { model?: LayersModel }).model ?? model;
  if (lossFunctions?.length !== 1)
    throw new InputError(
      `model must be compiled with one loss, has ${lossFunctions?.length ?? 0}; or give one as options.loss`,
    );
  return (targets, outputs) => tf.mean(lossFunctions[0](targets, outputs));
}

/** Forward and backward; while they run, each layer's `call` and `activation` tell what passes through. */
function passThrough(
  tf: TensorFlow,
  model: LayersModel,
  layers: readonly RunningLayer[],
  inputs: core.Tensor,
  targets: core.Tensor,
  loss: NonNullable<RecordingOptions["loss"]>,
): Use[] {
  const uses: Use[] = [];
  const averages = model.weights.filter(({ trainable }) => !trainable);
  const before = averages.map((weight) => tf.keep(tf.clone(weight.read())));
  const restore = layers.map((layer) => watch(tf, layer, uses));
  try {
    const { value, grads } = tf.variableGrads(
      () => loss(targets, model.apply(inputs, { training: true }) as core.Tensor) as core.Scalar,
      model.trainableWeights.map((weight) => weight.read() as core.Variable),
    );
    tf.dispose([value, ...Object.values(grads)]);
  } finally {
    for (const undo of restore) undo();
    averages.forEach((weight, i) => {
      weight.write(before[i]);
    });
    tf.dispose(before);
  }
  return uses;
}

/** Adds a use each time the layer runs. Gives what ends this. */
function watch(tf: TensorFlow, layer: RunningLayer, uses: Use[]): () => void {
  const { activation, call } = layer;
  let use: Use | undefined;
  // the same value; its gradient is the emap
  const tapped = (of: Use) =>
    tf.customGrad((output) => ({
      value: tf.clone(output as core.Tensor),
      gradFunc: (gradient: core.Tensor) => {
        of.emap = tf.keep(tf.clone(gradient));
        return gradient;
      },
    }));
  layer.call = (inputs, kwargs) => {
    const fmap = Array.isArray(inputs) ? inputs[0] : inputs;
    use = { layer, fmap: tf.keep(tf.clone(fmap)) };
    uses.push(use);
    return call.call(layer, inputs, kwargs);
  };
  // a name without a fused kernel, so that the layer applies it apart
  layer.activation = {
    getClassName: () => "recorded",
    apply: (output) => {
      const same = use ? tapped(use)(output) : output;
      return activation ? activation.apply(same) : same;
    },
  };
  return () => {
    layer.activation = activation;
    Reflect.deleteProperty(layer, "call");
  };
}

async function layerTrace(tf: TensorFlow, use: Use, images: number, suffix: string): Promise<LayerTrace> {
  const { layer: recorded, fmap, emap } = use;
  const layer = shapeOf(recorded, fmap.shape, emap!.shape, images, `${recorded.name}${suffix}`);
  const ofImages = async (map: core.Tensor) => {
    // [N][...positions][C] as [N][C][...positions]
    const axes = [0, map.rank - 1, ...Array.from({ length: map.rank - 2 }, (_, i) => i + 1)];
    const all = await valuesOf(tf, map, keepsOrder(recorded) ? undefined : axes);
    return all.slice(0, (all.length / map.shape[0]) * images);
  };
  const maps = { layer, fmap: await ofImages(fmap), emap: await ofImages(emap!) };
  const { kernel, axes } = kernelOf(recorded);
  const weights = await valuesOf(tf, kernel, axes);
  const kept = weights.filter((weight) => weight !== 0).length;
  // a kernel that is zero throughout has not been trained yet
  const pruned = kept > 0 && kept < weights.length;
  const trace = pruned
    ? { ...maps, mask: Uint8Array.from(weights, (weight) => (weight === 0 ? 0 : 1)) }
    : maps;
  return { ...trace, weightGradient: Float32Array.from(weightGradient(trace)) };
}

/** A tensor's values, row-major, its axes in another order first. */
async function valuesOf(tf: TensorFlow, tensor: core.Tensor, axes?: number[]): Promise<Float32Array> {
  const ordered = tf.tidy(() => (axes ? tf.transpose(tensor, axes) : tf.clone(tensor)));
  const values = (await ordered.data()) as Float32Array;
  tf.dispose(ordered);
  return values;
}
