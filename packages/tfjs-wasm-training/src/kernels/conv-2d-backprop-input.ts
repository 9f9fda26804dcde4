import { Conv2DBackpropInput, type Conv2DBackpropInputAttrs, type TensorInfo } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import type { Engine } from "../engine.ts";
import { inputGathers } from "../gather.ts";
import { layerOfFilter } from "../layer-names.ts";
import { shapesOf } from "../measured.ts";
import { reluBefore } from "../tape.ts";
import type { Inputs, TrainingKernel } from "../training-kernel.ts";
import { chosenConvolution } from "./chosen-convolution.ts";
import { convolutionInfo, refusesMaps, sizeOf, zeroed } from "./conv-info.ts";

/**
 * The gradient of x [N][H][W][C], from dy [N][P][Q][K] and the filter [R][S][C][K]. Where x is a ReLU's result and this goes to
 * that ReLU's gradient, which throws away what comes where it gave 0, that is not computed.
 */
export const conv2DBackpropInput: TrainingKernel = {
  name: Conv2DBackpropInput,
  refuses: refusesMaps,
  compute: (engine, inputs, attrs) => inputGradient(engine, inputs, attrs, reluBefore(inputs.filter)),
};

/** Without what is at zeros of `relu`, where that is given. */
export function inputGradient(
  engine: Engine,
  { dy, filter }: Inputs,
  attrs: object,
  relu: TensorInfo | undefined,
): TensorInfo {
  const { inputShape } = attrs as Conv2DBackpropInputAttrs;
  const info = convolutionInfo(inputShape, filter.shape, attrs as Conv2DBackpropInputAttrs);
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
      ...(relu && { maskAt: placeOf(backend, relu) }),
    },
    {
      kernel: Conv2DBackpropInput,
      layer: layerOfFilter(filter),
      shapes: shapesOf({ dy, filter }),
      map: "emap",
    },
  );
  return gradient;
}
