/**
 * A layer's shape, in the problem dimensions that Timeloop uses:
 * N images, C input channels, H x W input, K output channels, P x Q output, R x S kernel.
 *
 *   fmap [N][C][H][W]   emap [N][K][P][Q]   gradient and mask [K][C/groups][R][S]
 *
 * A linear layer is the case H = W = P = Q = R = S = 1 with N = images x tokens.
 */
export interface Layer {
  readonly name: string;
  readonly type: "conv2d" | "linear";
  readonly N: number;
  readonly C: number;
  readonly H: number;
  readonly W: number;
  readonly K: number;
  readonly P: number;
  readonly Q: number;
  readonly R: number;
  readonly S: number;
  /** [y, x] */
  readonly stride: readonly [number, number];
  /** [top, left, bottom, right] */
  readonly padding: readonly [number, number, number, number];
  /** [y, x] */
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** Output extent along one axis; the only P (or Q) that a layer's shape allows. */
export function outputExtent(
  input: number,
  kernel: number,
  stride: number,
  padding: readonly [before: number, after: number],
  dilation: number,
): number {
  return Math.floor((input + padding[0] + padding[1] - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** A layer with P and Q worked out from the rest. */
export function convolution(shape: Omit<Layer, "type" | "P" | "Q">): Layer {
  const [top, left, bottom, right] = shape.padding;
  return {
    ...shape,
    type: "conv2d",
    P: outputExtent(shape.H, shape.R, shape.stride[0], [top, bottom], shape.dilation[0]),
    Q: outputExtent(shape.W, shape.S, shape.stride[1], [left, right], shape.dilation[1]),
  };
}

/** A linear layer of C inputs and K outputs on N images (or images x tokens). */
export function linear(name: string, N: number, C: number, K: number): Layer {
  return {
    name,
    type: "linear",
    N,
    C,
    H: 1,
    W: 1,
    K,
    P: 1,
    Q: 1,
    R: 1,
    S: 1,
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
  };
}

export const fmapSize = (l: Layer): number => l.N * l.C * l.H * l.W;
export const emapSize = (l: Layer): number => l.N * l.K * l.P * l.Q;
export const gradientSize = (l: Layer): number => l.K * (l.C / l.groups) * l.R * l.S;

/** MACs of the weight gradient without any zero skipped, taps in the padding counted. */
export const denseMacs = (l: Layer): number => gradientSize(l) * l.N * l.P * l.Q;
