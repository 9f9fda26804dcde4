import { engine, type Tensor } from "@tensorflow/tfjs-core";
import { clippedGradient } from "../kernels/elementwise-grad.ts";
import { onWasm } from "./on-wasm.ts";

/** dy where x is above 0, and nothing elsewhere, in one pass. */
export const reluGradient = clippedAt(Infinity);
/** dy where x is above 0 and at most 6. */
export const relu6Gradient = clippedAt(6);

function clippedAt(upper: number) {
  return onWasm((dy, [x]) => ({
    x: () => engine().runKernel(clippedGradient.name, { dy, x }, { upper }) as Tensor,
  }));
}
