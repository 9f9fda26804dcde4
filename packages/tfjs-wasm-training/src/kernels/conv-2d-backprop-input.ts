import { Conv2DBackpropInput, type Conv2DBackpropInputAttrs } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import { inputGathers } from "../gather.ts";
import { layerOfFilter } from "../layer-names.ts";
import { shapesOf } from "../measured.ts";
import type { TrainingKernel } from "../training-kernel.ts";
import { chosenConvolution } from "./chosen-convolution.ts";
import { convolutionInfo, refusesMaps, sizeOf, zeroed } from "./conv-info.ts";

/** The gradient of x [N][H][W][C], from dy [N][P][Q][K] and the filter [R][S][C][K]. */
export const conv2DBackpropInput: TrainingKernel = {
  name: Conv2DBackpropInput,
  refuses: refusesMaps,
  compute(engine, inputs, attrs) {
    const { dy, filter } = inputs;
    const { inputShape } = attrs as unknown as Conv2DBackpropInputAttrs;
    const info = convolutionInfo(inputShape, filter.shape, attrs as unknown as Conv2DBackpropInputAttrs);
    const { backend } = engine;
    const gradient = backend.makeOutput(inputShape, "float32");
    if (sizeOf(dy) === 0) return zeroed(engine, gradient);
    chosenConvolution(
      engine,
      {
        gathers: inputGathers(info),
        batch: info.batchSize,
        sourceAt: placeOf(backend, dy),
        weights: {
          at: placeOf(backend, filter),
          filterWidth: info.filterWidth,
          inputs: info.outChannels,
          outputs: info.inChannels,
          direction: "backward",
        },
        targetAt: placeOf(backend, gradient),
      },
      {
        kernel: Conv2DBackpropInput,
        layer: layerOfFilter(filter),
        shapes: shapesOf({ dy, filter }),
        map: "emap",
      },
    );
    return gradient;
  },
};
