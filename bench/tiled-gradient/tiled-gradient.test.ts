import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/random.ts";
import { openTrace } from "../../src/trace/file.ts";
import type { LayerTrace } from "../../src/trace/trace.ts";
import { weightGradient } from "../../src/training/weight-gradient.ts";
import { convolution, emapSize, fmapSize, type Layer, linear } from "../../src/workload/layer.ts";
import { anyLayerTrace, holds } from "../../test/random-layers.ts";
import { sharedTraces } from "../../test/shared-data.ts";
import { TiledGradient } from "./tiled-gradient.ts";

type Tensors = Pick<LayerTrace, "layer" | "fmap" | "emap">;
const tiled = new TiledGradient();

/** The gradient, `images` images at a time. */
function tiledGradient({ layer, fmap, emap }: Tensors, images: number): Float32Array {
  const views = tiled.start(layer, images);
  const fmapImage = fmapSize({ ...layer, N: 1 });
  const emapImage = emapSize({ ...layer, N: 1 });
  for (let n = 0; n < layer.N; n += images) {
    const end = Math.min(n + images, layer.N);
    views.fmap.set(fmap.subarray(n * fmapImage, end * fmapImage));
    views.emap.set(emap.subarray(n * emapImage, end * emapImage));
    tiled.add(end - n);
  }
  return tiled.finish();
}

/** How many gradients differ by more than `tolerance` of each. */
function differing(tensors: Tensors, images: number, tolerance: (i: number) => number): number {
  const { layer, fmap, emap } = tensors;
  const expected = weightGradient({ layer, fmap, emap });
  const gradient = tiledGradient(tensors, images);
  expect(gradient).toHaveLength(expected.length);
  return expected.filter((value, i) => !(Math.abs(gradient[i] - value) <= tolerance(i))).length;
}

/** Small whole numbers, whose sums f32 holds exactly. */
function wholeNumbers(layer: Layer): Tensors {
  const random = seededRandom(5);
  const values = (length: number) => Float32Array.from({ length }, () => random.below(7) - 3);
  return { layer, fmap: values(fmapSize(layer)), emap: values(emapSize(layer)) };
}

const square = (N: number, C: number, H: number, K: number, R: number, stride: number, groups = 1) =>
  convolution({
    name: "square",
    N,
    C,
    H,
    W: H,
    K,
    R,
    S: R,
    groups,
    dilation: [1, 1],
    stride: [stride, stride],
    padding: [R >> 1, R >> 1, R >> 1, R >> 1],
  });

describe("is the tiled f32 gradient the weight gradient?", () => {
  const exactly = () => 0;

  it("of any layer, any number of images at a time", () => {
    holds(
      fc.property(anyLayerTrace, fc.integer({ min: 1, max: 3 }), (trace, images) => {
        expect(differing(trace, images, exactly)).toBe(0);
      }),
      500,
    );
  });

  it.each([
    ["several blocks of positions, images across blocks", square(3, 3, 21, 6, 3, 1)],
    ["pointwise, likewise", square(3, 10, 21, 6, 1, 1)],
    ["stride 2", square(2, 3, 47, 5, 7, 2)],
    ["stride 3", square(2, 3, 61, 5, 3, 3)],
    ["several blocks of ks, in groups", square(2, 6, 4, 2 * 517, 1, 1, 2)],
    ["linear", linear("linear", 300, 33, 520)],
  ])("%s", (_, layer) => {
    expect(differing(wholeNumbers(layer), 2, exactly)).toBe(0);
  });

  it.each(sharedTraces())("of a layer of $name, as near as f32 rounds", ({ path }) => {
    const trace = openTrace(path);
    const { layer, fmap, emap } = trace.read(trace.layers[Math.min(3, trace.layers.length - 1)].name);
    const sums = weightGradient({ layer, fmap: fmap.map(Math.abs), emap: emap.map(Math.abs) });
    // each of the products and each of the sums is off by 2^-24 of itself at most
    const rounding = (layer.N * layer.P * layer.Q + 1) * 2 ** -24;
    expect(differing({ layer, fmap, emap }, 2, (i) => rounding * sums[i])).toBe(0);
  });
});
