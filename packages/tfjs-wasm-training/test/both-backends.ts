import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";

export interface Values {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** By name, or of Einsum in a list. */
export type Inputs = Readonly<Record<string, Values>> | readonly Values[];

export const numbers = (shape: readonly number[], draw: () => number): Values => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw),
});

/** What a kernel gives on a backend. */
export async function kernelOn(
  backend: "cpu" | "wasm",
  name: string,
  inputs: Inputs,
  attrs: object,
): Promise<Values[]> {
  await tf.setBackend(backend);
  return tf.tidy(() => {
    const given = Object.fromEntries(
      Object.entries(inputs).map(([key, { shape, values }]) => [
        key,
        tf.tensor(values, [...shape], values instanceof Int32Array ? "int32" : "float32"),
      ]),
    );
    const listed = Array.isArray(inputs) ? Object.values(given) : given;
    const out = tf.engine().runKernel(name, listed as typeof given, attrs as never) as
      | tf.Tensor
      | tf.Tensor[];
    return [out]
      .flat()
      .map((tensor) => ({ shape: tensor.shape, values: tensor.dataSync().slice() as Float32Array }));
  });
}

/** The largest difference over the largest magnitude that is wanted. */
export function relativeError(values: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const all = Array.from(wanted);
  const largest = all.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = all.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i])), 0);
  return difference === 0 ? 0 : difference / (largest || 1);
}
