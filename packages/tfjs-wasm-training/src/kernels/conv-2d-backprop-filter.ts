import { Conv2DBackpropFilter, type Conv2DBackpropFilterAttrs, type TensorInfo } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import { denseGradientTime, densityOf, listedGradientTime, wantedGradientTime } from "../choice.ts";
import type { Engine } from "../engine.ts";
import { skipsZeros } from "../flags.ts";
import { forwardGather, type Gather, inputGathers } from "../gather.ts";
import { clearUnwanted, type GradientMask } from "../gradient-mask.ts";
import { layerOfMap } from "../layer-names.ts";
import { measured, shapesOf } from "../measured.ts";
import { maskOfFilter } from "../tape.ts";
import type { Inputs, TrainingKernel } from "../training-kernel.ts";
import { wantedGradient } from "../wanted-gradient.ts";
import { denseGradient, emapGradient, fmapGradient, type GradientMethod } from "../weight-gradient.ts";
import { convolutionInfo, refusesMaps, sizeOf, zeroed } from "./conv-info.ts";

/** The gradient of a filter [R][S][C][K], from x [N][H][W][C] and dy [N][P][Q][K], where a mask wants it. */
export const conv2DBackpropFilter: TrainingKernel = {
  name: Conv2DBackpropFilter,
  refuses: refusesMaps,
  compute: (engine, inputs, attrs) => filterGradient(engine, inputs, attrs, maskOfFilter(inputs.x)),
};

/** All of it without a mask. */
export function filterGradient(
  engine: Engine,
  { x, dy }: Inputs,
  attrs: object,
  mask: GradientMask | undefined,
): TensorInfo {
  const { filterShape } = attrs as Conv2DBackpropFilterAttrs;
  const info = convolutionInfo(x.shape, filterShape, attrs as Conv2DBackpropFilterAttrs);
  const { batchSize: batch } = info;
  const { backend } = engine;
  const gradient = backend.makeOutput(filterShape, "float32");
  if (sizeOf(dy) === 0) return zeroed(engine, gradient);
  const places = {
    fmap: placeOf(backend, x),
    emap: placeOf(backend, dy),
    gradient: placeOf(backend, gradient),
  };
  const forward = forwardGather(info);
  // lists of the feature map, and planes, need its positions side by side
  const sideBySide = info.strideHeight === 1 && info.strideWidth === 1;
  const backward = sideBySide ? inputGathers(info)[0] : undefined;
  const { method, density } = choose(engine, { x, dy, forward, backward, mask });
  const call = { kernel: Conv2DBackpropFilter, layer: layerOfMap(x), shapes: shapesOf({ x, dy }), density };
  measured<Method>(call, method, (by) => {
    if (by === "dense") denseGradient(engine, forward, batch, places);
    else if (by === "emap") emapGradient(engine, forward, batch, places);
    else if (by === "fmap") fmapGradient(engine, backward!, batch, places, info.filterWidth);
    else wantedGradient(engine, forward, batch, places, mask!);
    if (mask && by !== "wanted") clearUnwanted(engine, places.gradient, mask);
  });
  return gradient;
}

type Method = GradientMethod | "wanted";

interface Choice {
  readonly method: Method;
  readonly density: { readonly fmap?: number; readonly emap?: number };
}

interface Work {
  readonly x: TensorInfo;
  readonly dy: TensorInfo;
  readonly forward: Gather;
  /** where the stride is 1 */
  readonly backward: Gather | undefined;
  readonly mask: GradientMask | undefined;
}

/**
 * The method that takes least by the maps' densities. All but `wanted` give the same bits, which is why whether zeros are skipped
 * does not choose that.
 */
function choose(engine: Engine, { x, dy, forward, backward, mask }: Work): Choice {
  const masked = backward && mask;
  if (!skipsZeros() && !masked) return { method: "dense", density: {} };
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
  // 0 times an infinite number is not a number: what is skipped must be finite
  const finite = (at: number, tensor: TensorInfo) => kernels.hasNonFinite(at, sizeOf(tensor)) === 0;
  const wanted = masked ? wantedGradientTime(forward, batch, masked.count) : Infinity;
  if (wanted < Math.min(dense, emap, fmap) && finite(fmapAt, x)) return { method: "wanted", density };
  if (dense <= Math.min(emap, fmap) || !skipsZeros()) return { method: "dense", density };
  if (!finite(fmapAt, x) || (fmap < emap && !finite(emapAt, dy))) return { method: "dense", density };
  return { method: emap <= fmap ? "emap" : "fmap", density };
}
