import fc from "fast-check";
import { seededRandom } from "../src/random.ts";
import type { LayerTrace } from "../src/trace/trace.ts";
import { convolution, emapSize, fmapSize, gradientSize, type Layer, linear } from "../src/workload/layer.ts";

/** Small layers of every kind: stride, padding, dilation, groups, rectangular kernels, linear. */
export const randomLayer = (): fc.Arbitrary<Layer> => {
  const small = (min: number, max: number) => fc.integer({ min, max });
  const conv = fc
    .record({
      ...{
        N: small(1, 3),
        groups: small(1, 3),
        c: small(1, 4),
        k: small(1, 4),
        H: small(1, 9),
        W: small(1, 9),
      },
      ...{ R: small(1, 4), S: small(1, 4), stride: fc.tuple(small(1, 3), small(1, 3)) },
      padding: fc.tuple(small(0, 2), small(0, 2), small(0, 2), small(0, 2)),
      dilation: fc.tuple(small(1, 2), small(1, 2)),
    })
    .map(({ c, k, groups, ...rest }) =>
      convolution({ name: "layer", C: c * groups, K: k * groups, groups, ...rest }),
    )
    .filter(({ P, Q }) => P > 0 && Q > 0);
  const dense = fc
    .tuple(small(1, 20), small(1, 20), small(1, 20))
    .map(([N, C, K]) => linear("layer", N, C, K));
  return fc.oneof({ weight: 4, arbitrary: conv }, { weight: 1, arbitrary: dense });
};

/** A random layer with small whole numbers in it, of any density from none to all, masked or not. */
export const randomLayerTrace = (): fc.Arbitrary<LayerTrace> => {
  const density = fc.constantFrom(0, 0.1, 0.3, 0.6, 1);
  return fc
    .tuple(randomLayer(), density, density, fc.option(density, { nil: undefined }), fc.nat())
    .map(([layer, fmapDensity, emapDensity, maskDensity, seed]) => {
      const random = seededRandom(seed);
      const values = (size: number, share: number) =>
        Float32Array.from({ length: size }, () => (random.uniform() < share ? random.below(7) - 3 || 1 : 0));
      const mask = () =>
        Uint8Array.from({ length: gradientSize(layer) }, () => (random.uniform() < maskDensity! ? 1 : 0));
      return {
        layer,
        fmap: values(fmapSize(layer), fmapDensity),
        emap: values(emapSize(layer), emapDensity),
        ...(maskDensity === undefined ? {} : { mask: mask() }),
      };
    });
};
