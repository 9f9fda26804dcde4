/**
 * Steps of a TensorFlow.js training as traces, in a page or in Node.
 *
 * @module swg-sim/tfjs
 */

import type * as core from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  InputError,
  isRecord,
  quoted,
  requireList,
  requireObject,
  requireText,
  requireWhole,
} from "../input-error.ts";
import { encodeTrace } from "../trace/encode.ts";
import { memoryTrace } from "../trace/memory-trace.ts";
import type { Trace } from "../trace/trace.ts";
import { chooseLayers, listed } from "./tensorflow-js-choice.ts";
import type { TensorFlow } from "./tensorflow-js-library.ts";
import { disposeUses, passThrough } from "./tensorflow-js-pass.ts";
import { traceUses } from "./tensorflow-js-uses.ts";

export { bitmapsOnly } from "../trace/memory-trace.ts";
export type { LayerTrace, Trace } from "../trace/trace.ts";
export type { TensorFlow } from "./tensorflow-js-library.ts";

/** What is recorded of a step, and what the trace calls it (assumed, D52). */
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
 * every Conv1D, Conv2D, DepthwiseConv2D and Dense that trains, wherever in the model it lies, its fmap, its emap before bias
 * and activation, the gradient computed in float64 from exactly these, and a mask where some weights are zero. A layer used
 * twice gives `c` and `c#1`; layers of the same name are told apart by what they lie in, `b1/conv`. What is recorded explains
 * the gradient of TensorFlow.js itself. Every other layer with a kernel is in the trace's `coverage`, with the reason. The model
 * stays as it was, its moving averages and states included; a Dropout draws random numbers. Runs in a page and in Node.
 * Throws `InputError` for a model or an option that cannot be recorded.
 */
export async function recordTrainingStep(
  tf: TensorFlow,
  model: LayersModel,
  inputs: core.Tensor,
  targets: core.Tensor,
  options: RecordingOptions = {},
): Promise<Trace> {
  checkArguments(tf, model, inputs, targets, options);
  const { step = 0, optimizerStep, maxBatch = Infinity, network = model.name, dataset = "unknown" } = options;
  const batch = inputs.shape[0];
  const { all, chosen, leftOut: notChosen } = chooseLayers(model, options.layers);
  const loss = options.loss ?? compiledLoss(tf, model);
  const { uses, gradients } = passThrough(tf, model, all, chosen, () =>
    scalarOf(loss(targets, model.apply(inputs, { training: true }) as core.Tensor)),
  );
  try {
    const images = Math.min(maxBatch, batch);
    const { traces, leftOut } = await traceUses(tf, chosen, uses, gradients, { images, batch });
    const missing = listed([...leftOut, ...notChosen]);
    if (traces.length === 0)
      throw new InputError(
        `no layer of the model can be recorded; ${missing[0].names[0]}: ${missing[0].why}`,
      );
    const labels = {
      network,
      dataset,
      step,
      batch: images,
      ...(optimizerStep !== undefined && { optimizerStep }),
      framework: `TensorFlow.js ${tf.version_core}`,
    };
    return memoryTrace("recorded step", labels, traces, missing);
  } finally {
    disposeUses(tf, uses);
    tf.dispose(Object.values(gradients));
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

function checkArguments(
  tf: TensorFlow,
  model: LayersModel,
  inputs: core.Tensor,
  targets: core.Tensor,
  options: RecordingOptions,
): void {
  requireObject("tf", tf, ["customGrad", "variableGrads"]);
  checkModel(model);
  for (const [what, value] of Object.entries({ inputs, targets }))
    if (!isTensor(value) || value.isDisposed || value.rank === 0)
      throw new InputError(`${what} must be a tensor whose first axis holds the images`);
  checkOptions(options);
}

function checkModel(model: LayersModel): void {
  requireObject("model", model, ["apply"]);
  if (!Array.isArray(model.layers))
    throw new InputError("model must be a LayersModel of TensorFlow.js, has no layers");
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    throw new InputError(
      `model must have one input and one output, has ${model.inputs.length} and ${model.outputs.length}`,
    );
}

function checkOptions(options: RecordingOptions): void {
  requireObject("options", options);
  const { step, optimizerStep, maxBatch = Infinity, layers, loss } = options;
  for (const [what, value] of Object.entries({ step, optimizerStep }))
    if (value !== undefined) requireWhole(what, value, 0, Number.MAX_SAFE_INTEGER);
  if (maxBatch !== Infinity) requireWhole("maxBatch", maxBatch, 1, Number.MAX_SAFE_INTEGER);
  for (const what of ["network", "dataset"] as const)
    if (options[what] !== undefined) requireText(what, options[what]);
  if (layers !== undefined) requireList("layers", layers);
  if (layers?.length === 0) throw new InputError("layers must hold a name, is empty");
  if (loss !== undefined) requireObject("options", options, ["loss"]);
}

const isTensor = (value: unknown): value is core.Tensor =>
  isRecord(value) && Array.isArray(value.shape) && typeof value.dataSync === "function";

function scalarOf(loss: core.Tensor): core.Scalar {
  if (isTensor(loss) && loss.rank === 0) return loss as core.Scalar;
  const found = isTensor(loss) ? `a tensor of shape ${quoted(loss.shape)}` : quoted(loss);
  throw new InputError(`loss must give one number for the batch, a tensor of no axes, gives ${found}`);
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
