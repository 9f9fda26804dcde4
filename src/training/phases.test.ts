import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indices } from "../../test/indices.ts";
import { seededRandom } from "../random.ts";
import { convolution, emapSize, fmapSize, gradientSize, type Layer } from "../workload/layer.ts";
import { backward } from "./backward.ts";
import { forward } from "./forward.ts";
import { biasGradient, weightGradient } from "./weight-gradient.ts";

const size = (max: number) => fc.integer({ min: 1, max });
const edge = fc.integer({ min: 0, max: 3 });
const anyLayer = fc
  .record({
    N: size(3),
    H: size(9),
    W: size(9),
    R: size(4),
    S: size(4),
    groups: size(3),
    stride: fc.tuple(size(3), size(3)),
    dilation: fc.tuple(size(2), size(2)),
    padding: fc.tuple(edge, edge, edge, edge),
    channels: size(3),
    outputs: size(3),
  })
  .map(({ channels, outputs, ...shape }) =>
    convolution({ name: "any", ...shape, C: channels * shape.groups, K: outputs * shape.groups }),
  )
  .filter(({ P, Q }) => P > 0 && Q > 0);

/** Small whole numbers, many of them zero, so that every sum below is exact. */
function wholeNumbers(length: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => (random.uniform() < 0.5 ? 0 : random.below(15) - 7));
}

/** The definition, word by word. */
function byDefinition(layer: Layer, fmap: Float32Array, emap: Float32Array, mask: Uint8Array): number[] {
  const { N, C, H, W, K, P, Q, R, S, groups, stride, padding, dilation } = layer;
  const channels = C / groups;
  const gradient: number[] = [];
  for (const [k, c, r, s] of indices(K, channels, R, S)) {
    const channel = Math.floor(k / (K / groups)) * channels + c;
    let sum = 0;
    for (const [n, p, q] of indices(N, P, Q)) {
      const y = p * stride[0] - padding[0] + r * dilation[0];
      const x = q * stride[1] - padding[1] + s * dilation[1];
      if (y < 0 || y >= H || x < 0 || x >= W) continue;
      sum += emap[((n * K + k) * P + p) * Q + q] * fmap[((n * C + channel) * H + y) * W + x];
    }
    gradient.push(mask[gradient.length] * sum);
  }
  return gradient;
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

describe("are FF, BP and WG the three phases of one layer?", () => {
  it("WG is its definition: any stride, padding, dilation, groups, kernel, mask", () => {
    fc.assert(
      fc.property(anyLayer, fc.nat(), (layer, seed) => {
        const fmap = wholeNumbers(fmapSize(layer), seed);
        const emap = wholeNumbers(emapSize(layer), seed + 1);
        const mask = Uint8Array.from(wholeNumbers(gradientSize(layer), seed + 2), (value) => (value ? 1 : 0));
        const gradient = weightGradient({ layer, fmap, emap, mask });
        const expected = byDefinition(layer, fmap, emap, mask);
        expect(gradient.every((value, i) => value === expected[i])).toBe(true);
        expect(gradient).toHaveLength(expected.length);
      }),
      { numRuns: 300 },
    );
  });

  it("BP and WG are what FF's change by each input and each weight makes them", () => {
    // FF is linear in both, so its dot product with any emap is too: <FF(f,w),e> = <f,BP(e,w)> = <w,WG(f,e)>
    fc.assert(
      fc.property(anyLayer, fc.nat(), (layer, seed) => {
        const fmap = wholeNumbers(fmapSize(layer), seed);
        const emap = wholeNumbers(emapSize(layer), seed + 1);
        const weights = wholeNumbers(gradientSize(layer), seed + 2);
        const along = dot(forward(layer, fmap, weights), emap);
        expect(dot(backward(layer, emap, weights), fmap)).toBe(along);
        expect(dot(weightGradient({ layer, fmap, emap }), weights)).toBe(along);
      }),
      { numRuns: 300 },
    );
  });

  it("the bias gradient is what FF's change by each bias makes it", () => {
    fc.assert(
      fc.property(anyLayer, fc.nat(), (layer, seed) => {
        const emap = wholeNumbers(emapSize(layer), seed);
        const bias = wholeNumbers(layer.K, seed + 1);
        const alone = forward(
          layer,
          new Float32Array(fmapSize(layer)),
          new Float32Array(gradientSize(layer)),
          bias,
        );
        expect(dot(biasGradient({ layer, emap }), bias)).toBe(dot(alone, emap));
      }),
    );
  });

  it("FF adds each output channel's bias", () => {
    const layer = convolution({
      name: "b",
      N: 1,
      C: 1,
      H: 2,
      W: 2,
      K: 2,
      R: 1,
      S: 1,
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      dilation: [1, 1],
      groups: 1,
    });
    const output = forward(layer, Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 10), Float32Array.of(5, 6));
    expect([...output]).toEqual([6, 7, 8, 9, 16, 26, 36, 46]);
  });
});
