import { add, engine, type FusedBatchNormAttrs, mul, neg, rsqrt, type Tensor } from "@tensorflow/tfjs-core";
import { batchNormSums, scaleChannels } from "../kernels/batch-norm-grad.ts";
import { onWasm } from "./on-wasm.ts";

/** The gradient of FusedBatchNorm from two passes over its maps. */
export const fusedBatchNormGradient = onWasm((dy, saved, attrs) => {
  const [x, mean, variance, scale] = saved;
  if (mean.rank !== 1) return undefined;
  const inverse = rsqrt(add(variance, (attrs as FusedBatchNormAttrs).varianceEpsilon));
  const factor = mul(inverse, scale);
  const [sums, products] = engine().runKernel(batchNormSums.name, { x, dy, mean }) as [Tensor, Tensor];
  return {
    x: () => engine().runKernel(scaleChannels.name, { x: dy, factor }) as Tensor,
    mean: () => neg(mul(sums, factor)),
    variance: () => mul(mul(products, factor), mul(-0.5, mul(inverse, inverse))),
    scale: () => mul(products, inverse),
    offset: () => sums,
  };
});
