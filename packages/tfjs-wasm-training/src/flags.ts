import { env } from "@tensorflow/tfjs-core";

/**
 * Flags of TensorFlow.js, set by `tf.env().set(NAME, value)` or in a page's address (`?tfjsflags=NAME:false`):
 *
 * - `WASM_TRAINING_KERNELS`: true. With false the backend's own kernels run where it has them.
 * - `WASM_TRAINING_SKIP_ZEROS`: true. With false every kernel is dense. The results are the same bits.
 */
export function registerFlags(): void {
  env().registerFlag("WASM_TRAINING_KERNELS", () => true);
  env().registerFlag("WASM_TRAINING_SKIP_ZEROS", () => true);
}

export const usesKernels = (): boolean => env().getBool("WASM_TRAINING_KERNELS");
export const skipsZeros = (): boolean => env().getBool("WASM_TRAINING_SKIP_ZEROS");
