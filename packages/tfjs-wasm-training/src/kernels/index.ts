import type { TrainingKernel } from "../training-kernel.ts";
import { batchNormSums, scaleChannels } from "./batch-norm-grad.ts";
import { conv2D, fusedConv2D } from "./conv-2d.ts";
import { conv2DBackpropFilter } from "./conv-2d-backprop-filter.ts";
import { conv2DBackpropInput } from "./conv-2d-backprop-input.ts";
import { depthwiseBackpropFilter, depthwiseBackpropInput } from "./depthwise-conv-2d.ts";
import { einsum } from "./einsum.ts";
import { clippedGradient, spread } from "./elementwise-grad.ts";
import { fusedBatchNorm } from "./fused-batch-norm.ts";
import { cast, identity } from "./identity.ts";
import { maxPoolGrad } from "./max-pool-grad.ts";
import { mean, sum } from "./reductions.ts";
import { tile } from "./tile.ts";
import { unsortedSegmentSum } from "./unsorted-segment-sum.ts";

export const trainingKernels: readonly TrainingKernel[] = [
  batchNormSums,
  cast,
  clippedGradient,
  conv2D,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  einsum,
  fusedBatchNorm,
  fusedConv2D,
  identity,
  maxPoolGrad,
  mean,
  scaleChannels,
  spread,
  sum,
  tile,
  unsortedSegmentSum,
];
