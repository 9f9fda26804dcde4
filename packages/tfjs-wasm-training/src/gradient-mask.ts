import type { Engine } from "./engine.ts";

/** What of a filter's gradient is wanted. */
export interface GradientMask {
  /** wanted weights of [R][S][C][K] as numbers from 0 on, those of an output channel k side by side, k by k */
  readonly wanted: readonly (readonly number[])[];
  readonly count: number;
  /** where the others lie, in bytes */
  readonly unwanted: Int32Array;
}

/** By the filter, a tensor or a variable. */
export const masks = new WeakMap<object, GradientMask>();

/** A mask of [R][S][C][K] by its values, as `maskGradient` takes it. */
export function readMask(values: ArrayLike<number>, channels: number): GradientMask {
  const wanted = Array.from({ length: channels }, (): number[] => []);
  const unwanted: number[] = [];
  for (let i = 0; i < values.length; i++)
    if (values[i]) wanted[i % channels].push(i);
    else unwanted.push(i * 4);
  return { wanted, count: values.length - unwanted.length, unwanted: Int32Array.from(unwanted) };
}

/** Makes what is not wanted 0 in a gradient that was computed whole. */
export function clearUnwanted(engine: Engine, gradient: number, { unwanted }: GradientMask): void {
  const [listAt] = engine.scratch.pieces(unwanted.byteLength);
  engine.write(listAt, unwanted);
  engine.kernels.clearListed(gradient, listAt, unwanted.length);
}
