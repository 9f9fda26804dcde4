import type { Random } from "../random.ts";
import { convolution, gradientSize, type Layer, linear } from "../workload/layer.ts";
import { DIGITS, SIDE } from "./pictures.ts";

/** One layer with what it has learned; ReLU and pooling come after it. */
export interface Stage {
  /** With N = 1; a batch's layers come from `forImages`. */
  readonly layer: Layer;
  /** ReLU on the output. The last stage has none: its output are the scores. */
  readonly relu: boolean;
  /** Then the maxima of 2x2 squares. */
  readonly pool: boolean;
  /** [K][C/groups][R][S] */
  readonly weights: Float32Array;
  /** [K] */
  readonly bias: Float32Array;
}

export type Network = readonly Stage[];

/** The layer at a batch of N images. */
export const forImages = (layer: Layer, N: number): Layer => ({ ...layer, N });

/**
 * The network that trains here: four convolutions and a linear layer (assumed, D22), without batch norm, so that ReLU and pooling
 * leave the emaps as sparse as they are in such networks.
 *
 *   20x20x1 -3x3-> 20x20x8 -pool-> 10x10 -3x3-> 10x10x16 -3x3, stride 2-> 5x5x32 -1x1-> 5x5x32 -linear-> 10
 */
export function digitNetwork(random: Random): Network {
  const half = SIDE / 2;
  const quarter = half / 2;
  return [
    stage(random, square("conv1", SIDE, 1, 8, 3, 1), { pool: true }),
    stage(random, square("conv2", half, 8, 16, 3, 1)),
    stage(random, square("conv3", half, 16, 32, 3, 2)),
    stage(random, square("conv4", quarter, 32, 32, 1, 1)),
    stage(random, linear("fc", 1, 32 * quarter * quarter, DIGITS), { relu: false }),
  ];
}

/** A square convolution whose padding keeps the picture's size (at stride 1). */
function square(name: string, side: number, C: number, K: number, kernel: number, stride: number): Layer {
  const edge = (kernel - 1) / 2;
  return convolution({
    name,
    N: 1,
    C,
    H: side,
    W: side,
    K,
    R: kernel,
    S: kernel,
    groups: 1,
    stride: [stride, stride],
    padding: [edge, edge, edge, edge],
    dilation: [1, 1],
  });
}

/**
 * A stage not yet trained: biases 0, weights after He et al. 2015: variance 2 / (C/groups * R * S), and half of it
 * where no ReLU halves the output.
 */
function stage(random: Random, layer: Layer, { relu = true, pool = false } = {}): Stage {
  const size = gradientSize(layer);
  const deviation = Math.sqrt(((relu ? 2 : 1) * layer.K) / size);
  const weights = Float32Array.from({ length: size }, () => deviation * random.normal());
  return { layer, relu, pool, weights, bias: new Float32Array(layer.K) };
}
