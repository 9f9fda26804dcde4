import { Tile, type TileAttrs } from "@tensorflow/tfjs-core";
import { placeOf } from "../backend.ts";
import type { TrainingKernel } from "../training-kernel.ts";
import { sizeOf } from "./conv-info.ts";

/** Repetition along axes that lie side by side, of which only the last may have more than one value. */
export const tile: TrainingKernel = {
  name: Tile,
  partial: true,
  refuses({ x }, attrs) {
    if (x.dtype !== "float32" && x.dtype !== "int32") return `a tensor of ${x.dtype}`;
    return blocksOf(x.shape, attrs) ? undefined : "repetition along axes of several values";
  },
  compute({ backend, kernels }, { x }, attrs) {
    const { reps } = attrs as unknown as TileAttrs;
    const { blocks, size, times } = blocksOf(x.shape, attrs)!;
    const shape = x.shape.map((count, axis) => count * reps[axis]);
    const out = backend.makeOutput(shape, x.dtype as "float32" | "int32");
    kernels.repeatBlocks(placeOf(backend, x), blocks, size * 4, times, placeOf(backend, out));
    return out;
  },
};

/** So many blocks of so many values, each repeated so many times. */
function blocksOf(shape: readonly number[], attrs: object) {
  const { reps } = attrs as unknown as TileAttrs;
  if (shape.length === 0 || reps.length !== shape.length) return undefined;
  const first = reps.findIndex((times) => times !== 1);
  const from = first < 0 ? shape.length : first;
  const last = reps.reduce((found, times, axis) => (times === 1 ? found : axis), from);
  if (shape.slice(from, last).some((count) => count !== 1)) return undefined;
  return {
    blocks: sizeOf({ shape: shape.slice(0, from) }),
    size: sizeOf({ shape: shape.slice(from) }),
    times: reps.reduce((product, times) => product * times, 1),
  };
}
