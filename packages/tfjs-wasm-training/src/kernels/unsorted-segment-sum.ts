import { UnsortedSegmentSum, type UnsortedSegmentSumAttrs } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import { refusesType, type TrainingKernel } from "../training-kernel.ts";
import { sizeOf } from "./conv-info.ts";

/** Sums of the rows of each segment: the gradient of a gather. */
export const unsortedSegmentSum: TrainingKernel = {
  name: UnsortedSegmentSum,
  refuses({ x, segmentIds }) {
    if (segmentIds.dtype !== "int32") return `segmentIds must be int32, are ${segmentIds.dtype}`;
    if (segmentIds.shape.length !== 1)
      return `segmentIds must have one axis, have ${segmentIds.shape.length}`;
    return refusesType(x);
  },
  compute({ backend, kernels }, { x, segmentIds }, attrs) {
    const { numSegments } = attrs as unknown as UnsortedSegmentSumAttrs;
    const rest = x.shape.slice(1);
    const sums = backend.makeOutput([numSegments, ...rest], "float32");
    const at = placeOf(backend, sums);
    kernels.zero(at, sizeOf(sums) * 4);
    kernels.segmentSum(
      placeOf(backend, x),
      placeOf(backend, segmentIds),
      sizeOf(segmentIds),
      sizeOf({ shape: rest }),
      numSegments,
      at,
    );
    return sums;
  },
};
