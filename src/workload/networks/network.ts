import { convolution, type Layer, linear } from "../layer.ts";
import type { StructuredMask } from "../structured-mask.ts";

/** A network's layers that have a weight gradient, and which zeros their maps have. */
export interface Network {
  readonly title: string;
  /** Where the shapes come from, and which variant they are. */
  readonly source: string;
  /** One input, [C][H][W]; for text [tokens][features]. */
  readonly input: readonly number[];
  /** The measured network whose zero fractions stand for this one's; undefined: there are no ReLUs. */
  readonly zerosLike?: "vgg16" | "resnet34" | "resnet50";
  /** In forward order, with N = batch images (linear layers: images x tokens). */
  layers(batch: number): Layer[];
  /** The zeros of each layer's maps, by the layer's name. */
  readonly zeros: ReadonlyMap<string, LayerZeros>;
}

/** Which ReLU's output is zero where a map is. */
export interface ReluOutput {
  /**
   * Its kind of place. In a plain network: `relu` behind a convolution, `pool` a max pool's output, `classifier` behind
   * a linear layer. In a residual one: `stem`, `first` and `second` inside a block, `block` a block's output.
   */
  readonly place: "relu" | "pool" | "classifier" | "stem" | "first" | "second" | "block";
  /** Where it stands among those of its kind: 0 the first, 1 the last. */
  readonly depth: number;
}

/** A max pool between a layer and what follows: of each window only the winner has an error. */
export interface PoolWindow {
  readonly kernel: number;
  readonly stride: number;
}

/** Absent: dense. */
export interface LayerZeros {
  readonly fmap?: ReluOutput;
  /** Behind a pool the output is the pool's. With batch norm between a convolution and its ReLU: absent. */
  readonly emap?: ReluOutput & { readonly pool?: PoolWindow };
  /** The pattern of the layer's pruned weights, which its gradients keep. */
  readonly mask?: StructuredMask;
}

/** A layer on its way into a network. */
export interface Placed {
  readonly layer: Layer;
  readonly zeros: LayerZeros;
}

/** What a layer reads: N maps of [C][H][W], and whose zeros they have (absent: dense). */
export interface Maps {
  readonly N: number;
  readonly C: number;
  readonly H: number;
  readonly W: number;
  readonly zeros?: ReluOutput | undefined;
}

/** A network from the function that lists its layers; `stack` is called once for each batch asked for. */
export function network(
  about: Omit<Network, "layers" | "zeros">,
  stack: (batch: number) => readonly Placed[],
): Network {
  return {
    ...about,
    layers: (batch) => stack(batch).map(({ layer }) => layer),
    zeros: new Map(stack(1).map(({ layer, zeros }) => [layer.name, zeros])),
  };
}

/** The relative depth of item `index` of `count`. */
export const depthOf = (index: number, count: number): number => (count > 1 ? index / (count - 1) : 0);

export interface ConvolutionShape {
  readonly K: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/** A square convolution of `from`; `emap` absent: dense. */
export function convolve(
  name: string,
  from: Maps,
  { K, kernel, stride = 1, padding = 0, groups = 1 }: ConvolutionShape,
  emap?: LayerZeros["emap"],
): Placed {
  const { N, C, H, W } = from;
  const layer = convolution({
    name,
    N,
    C,
    H,
    W,
    K,
    R: kernel,
    S: kernel,
    groups,
    dilation: [1, 1],
    stride: [stride, stride],
    padding: [padding, padding, padding, padding],
  });
  return { layer, zeros: zerosOf(from, emap) };
}

/** A linear layer of `from`, flattened; `emap` absent: dense. */
export function connect(name: string, from: Maps, K: number, emap?: LayerZeros["emap"]): Placed {
  return { layer: linear(name, from.N, from.C * from.H * from.W, K), zeros: zerosOf(from, emap) };
}

function zerosOf({ zeros }: Maps, emap: LayerZeros["emap"]): LayerZeros {
  return { ...(zeros ? { fmap: zeros } : {}), ...(emap ? { emap } : {}) };
}

/** What follows a layer, once its ReLU, if any, is done. */
export function outputOf({ layer: { N, K, P, Q } }: Placed, zeros?: ReluOutput): Maps {
  return { N, C: K, H: P, W: Q, zeros };
}

/** Maps pooled over windows; `ceil`: the last window may hang over the edge. */
export function pool(
  maps: Maps,
  { kernel, stride, padding = 0, ceil = false }: PoolWindow & { padding?: number; ceil?: boolean },
  zeros?: ReluOutput,
): Maps {
  const round = ceil ? Math.ceil : Math.floor;
  const extent = (n: number) => round((n + 2 * padding - kernel) / stride) + 1;
  return { ...maps, H: extent(maps.H), W: extent(maps.W), zeros };
}
