import { arraySource } from "../src/trace/byte-source.ts";
import { readNpz } from "../src/trace/numpy/npz.ts";
import type { Trace } from "../src/trace/trace.ts";
import { float32, int64, npyFile, zipFile } from "./npz-file.ts";

/** The .npy files of a .npz by their names, without ".npy". */
export type Arrays = Readonly<Record<string, Uint8Array>>;

/** The steps of a .npz of these arrays, called "x". */
export const stepsOf = (arrays: Arrays): readonly Trace[] =>
  readNpz(
    arraySource(
      "x",
      zipFile(Object.entries(arrays).map(([name, bytes]) => ({ name: `${name}.npy`, bytes }))),
    ),
  ).steps;
export const layersOf = (arrays: Arrays) => stepsOf(arrays)[0].layers;

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
/** The values of all arrays here, as they stand in a row. */
export const ramp = (shape: readonly number[]) => Array.from({ length: size(shape) }, (_, i) => (i % 11) - 3);
export const floats = (...shape: number[]) => npyFile("<f4", shape, float32(...ramp(shape)));
export const number = (value: number) => npyFile("<i8", [], int64(BigInt(value)));
export const row = (...values: number[]) => npyFile("<i8", [values.length], int64(...values.map(BigInt)));
export function text(value: string): Uint8Array {
  const codes = Uint32Array.from([...value], (c) => c.codePointAt(0)!);
  return npyFile(`<U${codes.length}`, [], new Uint8Array(codes.buffer));
}

/** An array of this shape whose axes are stored in the order `axes`: those of a [2][3] as [1, 0] are [3][2]. */
export function stored(shape: readonly number[], axes: readonly number[], descr = "<f4"): Uint8Array {
  const values = ramp(shape);
  const step = (axis: number) => size(shape.slice(axis + 1));
  const inFile = axes.map((axis) => shape[axis]);
  const moved = Array.from({ length: values.length }, (_, i) => {
    let [rest, from] = [i, 0];
    for (let at = axes.length - 1; at >= 0; at--) {
      from += (rest % inFile[at]) * step(axes[at]);
      rest = Math.floor(rest / inFile[at]);
    }
    return values[from];
  });
  return npyFile(descr, inFile, float32(...moved));
}
