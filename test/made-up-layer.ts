import { seededRandom } from "../src/random.ts";
import type { LayerTrace } from "../src/trace/trace.ts";
import { convolution, emapSize, fmapSize, gradientSize } from "../src/workload/layer.ts";

type Shape = Parameters<typeof convolution>[0];

const usual: Shape = {
  name: "made up",
  N: 2,
  C: 8,
  H: 12,
  W: 12,
  K: 16,
  R: 3,
  S: 3,
  groups: 1,
  stride: [1, 1],
  dilation: [1, 1],
  padding: [1, 1, 1, 1],
};

/** What differs from a usual layer of 3x3: its shape, the share of nonzeros, that of gradients that are wanted. */
export interface MadeUp extends Partial<Shape> {
  readonly density?: number;
  readonly mask?: number;
}

/** A layer whose nonzeros lie anywhere; the same one each time. */
export function madeUpLayer({ density = 0.4, mask, ...shape }: MadeUp): LayerTrace {
  const layer = convolution({ ...usual, ...shape });
  const random = seededRandom(7);
  const values = (size: number) =>
    Float32Array.from({ length: size }, () => (random.uniform() < density ? random.uniform() - 0.5 : 0));
  const maps = { layer, fmap: values(fmapSize(layer)), emap: values(emapSize(layer)) };
  if (mask === undefined) return maps;
  const size = gradientSize(layer);
  return { ...maps, mask: Uint8Array.from({ length: size }, () => (random.uniform() < mask ? 1 : 0)) };
}
