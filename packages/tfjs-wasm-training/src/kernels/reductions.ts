import { Mean, Sum, type SumAttrs, util } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import { type Inputs, refusesType, type TrainingKernel } from "../training-kernel.ts";
import { sizeOf } from "./conv-info.ts";

/** Sum and Mean over leading axes, as gradients of a bias and batch normalisation ask for them. */
export const sum = reduction(Sum, () => 1);
export const mean = reduction(Mean, (count) => 1 / count);

function reduction(name: string, scale: (count: number) => number): TrainingKernel {
  return {
    name,
    partial: true,
    refuses: ({ x }, attrs) =>
      refusesType(x) ?? (leadingAxes(x, attrs) ? undefined : "axes that are not the first ones"),
    compute({ backend, kernels }, { x }, attrs) {
      const { keepDims } = attrs as unknown as SumAttrs;
      const axes = leadingAxes(x, attrs)!;
      const kept = x.shape.slice(axes.length);
      const rows = sizeOf({ shape: x.shape.slice(0, axes.length) });
      const out = backend.makeOutput(keepDims ? [...axes.map(() => 1), ...kept] : kept, "float32");
      kernels.sumRows(placeOf(backend, x), rows, sizeOf({ shape: kept }), scale(rows), placeOf(backend, out));
      return out;
    },
  };
}

/** The axes where they are the first of several, and not all. */
function leadingAxes(x: Inputs[string], attrs: object): number[] | undefined {
  const { axis } = attrs as unknown as SumAttrs;
  const axes = [...util.parseAxisParam(axis, x.shape)].sort((a, b) => a - b);
  const leading = axes.length > 0 && axes.length < x.shape.length && axes.every((at, i) => at === i);
  return leading && sizeOf(x) > 0 ? axes : undefined;
}
