/** What one call of a kernel did. */
export interface ProfiledCall {
  readonly kernel: string;
  /** the name of the layer's filter, where the call has one or its feature map went through one */
  readonly layer?: string;
  /** what went in, such as `x 16x32x32x3, dy 16x32x32x32` */
  readonly shapes: string;
  /** the share of values that are not zero, of each map that was looked at */
  readonly density: { readonly fmap?: number; readonly emap?: number };
  /** how it was computed: densely, or from the nonzero values of a map */
  readonly method: string;
  readonly ms: number;
  /** what the dense kernel took for the same, measured; as long as `ms` where that was chosen */
  readonly denseMs: number;
}

/** All calls of one layer and kernel. */
export interface ProfiledLayer {
  readonly kernel: string;
  readonly layer?: string;
  readonly shapes: string;
  readonly calls: number;
  /** of the last call */
  readonly density: ProfiledCall["density"];
  readonly method: string;
  readonly ms: number;
  /** what skipping saved: time of the dense kernels less the time taken */
  readonly savedMs: number;
}

export interface Profile {
  readonly layers: readonly ProfiledLayer[];
  /** time in the convolutions' kernels */
  readonly ms: number;
  readonly savedMs: number;
}

let calls: ProfiledCall[] | undefined;

/**
 * Runs `f` and says of each layer and kernel in it how dense its maps were, how it was computed, how long that took, and what
 * skipping zeros saved. Each convolution that skips is computed densely as well, to measure that: `f` takes longer than
 * without. Two profiles at a time are refused.
 */
export async function profile(f: () => unknown): Promise<Profile> {
  if (calls) throw new Error("tfjs-wasm-training: a profile is being made already");
  const made: ProfiledCall[] = [];
  calls = made;
  try {
    await f();
  } finally {
    calls = undefined;
  }
  return summary(made);
}

/** Whether a profile is being made. */
export const isProfiling = (): boolean => calls !== undefined;

export function record(call: ProfiledCall): void {
  calls?.push(call);
}

function summary(made: readonly ProfiledCall[]): Profile {
  const byLayer = new Map<string, ProfiledCall[]>();
  for (const call of made) {
    const key = [call.kernel, call.layer, call.shapes].join("\n");
    byLayer.set(key, [...(byLayer.get(key) ?? []), call]);
  }
  const layers = [...byLayer.values()].map(layerOf);
  const total = (of: (layer: ProfiledLayer) => number) => layers.reduce((sum, layer) => sum + of(layer), 0);
  return { layers, ms: total(({ ms }) => ms), savedMs: total(({ savedMs }) => savedMs) };
}

function layerOf(all: readonly ProfiledCall[]): ProfiledLayer {
  const { kernel, layer, shapes, density, method } = all[all.length - 1];
  const ms = all.reduce((sum, call) => sum + call.ms, 0);
  const denseMs = all.reduce((sum, call) => sum + call.denseMs, 0);
  return {
    kernel,
    ...(layer !== undefined && { layer }),
    shapes,
    calls: all.length,
    density,
    method,
    ms,
    savedMs: denseMs - ms,
  };
}
