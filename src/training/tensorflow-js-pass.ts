import type * as core from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { LayerInside } from "./tensorflow-js-inside.ts";
import type { RunningLayer, Weight } from "./tensorflow-js-layer.ts";
import type { TensorFlow } from "./tensorflow-js-library.ts";

/** One run of a layer: what went in, and the gradient of what came out, in the layout of TensorFlow.js. */
export interface Use {
  readonly layer: LayerInside;
  readonly fmap: core.Tensor;
  /** absent: the loss does not depend on it */
  emap?: core.Tensor;
}

export interface Pass {
  /** in the order in which they ran; whoever takes them disposes of them */
  readonly uses: readonly Use[];
  /** the framework's gradient of each weight that trains, by its variable's name; absent: nothing depends on it */
  readonly gradients: Readonly<Record<string, core.Tensor>>;
}

/**
 * A forward and a backward pass. While they run, the `call` and `activation` of each of `watched` tell what passes through.
 * Leaves all else of the model as it was, also where a layer throws: weights, averages, and states of recurrent `layers`.
 */
export function passThrough(
  tf: TensorFlow,
  model: LayersModel,
  layers: readonly LayerInside[],
  watched: readonly LayerInside[],
  loss: () => core.Scalar,
): Pass {
  const uses: Use[] = [];
  const trained = model.trainableWeights.map((weight) => weight.read() as core.Variable);
  const training = new Set<core.Tensor>(trained);
  const others = [...model.weights, ...layers.flatMap(({ weights }) => weights)] as Weight[];
  const averages = [...new Set(others)].filter((weight) => !training.has(weight.read()));
  const before = averages.map((weight) => tf.keep(tf.clone(weight.read())));
  const restore = [
    ...layers.map(({ layer }) => keepStates(tf, layer)),
    ...watched.map((layer) => watch(tf, layer, uses)),
  ];
  let failure: { error: unknown } | undefined;
  // an error that TensorFlow.js saw would leave what it saved for the way back, so it gets another sum to go back from
  const attempted = () => {
    try {
      return loss();
    } catch (error) {
      failure = { error };
      return tf.mean(trained[0]) as core.Scalar;
    }
  };
  try {
    const { value, grads } = tf.variableGrads(attempted, trained);
    tf.dispose(value);
    if (!failure) {
      for (const gradient of Object.values(grads)) tf.keep(gradient);
      return { uses, gradients: grads };
    }
    tf.dispose(Object.values(grads));
    throw failure.error;
  } catch (error) {
    disposeUses(tf, uses);
    throw error;
  } finally {
    for (const undo of restore) undo();
    averages.forEach((weight, i) => {
      weight.write(before[i]);
    });
    tf.dispose(before);
  }
}

export function disposeUses(tf: TensorFlow, uses: readonly Use[]): void {
  for (const { fmap, emap } of uses) tf.dispose(emap ? [fmap, emap] : [fmap]);
}

/** Adds a use each time the layer runs. Gives what ends this. */
function watch(tf: TensorFlow, inside: LayerInside, uses: Use[]): () => void {
  const { layer } = inside;
  const { activation, call } = layer;
  const own = ["call", "activation"].map(
    (key) => [key, Object.getOwnPropertyDescriptor(layer, key)] as const,
  );
  let use: Use | undefined;
  // the same value; its gradient is the emap
  const tapped = (of: Use) =>
    tf.customGrad((output) => ({
      value: tf.clone(output as core.Tensor),
      gradFunc: (gradient: core.Tensor) => {
        if (of.emap) tf.dispose(of.emap);
        of.emap = tf.keep(tf.clone(gradient));
        return gradient;
      },
    }));
  layer.call = (inputs, kwargs) => {
    const fmap = Array.isArray(inputs) ? inputs[0] : inputs;
    use = { layer: inside, fmap: tf.keep(tf.clone(fmap)) };
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
    for (const [key, descriptor] of own)
      if (descriptor) Object.defineProperty(layer, key, descriptor);
      else Reflect.deleteProperty(layer, key);
  };
}

type Masks = core.Tensor | core.Tensor[] | null | undefined;

interface Cell {
  dropoutMask?: Masks;
  recurrentDropoutMask?: Masks;
  readonly cells?: readonly Cell[];
}

interface Recurrent {
  readonly cell?: Cell;
  /** a layer that keeps its states from batch to batch */
  readonly stateful?: boolean;
  states_: core.Tensor[] | null;
  readonly keptStates: core.Tensor[][];
}

/** Gives what leaves nothing of a pass in a layer. Dropout masks are drawn for each call, so those of the last one may go. */
function keepStates(tf: TensorFlow, layer: RunningLayer): () => void {
  const recurrent = layer as unknown as Recurrent;
  const undo = keepStatesOf(tf, recurrent);
  const { cell } = recurrent;
  if (!cell) return undo;
  return () => {
    undo();
    for (const each of [cell, ...(cell.cells ?? [])])
      for (const key of ["dropoutMask", "recurrentDropoutMask"] as const)
        if (each[key]) {
          tf.dispose(each[key]);
          each[key] = null;
        }
  };
}

/** Gives what puts the states of a stateful recurrent layer back; nothing to do for any other. */
function keepStatesOf(tf: TensorFlow, recurrent: Recurrent): () => void {
  if (recurrent.stateful !== true || !Array.isArray(recurrent.keptStates)) return () => {};
  const states = recurrent.states_?.slice() ?? null;
  const kept = recurrent.keptStates.length;
  return () => {
    const known = new Set(states);
    const added = [...(recurrent.states_ ?? []), ...recurrent.keptStates.splice(kept).flat()];
    tf.dispose([...new Set(added)].filter((state) => !known.has(state)));
    recurrent.states_ = states;
  };
}
