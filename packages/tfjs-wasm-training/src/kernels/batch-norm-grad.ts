import { placeOf } from "../backend.ts";
import type { TrainingKernel } from "../training-kernel.ts";
import { sizeOf } from "./conv-info.ts";

// Kernels of our own, for the gradient of FusedBatchNorm: TensorFlow.js makes it of some twenty others.

/** x [rows][C] times a factor for each channel. */
export const scaleChannels: TrainingKernel = {
  name: "WasmTrainingScaleChannels",
  refuses: () => undefined,
  compute({ backend, kernels }, { x, factor }) {
    const out = backend.makeOutput(x.shape, "float32");
    const channels = sizeOf(factor);
    const rows = sizeOf(x) / channels;
    kernels.scaleColumns(
      placeOf(backend, x),
      rows,
      channels,
      placeOf(backend, factor),
      placeOf(backend, out),
    );
    return out;
  },
};

/** The sums over rows of dy [rows][C] and of dy * (x - mean). */
export const batchNormSums: TrainingKernel = {
  name: "WasmTrainingBatchNormSums",
  refuses: () => undefined,
  compute({ backend, kernels }, { x, dy, mean }) {
    const channels = sizeOf(mean);
    const sums = backend.makeOutput([channels], "float32");
    const products = backend.makeOutput([channels], "float32");
    kernels.batchNormSums(
      placeOf(backend, dy),
      placeOf(backend, x),
      sizeOf(x) / channels,
      channels,
      placeOf(backend, mean),
      placeOf(backend, sums),
      placeOf(backend, products),
    );
    return [sums, products];
  },
};
