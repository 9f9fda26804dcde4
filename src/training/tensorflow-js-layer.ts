import type * as core from "@tensorflow/tfjs-core";
import { InputError } from "../input-error.ts";
import { convolution, type Layer, linear } from "../workload/layer.ts";
import { layerContradiction } from "../workload/layer-rules.ts";

type Tensors = core.Tensor | core.Tensor[];

/** A weight of TensorFlow.js: a variable, or what stands for one. */
export interface Weight {
  readonly shape: readonly (number | null)[];
  read(): core.Tensor;
  write(value: core.Tensor): unknown;
}

/** What recording uses of a layer of TensorFlow.js, whichever kind it is. */
export interface RunningLayer {
  readonly name: string;
  activation: { getClassName(): string; apply(tensor: core.Tensor): core.Tensor } | null;
  call(inputs: Tensors, kwargs: Record<string, unknown>): Tensors;
  getClassName(): string | undefined;
  readonly weights: readonly Weight[];
  readonly kernelSize?: readonly number[];
  readonly strides?: readonly number[];
  readonly padding?: string;
  readonly dataFormat?: string;
  readonly dilationRate?: number | readonly number[];
  /** of a model inside a model */
  readonly layers?: readonly RunningLayer[];
  readonly kernel?: Weight;
  readonly depthwiseKernel?: Weight;
}

const KINDS = ["Conv1D", "Conv2D", "DepthwiseConv2D", "Dense"] as const;
type Kind = (typeof KINDS)[number];

const kindOf = (layer: RunningLayer): Kind | undefined => KINDS.find((kind) => kind === layer.getClassName());

/** The weight whose gradient a trace can hold; undefined of a layer of another kind. */
export const kernelWeight = (layer: RunningLayer): Weight | undefined =>
  kindOf(layer) && (layer.kernel ?? layer.depthwiseKernel);

/** A map of the layer has its channels first, and last otherwise; those of a Dense are images x tokens in any case. */
export const keepsOrder = (layer: RunningLayer): boolean =>
  layer.dataFormat === "channelsFirst" || kindOf(layer) === "Dense";

/** A layer's shape, on the first `images` of its maps' first axis, from the shapes of its maps in TensorFlow.js. */
export function shapeOf(
  layer: RunningLayer,
  [, ...fmap]: readonly number[],
  [, ...emap]: readonly number[],
  images: number,
  name: string,
): Layer {
  if (kindOf(layer) === "Dense") {
    const tokens = fmap.slice(0, -1).reduce((product, size) => product * size, images);
    return linear(name, tokens, fmap[fmap.length - 1], emap[emap.length - 1]);
  }
  const [C, ...size] = keepsOrder(layer) ? fmap : [fmap[fmap.length - 1], ...fmap.slice(0, -1)];
  const K = keepsOrder(layer) ? emap[0] : emap[emap.length - 1];
  const row = <T>(values: readonly T[], first: T): [T, T] =>
    values.length === 1 ? [first, values[0]] : [values[0], values[1]];
  const [H, W] = row(size, 1);
  const [R, S] = row(layer.kernelSize!, 1);
  const stride = row(layer.strides!, 1);
  const depthwise = kindOf(layer) === "DepthwiseConv2D";
  // TensorFlow.js leaves the dilation of a depthwise layer out
  const rates = depthwise ? 1 : layer.dilationRate!;
  const dilation = row(typeof rates === "number" ? size.map(() => rates) : rates, 1);
  const [top, bottom] = edges(layer, H, R, stride[0], dilation[0]);
  const [left, right] = edges(layer, W, S, stride[1], dilation[1]);
  const shape = convolution({
    name,
    N: images,
    C,
    H,
    W,
    K,
    R,
    S,
    stride,
    dilation,
    groups: depthwise ? C : 1,
    padding: [top, left, bottom, right],
  });
  const contradiction = layerContradiction(shape);
  if (contradiction) throw new InputError(`layer ${JSON.stringify(name)}: ${contradiction}`);
  return shape;
}

/** "same" gives ceil(input / stride) outputs; what this takes is split evenly, the odd one after the input. */
function edges(
  { padding }: RunningLayer,
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
): [before: number, after: number] {
  if (padding !== "same") return [0, 0];
  const reach = (Math.ceil(input / stride) - 1) * stride + dilation * (kernel - 1) + 1;
  const total = Math.max(0, reach - input);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** How to order the axes of a kernel as [K][C/groups][R][S], and of a depthwise one as [C][its outputs][R][S]. */
export function kernelAxes(layer: RunningLayer, rank: number): number[] {
  // [C][K], [S][C][K], [R][S][C][K], depthwise [R][S][C][K/C]
  return { 2: [1, 0], 3: [2, 1, 0], 4: layer.kernel ? [3, 2, 0, 1] : [2, 3, 0, 1] }[rank]!;
}
