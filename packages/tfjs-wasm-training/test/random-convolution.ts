import { backend_util } from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { drawer } from "./drawn-blobs.ts";

/** Cases of each property; SWG_LAYERS asks for more. */
export const drawnCases = Number(process.env.SWG_LAYERS ?? 40);

type Info = backend_util.Conv2DInfo;

export interface RandomConvolution {
  readonly shape: [number, number, number, number];
  readonly filterShape: [number, number, number, number];
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pad: "same" | "valid" | backend_util.ExplicitPadding;
  readonly density: number;
  readonly seed: number;
}

const upTo = (max: number) => fc.integer({ min: 1, max });
/** Small counts, and those around the widths of the kernels' tiles and lists. */
const channels = (max: number) =>
  fc.oneof(
    upTo(9),
    fc.constantFrom(8, 9, ...[12, 15, 16, 17, 33, 48, 50, 64].filter((count) => count <= max)),
  );
const before = fc.integer({ min: 0, max: 4 });

const padding = fc.oneof(
  fc.constantFrom<"same" | "valid">("same", "valid"),
  fc.tuple(before, before, before, before).map(
    ([top, bottom, left, right]): backend_util.ExplicitPadding => [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
  ),
);

/** Convolutions of few positions, of any stride, dilation and padding that leaves a position. */
export function randomConvolutions({ maxChannels = 64, dilated = true, depthwise = false } = {}) {
  const dilations = dilated ? fc.tuple(upTo(2), upTo(2)) : fc.constant<[number, number]>([1, 1]);
  return fc
    .record({
      sizes: fc.tuple(upTo(3), upTo(9), upTo(9)),
      filter: fc.tuple(upTo(4), upTo(4)),
      inputs: channels(maxChannels),
      outputs: depthwise ? upTo(3) : channels(maxChannels),
      strides: fc.tuple(upTo(3), upTo(3)),
      dilations,
      pad: padding,
      density: fc.constantFrom(0, 0.1, 0.5, 1),
      seed: fc.integer(),
    })
    .map(
      ({ sizes: [N, H, W], filter: [R, S], inputs, outputs, ...rest }): RandomConvolution => ({
        shape: [N, H, W, inputs],
        filterShape: [R, S, inputs, outputs],
        ...rest,
      }),
    )
    .filter((drawn) => {
      const { outHeight, outWidth } = infoOf(drawn, depthwise);
      return outHeight > 0 && outWidth > 0;
    });
}

export const infoOf = (drawn: RandomConvolution, depthwise = false): Info =>
  backend_util.computeConv2DInfo(
    drawn.shape,
    drawn.filterShape,
    drawn.strides,
    drawn.dilations,
    drawn.pad,
    "floor",
    depthwise,
  );

export interface Operands {
  readonly x: Float32Array;
  readonly filter: Float32Array;
  readonly dy: Float32Array;
}

/** Maps of the drawn density, and a filter without zeros. */
export function operandsOf({ density, seed, shape, filterShape }: RandomConvolution, info: Info): Operands {
  const draw = drawer(seed);
  const values = (sizes: readonly number[], share: number) =>
    Float32Array.from({ length: sizes.reduce((a, b) => a * b) }, () => {
      const value = 2 * draw() - 1;
      return draw() < share ? value : 0;
    });
  return { x: values(shape, density), filter: values(filterShape, 1), dy: values(info.outShape, density) };
}
