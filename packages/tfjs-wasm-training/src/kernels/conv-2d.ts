import {
  Conv2D,
  type Conv2DAttrs,
  FusedConv2D,
  type FusedConv2DAttrs,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import type { Engine } from "../engine.ts";
import { forwardGather } from "../gather.ts";
import { layerOfFilter, rememberFilter } from "../layer-names.ts";
import { shapesOf } from "../measured.ts";
import type { Inputs, TrainingKernel } from "../training-kernel.ts";
import { chosenConvolution } from "./chosen-convolution.ts";
import { convolutionInfo, refusesMaps, sizeOf } from "./conv-info.ts";

/** y [N][P][Q][K] from x [N][H][W][C] and the filter [R][S][C][K]. */
export const conv2D: TrainingKernel = {
  name: Conv2D,
  refuses: refusesMaps,
  compute: (engine, inputs, attrs) => forward(Conv2D, engine, inputs, attrs as unknown as Conv2DAttrs),
};

/** The same with a bias added, as layers without an activation of their own are trained. */
export const fusedConv2D: TrainingKernel = {
  name: FusedConv2D,
  partial: true,
  refuses(inputs, attrs) {
    const { activation } = attrs as unknown as FusedConv2DAttrs;
    if (activation !== undefined && activation !== "linear") return `an activation of ${activation}`;
    if (inputs.preluActivationWeights) return "weights of an activation";
    const { filter, bias } = inputs;
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== filter.shape[3]))
      return "a bias that is not one for each channel";
    return refusesMaps(inputs, attrs);
  },
  compute(engine, inputs, attrs) {
    const y = forward(FusedConv2D, engine, inputs, attrs as unknown as FusedConv2DAttrs);
    const channels = y.shape[3];
    const { bias } = inputs;
    if (bias && channels > 0) {
      const { backend, kernels } = engine;
      kernels.addToColumns(placeOf(backend, y), sizeOf(y) / channels, channels, placeOf(backend, bias));
    }
    return y;
  },
};

function forward(
  kernel: string,
  engine: Engine,
  { x, filter }: Inputs,
  attrs: Conv2DAttrs | FusedConv2DAttrs,
): TensorInfo {
  const info = convolutionInfo(x.shape, filter.shape, attrs);
  const { backend } = engine;
  const y = backend.makeOutput(info.outShape, "float32");
  if (sizeOf(y) === 0) return y;
  rememberFilter(x, filter);
  chosenConvolution(
    engine,
    {
      gathers: [forwardGather(info)],
      batch: info.batchSize,
      sourceAt: placeOf(backend, x),
      weights: {
        at: placeOf(backend, filter),
        filterWidth: info.filterWidth,
        inputs: info.inChannels,
        outputs: info.outChannels,
        direction: "forward",
      },
      targetAt: placeOf(backend, y),
    },
    { kernel, layer: layerOfFilter(filter), shapes: shapesOf({ x, filter }), map: "fmap" },
  );
  return y;
}
