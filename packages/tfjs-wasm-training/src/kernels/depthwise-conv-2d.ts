import {
  DepthwiseConv2dNativeBackpropFilter,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  DepthwiseConv2dNativeBackpropInput,
  type DepthwiseConv2dNativeBackpropInputAttrs,
} from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import { type Depthwise, depthwiseFilterGradient, depthwiseInputGradient } from "../depthwise.ts";
import { forwardGather, inputGathers } from "../gather.ts";
import { clearUnwanted } from "../gradient-mask.ts";
import { maskOfFilter } from "../tape.ts";
import type { TrainingKernel } from "../training-kernel.ts";
import { convolutionInfo, refusesMaps, sizeOf, zeroed } from "./conv-info.ts";

const layerOf = (info: ReturnType<typeof convolutionInfo>): Depthwise => ({
  multiplier: info.outChannels / info.inChannels,
  filterWidth: info.filterWidth,
  channels: info.inChannels,
  batch: info.batchSize,
});

/** The gradient of a filter [R][S][C][multiplier], from x [N][H][W][C] and dy [N][P][Q][C * multiplier]. */
export const depthwiseBackpropFilter: TrainingKernel = {
  name: DepthwiseConv2dNativeBackpropFilter,
  refuses: refusesMaps,
  compute(engine, { x, dy }, given) {
    const attrs = given as unknown as DepthwiseConv2dNativeBackpropFilterAttrs;
    const info = convolutionInfo(x.shape, attrs.filterShape, attrs, true);
    const { backend } = engine;
    const gradient = backend.makeOutput(attrs.filterShape, "float32");
    if (sizeOf(dy) === 0) return zeroed(engine, gradient);
    const places = {
      fmap: placeOf(backend, x),
      emap: placeOf(backend, dy),
      gradient: placeOf(backend, gradient),
    };
    depthwiseFilterGradient(engine, forwardGather(info), layerOf(info), places);
    const mask = maskOfFilter(x);
    if (mask) clearUnwanted(engine, places.gradient, mask);
    return gradient;
  },
};

/** The gradient of x [N][H][W][C], from dy [N][P][Q][C * multiplier] and the filter. */
export const depthwiseBackpropInput: TrainingKernel = {
  name: DepthwiseConv2dNativeBackpropInput,
  refuses: refusesMaps,
  compute(engine, { dy, filter }, given) {
    const attrs = given as unknown as DepthwiseConv2dNativeBackpropInputAttrs;
    const info = convolutionInfo(attrs.inputShape, filter.shape, attrs, true);
    const { backend } = engine;
    const gradient = backend.makeOutput(attrs.inputShape, "float32");
    if (sizeOf(dy) === 0) return zeroed(engine, gradient);
    depthwiseInputGradient(engine, inputGathers(info), layerOf(info), {
      emap: placeOf(backend, dy),
      filter: placeOf(backend, filter),
      gradient: placeOf(backend, gradient),
    });
    return gradient;
  },
};
