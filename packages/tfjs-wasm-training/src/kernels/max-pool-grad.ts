import { backend_util, MaxPoolGrad, type MaxPoolGradAttrs } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import { refusesType, type TrainingKernel } from "../training-kernel.ts";
import { sizeOf } from "./conv-info.ts";

/** The gradient of x [N][H][W][C] from dy: to the largest value that each position saw, the first of equal ones. */
export const maxPoolGrad: TrainingKernel = {
  name: MaxPoolGrad,
  partial: true,
  refuses: ({ dy, input }) => refusesType(dy, input),
  compute({ backend, kernels, scratch, write }, { dy, input }, given) {
    const { filterSize, strides, pad, dimRoundingMode } = given as unknown as MaxPoolGradAttrs;
    const shape = input.shape as [number, number, number, number];
    const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const gradient = backend.makeOutput(shape, "float32");
    const taps = Array.from({ length: info.filterHeight * info.filterWidth }, (_, tap) => [
      Math.floor(tap / info.filterWidth),
      tap % info.filterWidth,
    ]);
    const [tapsAt, insideAt] = scratch.pieces(taps.length * 8, taps.length * 4);
    write(tapsAt, taps.flat());
    kernels.zero(placeOf(backend, gradient), sizeOf(gradient) * 4);
    const imageBytes = info.inHeight * info.inWidth * info.inChannels * 4;
    const positionBytes = info.outHeight * info.outWidth * info.inChannels * 4;
    for (let n = 0; n < info.batchSize; n++)
      kernels.maxPoolGradient(
        placeOf(backend, input) + n * imageBytes,
        info.inHeight,
        info.inWidth,
        info.inChannels,
        placeOf(backend, dy) + n * positionBytes,
        info.outHeight,
        info.outWidth,
        info.strideHeight,
        info.strideWidth,
        info.padInfo.top,
        info.padInfo.left,
        tapsAt,
        taps.length,
        insideAt,
        placeOf(backend, gradient) + n * imageBytes,
      );
    return gradient;
  },
};
