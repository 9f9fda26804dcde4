import type { Random } from "../random.ts";
import {
  convolution,
  emapSize,
  fmapSize,
  gradientSize,
  type Layer,
  linear,
  outputExtent,
} from "../workload/layer.ts";
import type { LayerTrace } from "./trace.ts";

/** Densities that are drawn: none, few, some, all. */
const densities = [0, 0.02, 0.2, 0.5, 1] as const;

/** A small layer drawn at random: any kernel, stride, padding, dilation and groups, of any densities, masked or not. */
export function randomLayer(random: Random): LayerTrace {
  const layer = random.below(5) === 0 ? randomLinear(random) : randomConvolution(random);
  const [fmap, emap, mask] = [0, 1, 2].map(() => densities[random.below(densities.length)]);
  return drawnLayer(random, layer, { fmap, emap, ...(random.below(4) > 0 && { mask }) });
}

/** A layer's tensors, with so much of each nonzero; without a mask where no share is given. */
function drawnLayer(
  random: Random,
  layer: Layer,
  { fmap, emap, mask }: { readonly fmap: number; readonly emap: number; readonly mask?: number },
): LayerTrace {
  const values = (size: number, density: number) =>
    Float32Array.from({ length: size }, () => (random.uniform() < density ? random.normal() || 1 : 0));
  const wanted = (density: number) =>
    Uint8Array.from({ length: gradientSize(layer) }, () => Number(random.uniform() < density));
  return {
    layer,
    fmap: values(fmapSize(layer), fmap),
    emap: values(emapSize(layer), emap),
    ...(mask !== undefined && { mask: wanted(mask) }),
  };
}

const upTo = (random: Random, most: number): number => 1 + random.below(most);

const randomLinear = (random: Random): Layer =>
  linear("linear", upTo(random, 40), upTo(random, 24), upTo(random, 24));

function randomConvolution(random: Random): Layer {
  const [H, W, R, S] = [9, 9, 4, 4].map((most) => upTo(random, most));
  const [stride, dilation] = [3, 2].map((most) => [upTo(random, most), upTo(random, most)] as const);
  const padding = [random.below(3), random.below(3), random.below(3), random.below(3)] as const;
  const groups = random.below(3) === 0 ? upTo(random, 4) : 1;
  const [top, left, bottom, right] = padding;
  const fits =
    outputExtent(H, R, stride[0], [top, bottom], dilation[0]) > 0 &&
    outputExtent(W, S, stride[1], [left, right], dilation[1]) > 0;
  return convolution({
    name: "convolution",
    N: upTo(random, 3),
    groups,
    R,
    S,
    stride,
    padding,
    dilation,
    C: groups * upTo(random, 6),
    K: groups * upTo(random, 12),
    H: fits ? H : H + 7,
    W: fits ? W : W + 7,
  });
}
