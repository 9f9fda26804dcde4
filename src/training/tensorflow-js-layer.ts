import type * as core from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { InputError } from "../input-error.ts";
import { convolution, type Layer, linear } from "../workload/layer.ts";
import { layerContradiction } from "../workload/layer-rules.ts";

type Tensors = core.Tensor | core.Tensor[];

/** What recording uses of a layer of TensorFlow.js, whichever kind it is. */
export interface RunningLayer {
  readonly name: string;
  readonly trainable: boolean;
  activation: { getClassName(): string; apply(tensor: core.Tensor): core.Tensor } | null;
  call(inputs: Tensors, kwargs: Record<string, unknown>): Tensors;
  getClassName(): string;
  readonly kernelSize?: readonly number[];
  readonly strides?: readonly number[];
  readonly padding?: string;
  readonly dataFormat?: string;
  readonly dilationRate?: number | readonly number[];
  readonly layers?: readonly RunningLayer[];
  readonly kernel?: { read(): core.Tensor };
  readonly depthwiseKernel?: { read(): core.Tensor };
}

const KINDS = ["Conv1D", "Conv2D", "DepthwiseConv2D", "Dense"] as const;
type Kind = (typeof KINDS)[number];

const kindOf = (layer: RunningLayer): Kind | undefined => KINDS.find((kind) => kind === layer.getClassName());

/** The layers of a model that train a weight which a trace can hold, in its order; also those of models inside it. */
export function recordableLayers(model: LayersModel): RunningLayer[] {
  const inside = (layers: readonly RunningLayer[]): RunningLayer[] =>
    layers.flatMap((layer) => (layer.layers ? inside(layer.layers) : [layer]));
  const all = inside(model.layers as unknown as readonly RunningLayer[]);
  return all.filter((layer) => kindOf(layer) && layer.trainable);
}

/** A map of the layer has its channels first, and last otherwise; those of a Dense are images x tokens in any case. */
export const keepsOrder = (layer: RunningLayer): boolean =>
  layer.dataFormat === "channelsFirst" || kindOf(layer) === "Dense";

/** A layer's shape, on the first `images` of a batch, from the shapes of its maps in TensorFlow.js. */
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
    ...{ name, N: images, C, H, W, K, R, S, stride, dilation, groups: depthwise ? C : 1 },
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

/** How to order a kernel's axes as [K][C/groups][R][S], and a depthwise one's as [C][its outputs][R][S]. */
export function kernelOf(layer: RunningLayer): { kernel: core.Tensor; axes: number[] } {
  const kernel = (layer.kernel ?? layer.depthwiseKernel)!.read();
  // [C][K], [S][C][K], [R][S][C][K], depthwise [R][S][C][K/C]
  const axes = { 2: [1, 0], 3: [2, 1, 0], 4: layer.kernel ? [3, 2, 0, 1] : [2, 3, 0, 1] }[kernel.rank]!;
  return { kernel, axes };
}
