import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import { type Backend, placeOf } from "../src/backend.ts";
import { type Engine, engineOf } from "../src/engine.ts";

/** The kernels on TensorFlow.js's wasm backend. */
export async function wasmEngine(): Promise<Engine> {
  await tf.setBackend("wasm");
  return engineOf(tf.backend() as unknown as Backend);
}

/** Gives a kernel its operands and its result's place, and takes the result. */
export function computed(
  engine: Engine,
  operands: readonly Float32Array[],
  length: number,
  kernel: (places: number[], result: number) => void,
): Float32Array {
  return tf.tidy(() => {
    const tensors = operands.map((values) => tf.tensor1d(values));
    // what the kernel leaves out shows
    const result = tf.fill([length], 7);
    kernel(
      tensors.map((tensor) => placeOf(engine.backend, tensor)),
      placeOf(engine.backend, result),
    );
    return result.dataSync().slice() as Float32Array;
  });
}

export const bitsOf = (values: Float32Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length);
