import { engine, type SumAttrs, type Tensor } from "@tensorflow/tfjs-core";
import { type SpreadAttributes, spread } from "../kernels/elementwise-grad.ts";
import { reducedBlocks } from "../kernels/reductions.ts";
import { onWasm } from "./on-wasm.ts";

/** The gradient of a sum: dy for each value that was added, in one pass. */
export const sumGradient = reductionGradient(() => 1);
export const meanGradient = reductionGradient((rows) => 1 / rows);

function reductionGradient(scale: (rows: number) => number) {
  return onWasm((dy, [x], attrs) => {
    const found = reducedBlocks(x.shape, (attrs as SumAttrs).axis);
    if (!found) return undefined;
    const given: SpreadAttributes = { ...found, shape: x.shape, scale: scale(found.rows) };
    return { x: () => engine().runKernel(spread.name, { dy }, given as never) as Tensor };
  });
}
