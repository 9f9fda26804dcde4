import {
  add,
  engine,
  type FusedBatchNormAttrs,
  type GradConfig,
  getBackend,
  mul,
  neg,
  rsqrt,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { usesKernels } from "../flags.ts";
import { batchNormSums, scaleChannels } from "../kernels/batch-norm-grad.ts";

/** The gradient of FusedBatchNorm from two passes over its maps; on another backend, or of other shapes, the one of before. */
export function fusedBatchNormGradient(before: GradConfig): GradConfig {
  return {
    ...before,
    gradFunc(dy, saved, attrs) {
      const [x, mean] = saved;
      const ours = getBackend() === "wasm" && usesKernels() && mean.rank === 1 && x.dtype === "float32";
      if (!ours || Array.isArray(dy)) return before.gradFunc(dy, saved, attrs);
      return gradients(dy, saved, attrs as unknown as FusedBatchNormAttrs);
    },
  };
}

function gradients(dy: Tensor, saved: Tensor[], { varianceEpsilon }: FusedBatchNormAttrs) {
  const [x, mean, variance, scale] = saved;
  const inverse = rsqrt(add(variance, varianceEpsilon));
  const factor = mul(inverse, scale);
  const [sums, products] = engine().runKernel(batchNormSums.name, { x, dy, mean }) as [Tensor, Tensor];
  return {
    x: () => engine().runKernel(scaleChannels.name, { x: dy, factor }) as Tensor,
    mean: () => neg(mul(sums, factor)),
    variance: () => mul(mul(products, factor), mul(-0.5, mul(inverse, inverse))),
    scale: () => mul(products, inverse),
    offset: () => sums,
  };
}
