import type { TensorInfo } from "@tensorflow/tfjs-core";
import { isProfiling, type ProfiledCall, record } from "./profile.ts";

/**
 * Computes by the chosen method. While a profile is being made it is timed, and where zeros are skipped the dense method is
 * timed as well, on the same operands and into the same place, before.
 */
export function measured<Method extends string>(
  call: Omit<ProfiledCall, "method" | "ms" | "denseMs" | "layer"> & { readonly layer?: string | undefined },
  method: Method | "dense",
  compute: (method: Method | "dense") => void,
): void {
  if (!isProfiling()) {
    compute(method);
    return;
  }
  const denseMs = method === "dense" ? undefined : timeOf(() => compute("dense"));
  const ms = timeOf(() => compute(method));
  const { layer, ...rest } = call;
  record({ ...rest, ...(layer !== undefined && { layer }), method, ms, denseMs: denseMs ?? ms });
}

function timeOf(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** Names and shapes, such as `x 16x32x32x3, dy 16x32x32x32`. */
export const shapesOf = (tensors: Readonly<Record<string, TensorInfo>>): string =>
  Object.entries(tensors)
    .map(([name, { shape }]) => `${name} ${shape.join("x")}`)
    .join(", ");
