import type { Tensor } from "@tensorflow/tfjs-core";
import { masks, readMask } from "./gradient-mask.ts";

/**
 * Says which weights of a convolution's filter are trained: on the wasm backend the gradient of the others is exactly 0, and is
 * not computed where that pays. A pruned weight of 0 stays 0 by any optimizer that starts with it.
 *
 * @param filter the variable, or tensor, that `conv2d` or `depthwiseConv2d` is given: of a layer `layer.getWeights()[0]`
 * @param mask of the filter's shape, not 0 where a weight is trained, such as `tf.notEqual(filter, 0)`; it is read once.
 *   With null all are again.
 */
export function maskGradient(filter: Tensor, mask: Tensor | null): void {
  if (filter.rank !== 4)
    throw new Error(`tfjs-wasm-training: a filter with a mask must have rank 4, has ${filter.rank}`);
  if (!mask) {
    masks.delete(filter);
    return;
  }
  if (mask.shape.join() !== filter.shape.join())
    throw new Error(
      `tfjs-wasm-training: a mask must have its filter's shape [${filter.shape}], has [${mask.shape}]`,
    );
  masks.set(filter, readMask(mask.dataSync(), filter.shape[3] ?? 1));
}
