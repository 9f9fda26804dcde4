import { FusedBatchNorm, type FusedBatchNormAttrs } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import { refusesType, type TrainingKernel } from "../training-kernel.ts";
import { sizeOf } from "./conv-info.ts";

/** (x - mean) * scale / sqrt(variance + epsilon) + offset, of x [rows][C] and a value of each for each channel. */
export const fusedBatchNorm: TrainingKernel = {
  name: FusedBatchNorm,
  partial: true,
  refuses(inputs) {
    const { x, ...others } = inputs;
    const channels = x.shape[x.shape.length - 1];
    const each = Object.values(others).filter((input) => input !== undefined && input !== null);
    if (each.some(({ shape }) => shape.length !== 1 || shape[0] !== channels))
      return "no value for each channel";
    return refusesType(x, ...each);
  },
  compute({ backend, kernels, scratch }, { x, mean, variance, offset, scale }, attrs) {
    const { varianceEpsilon } = attrs as unknown as FusedBatchNormAttrs;
    const channels = sizeOf(mean);
    const out = backend.makeOutput(x.shape, "float32");
    const [factorsAt, onesAt, zerosAt] = scratch.pieces(channels * 4, channels * 4, channels * 4);
    kernels.fill(onesAt, channels, 1);
    kernels.fill(zerosAt, channels, 0);
    const scaleAt = scale ? placeOf(backend, scale) : onesAt;
    kernels.normalizingFactors(placeOf(backend, variance), scaleAt, channels, varianceEpsilon, factorsAt);
    kernels.normalizeColumns(
      placeOf(backend, x),
      sizeOf(x) / channels,
      channels,
      placeOf(backend, mean),
      factorsAt,
      offset ? placeOf(backend, offset) : zerosAt,
      placeOf(backend, out),
    );
    return out;
  },
};
