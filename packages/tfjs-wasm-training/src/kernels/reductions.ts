import { Mean, Sum, type SumAttrs, util } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import { refusesType, type TrainingKernel } from "../training-kernel.ts";
import { sizeOf } from "./conv-info.ts";

/** Sum and Mean over axes side by side that are not the last: the rows of blocks [blocks][rows][size]. */
export const sum = reduction(Sum, () => 1);
export const mean = reduction(Mean, (rows) => 1 / rows);

function reduction(name: string, scale: (rows: number) => number): TrainingKernel {
  return {
    name,
    partial: true,
    refuses({ x }, attrs) {
      const found = reducedBlocks(x.shape, (attrs as unknown as SumAttrs).axis);
      if (!found || found.size === 1) return "axes that are not side by side, or the last";
      return sizeOf(x) === 0 ? "an empty tensor" : refusesType(x);
    },
    compute({ backend, kernels }, { x }, attrs) {
      const { axis, keepDims } = attrs as unknown as SumAttrs;
      const { axes, blocks, rows, size } = reducedBlocks(x.shape, axis)!;
      const kept = x.shape.map((count, i) => (axes.includes(i) ? 1 : count));
      const shape = keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i));
      const out = backend.makeOutput(shape, "float32");
      const [from, to] = [placeOf(backend, x), placeOf(backend, out)];
      for (let block = 0; block < blocks; block++)
        kernels.sumRows(from + block * rows * size * 4, rows, size, scale(rows), to + block * size * 4);
      return out;
    },
  };
}

/** What a reduction over axes side by side reduces: the rows of blocks [blocks][rows][size]. */
export interface ReducedBlocks {
  readonly axes: readonly number[];
  readonly blocks: number;
  readonly rows: number;
  readonly size: number;
}

export function reducedBlocks(shape: readonly number[], axis: number | number[]): ReducedBlocks | undefined {
  const axes = [...util.parseAxisParam(axis, [...shape])].sort((a, b) => a - b);
  if (axes.length === 0 || axes.some((at, i) => at !== axes[0] + i)) return undefined;
  const [first, end] = [axes[0], axes[0] + axes.length];
  return {
    axes,
    blocks: sizeOf({ shape: shape.slice(0, first) }),
    rows: sizeOf({ shape: shape.slice(first, end) }),
    size: sizeOf({ shape: shape.slice(end) }),
  };
}
