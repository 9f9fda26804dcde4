import * as tf from "@tensorflow/tfjs-core";
import type { Backend } from "../src/backend.ts";

/**
 * How the wasm backend can be made to train:
 *
 * - `package`: this package.
 * - `dense`: the same without skipping zeros.
 * - `workaround`: what works today. The gradient of a filter is a convolution of transposed maps, that of the input is the
 *   backend's own. Layers for which there is no such trick, strided and depthwise ones, have this package's dense kernels.
 * - `by hand`: the best that can be written with the backend's kernels. The gradient of the input is a convolution too.
 */
export const modes = ["package", "dense", "by hand", "workaround"] as const;
export type Mode = (typeof modes)[number];

let mode: Mode = "package";

export function setMode(next: Mode): void {
  mode = next;
  const ours = next === "package" || next === "dense";
  tf.env().set("WASM_TRAINING_KERNELS", ours);
  tf.env().set("WASM_TRAINING_SKIP_ZEROS", next === "package");
}

interface Call {
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly attrs: {
    readonly strides: [number, number] | number;
    readonly pad: tf.backend_util.ExplicitPadding | "same" | "valid" | number;
    readonly filterShape: [number, number, number, number];
    readonly inputShape: [number, number, number, number];
  };
  readonly backend: unknown;
}

/** Puts the baselines beside the package's kernels; `setMode` chooses. */
export function registerBaselines(): void {
  replace("Conv2DBackpropFilter", ["workaround", "by hand"], transposedConvolution);
  replace("Conv2DBackpropInput", ["by hand"], rotatedConvolution);
}

function replace(name: string, forModes: readonly Mode[], baseline: (call: Call) => tf.Tensor | undefined) {
  const registered = tf.getKernel(name, "wasm");
  tf.unregisterKernel(name, "wasm");
  tf.registerKernel({
    ...registered,
    kernelFunc: (call) =>
      (forModes.includes(mode) ? baseline(call as unknown as Call) : undefined) ??
      registered.kernelFunc(call),
  });
}

/** Paddings of a layer of stride 1; nothing for another. */
function paddings(shape: readonly number[], filter: readonly number[], { strides, pad }: Call["attrs"]) {
  if ([strides].flat().some((stride) => stride !== 1)) return undefined;
  const sizes = shape as [number, number, number, number];
  const taps = filter as [number, number, number, number];
  const { padInfo } = tf.backend_util.computeConv2DInfo(sizes, taps, strides, 1, pad, "floor");
  return padInfo;
}

/** A tensor of a kernel's input, which stays the caller's. */
function shared({ dataId, shape, dtype }: tf.TensorInfo, backend: unknown): tf.Tensor4D {
  (backend as Backend).incRef(dataId);
  return tf.engine().makeTensorFromDataId(dataId, shape, dtype) as tf.Tensor4D;
}

/** dw [R][S][C][K]: x with channels as images, convolved by dy with images as channels. */
function transposedConvolution({ inputs, attrs, backend }: Call): tf.Tensor | undefined {
  const pad = paddings(inputs.x.shape, attrs.filterShape, attrs);
  if (!pad) return undefined;
  return tf.tidy(() => {
    const x = tf.transpose(shared(inputs.x, backend), [3, 1, 2, 0]);
    const dy = tf.transpose(shared(inputs.dy, backend), [1, 2, 0, 3]);
    const around: tf.backend_util.ExplicitPadding = [
      [0, 0],
      [pad.top, pad.bottom],
      [pad.left, pad.right],
      [0, 0],
    ];
    return tf.transpose(tf.conv2d(x, dy, 1, around), [1, 2, 0, 3]);
  });
}

/** dx: dy convolved by the filter turned by 180 degrees, with inputs and outputs exchanged. */
function rotatedConvolution({ inputs, attrs, backend }: Call): tf.Tensor | undefined {
  const filterShape = inputs.filter.shape;
  const pad = paddings(attrs.inputShape, filterShape, attrs);
  if (!pad) return undefined;
  return tf.tidy(() => {
    const [R, S] = filterShape;
    const filter = tf.transpose(tf.reverse(shared(inputs.filter, backend), [0, 1]), [0, 1, 3, 2]);
    const rows: [number, number] = [R - 1 - pad.top, R - 1 - pad.bottom];
    const columns: [number, number] = [S - 1 - pad.left, S - 1 - pad.right];
    return tf.conv2d(shared(inputs.dy, backend), filter, 1, [[0, 0], rows, columns, [0, 0]]);
  });
}
