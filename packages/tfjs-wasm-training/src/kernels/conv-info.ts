import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import type { Engine } from "../engine.ts";
import { type Inputs, refusesType } from "../training-kernel.ts";

/** What the kernels of a convolution are asked, as far as they read it. */
export interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number | backend_util.ExplicitPadding;
  readonly dataFormat?: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly dilations?: [number, number] | number;
}

type Shape = [number, number, number, number];

/** Sizes, padding and strides of a convolution of maps [N][H][W][C]. */
export function convolutionInfo(
  shape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dilations = 1, dimRoundingMode }: ConvolutionAttributes,
  depthwise = false,
): backend_util.Conv2DInfo {
  const info = backend_util.computeConv2DInfo(
    shape as Shape,
    filterShape as Shape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
  if (info.outHeight >= 0 && info.outWidth >= 0) return info;
  const [picture, filter] = [shape.slice(1, 3).join(" x "), filterShape.slice(0, 2).join(" x ")];
  throw new Error(`tfjs-wasm-training: a filter of ${filter} does not fit a map of ${picture}`);
}

export function refusesMaps(inputs: Inputs, attrs: object): string | undefined {
  const { dataFormat = "NHWC" } = attrs as ConvolutionAttributes;
  if (dataFormat !== "NHWC") return `maps must be NHWC, are ${dataFormat}`;
  return refusesType(...Object.values(inputs));
}

export const sizeOf = ({ shape }: { readonly shape: readonly number[] }): number =>
  shape.reduce((product, size) => product * size, 1);

/** A gradient of nothing. */
export function zeroed({ backend, kernels }: Engine, tensor: TensorInfo): TensorInfo {
  kernels.zero(placeOf(backend, tensor), sizeOf(tensor) * 4);
  return tensor;
}
