import { placeOf } from "../backend.ts";
import type { TrainingKernel } from "../training-kernel.ts";
import { sizeOf } from "./conv-info.ts";
import type { ReducedBlocks } from "./reductions.ts";

// Kernels of our own, for gradients that TensorFlow.js makes of several passes over a map.

export interface ClippedAttributes {
  readonly upper: number;
}

/** dy where x is above 0 and at most `upper`. */
export const clippedGradient: TrainingKernel = {
  name: "WasmTrainingClippedGradient",
  refuses: () => undefined,
  compute({ backend, kernels }, { dy, x }, attrs) {
    const { upper } = attrs as ClippedAttributes;
    const out = backend.makeOutput(x.shape, "float32");
    kernels.clippedGradient(
      placeOf(backend, dy),
      placeOf(backend, x),
      sizeOf(x),
      upper,
      placeOf(backend, out),
    );
    return out;
  },
};

export interface SpreadAttributes extends ReducedBlocks {
  readonly shape: number[];
  readonly scale: number;
}

/** dy [blocks][size] times a scale, the same for all rows of [blocks][rows][size]. */
export const spread: TrainingKernel = {
  name: "WasmTrainingSpread",
  refuses: () => undefined,
  compute({ backend, kernels }, { dy }, attrs) {
    const { shape, blocks, rows, size, scale } = attrs as SpreadAttributes;
    const out = backend.makeOutput(shape, "float32");
    kernels.spread(placeOf(backend, dy), blocks, size, rows, scale, placeOf(backend, out));
    return out;
  },
};
