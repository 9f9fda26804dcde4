import { Conv2DBackpropFilter, type Conv2DBackpropFilterAttrs, type TensorInfo } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import { denseGradientTime, densityOf, listedGradientTime } from "../choice.ts";
import type { Engine } from "../engine.ts";
import { skipsZeros } from "../flags.ts";
import { forwardGather, type Gather, inputGathers } from "../gather.ts";
import { layerOfMap } from "../layer-names.ts";
import { measured, shapesOf } from "../measured.ts";
import type { TrainingKernel } from "../training-kernel.ts";
import { denseGradient, emapGradient, fmapGradient, type GradientMethod } from "../weight-gradient.ts";
import { convolutionInfo, refusesMaps, sizeOf, zeroed } from "./conv-info.ts";

/** The gradient of a filter [R][S][C][K], from x [N][H][W][C] and dy [N][P][Q][K]. */
export const conv2DBackpropFilter: TrainingKernel = {
  name: Conv2DBackpropFilter,
  refuses: refusesMaps,
  compute(engine, inputs, attrs) {
    const { x, dy } = inputs;
    const { filterShape } = attrs as unknown as Conv2DBackpropFilterAttrs;
    const info = convolutionInfo(x.shape, filterShape, attrs as unknown as Conv2DBackpropFilterAttrs);
    const { batchSize } = info;
    const { backend } = engine;
    const gradient = backend.makeOutput(filterShape, "float32");
    if (sizeOf(dy) === 0) return zeroed(engine, gradient);
    const places = {
      fmap: placeOf(backend, x),
      emap: placeOf(backend, dy),
      gradient: placeOf(backend, gradient),
    };
    const forward = forwardGather(info);
    // lists of the feature map need its positions side by side
    const backward = info.strideHeight === 1 && info.strideWidth === 1 ? inputGathers(info)[0] : undefined;
    const { method, density } = choose(engine, x, dy, forward, backward);
    const call = { kernel: Conv2DBackpropFilter, layer: layerOfMap(x), shapes: shapesOf({ x, dy }), density };
    measured<GradientMethod>(call, method, (by) => {
      if (by === "dense") denseGradient(engine, forward, batchSize, places);
      else if (by === "emap") emapGradient(engine, forward, batchSize, places);
      else fmapGradient(engine, backward!, batchSize, places, info.filterWidth);
    });
    return gradient;
  },
};

interface Choice {
  readonly method: GradientMethod;
  readonly density: { readonly fmap?: number; readonly emap?: number };
}

/** The method that takes least by the maps' densities. */
function choose(
  engine: Engine,
  x: TensorInfo,
  dy: TensorInfo,
  forward: Gather,
  backward: Gather | undefined,
): Choice {
  if (!skipsZeros()) return { method: "dense", density: {} };
  const { backend, kernels } = engine;
  const batch = x.shape[0];
  const [fmapAt, emapAt] = [placeOf(backend, x), placeOf(backend, dy)];
  const density = {
    fmap: densityOf(engine, fmapAt, sizeOf(x)),
    emap: densityOf(engine, emapAt, sizeOf(dy)),
  };
  const dense = denseGradientTime(forward, batch);
  const emap = listedGradientTime(forward, batch, density.emap);
  const fmap = backward ? listedGradientTime(backward, batch, density.fmap) : Infinity;
  if (dense <= Math.min(emap, fmap)) return { method: "dense", density };
  // 0 times an infinite number is not a number: what is skipped must be finite
  const finite = (at: number, tensor: TensorInfo) => kernels.hasNonFinite(at, sizeOf(tensor)) === 0;
  if (!finite(fmapAt, x) || (fmap < emap && !finite(emapAt, dy))) return { method: "dense", density };
  return { method: emap <= fmap ? "emap" : "fmap", density };
}
