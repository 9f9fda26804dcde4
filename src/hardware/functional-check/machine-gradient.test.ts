import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyLayerTrace, anySwg, holds } from "../../../test/random-layers.ts";
import { drawnMapping } from "../../../test/random-mapping.ts";
import { sharedTraces } from "../../../test/shared-data.ts";
import { defaults, withValues } from "../../parameter.ts";
import { seededRandom } from "../../random.ts";
import { openTrace } from "../../trace/file.ts";
import { occupancy } from "../../trace/occupancy.ts";
import type { LayerTrace } from "../../trace/trace.ts";
import { weightGradient } from "../../training/weight-gradient.ts";
import { convolution, emapSize, fmapSize, gradientSize, linear } from "../../workload/layer.ts";
import { flattenedLayer, flattenPointwise } from "../dataflow/flatten.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { promisingMappings } from "../mapper/mapper.ts";
import { swgParameters } from "../parameters.ts";
import { countValidPairs } from "../valid-data-trace/valid-pairs.ts";
import { machineGradient } from "./machine-gradient.ts";

/** A layer with small whole numbers, about half of them zeros; masked or not. */
function traceOf(shape: object, masked: boolean): LayerTrace {
  const layer = convolution({
    name: "conv",
    N: 2,
    C: 4,
    H: 11,
    W: 13,
    K: 4,
    R: 3,
    S: 3,
    groups: 1,
    stride: [1, 1],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
    ...shape,
  });
  const random = seededRandom(1);
  const values = (size: number) =>
    Float32Array.from({ length: size }, () => Math.max(0, random.below(9) - 4));
  const maps = { layer, fmap: values(fmapSize(layer)), emap: values(emapSize(layer)) };
  if (!masked) return maps;
  return { ...maps, mask: Uint8Array.from({ length: gradientSize(layer) }, () => random.below(2)) };
}

describe("does the machine compute the gradient, in its own order of work?", () => {
  it("equals the reference exactly on small integers, on any machine under any mapping", () => {
    holds(
      fc.property(anyLayerTrace, anySwg, fc.nat(), (trace, given, seed) => {
        const parameters = withValues("swg", swgParameters, { ...given });
        const mapping = drawnMapping(flattenedLayer(trace.layer), parameters, seed);
        fc.pre(mapping !== undefined);
        const { gradient, products } = machineGradient(trace, parameters, mapping);
        expect(gradient).toEqual(weightGradient(trace));
        const pairs = countValidPairs(occupancy(trace));
        if (parameters.vdt === "both" && parameters.gradientSkip) expect(products).toBe(pairs);
        else expect(products).toBeGreaterThanOrEqual(pairs);
      }),
      150,
    );
  });

  const shapes = {
    "5x5": { R: 5, S: 5, padding: [2, 2, 2, 2] },
    "7x7 in steps of two": { R: 7, S: 7, stride: [2, 2], padding: [3, 3, 3, 3] },
    "1x1 in steps of two": { C: 40, R: 1, S: 1, stride: [2, 2], padding: [0, 0, 0, 0] },
    "3x3 in steps of three, five columns wide": { S: 5, stride: [3, 2] },
    "dilation of two": { dilation: [2, 2], padding: [2, 2, 2, 2] },
    "dilation of three, in steps of two": { stride: [2, 2], dilation: [3, 3], padding: [3, 3, 3, 3] },
    "one column, dilation of two": { S: 1, dilation: [2, 2] },
    groups: { C: 12, K: 6, groups: 3 },
    depthwise: { C: 8, K: 8, groups: 8 },
    "one row": { H: 1, R: 1, padding: [0, 1, 0, 1] },
  };

  describe.each(["bf16", "fp32", "int8"] as const)("%s", (format) => {
    const parameters = withValues("swg", swgParameters, { columns: 4, format });

    it.each(Object.entries(shapes))("a convolution as it is mapped: %s", (_, shape) => {
      for (const masked of [false, true]) {
        const trace = traceOf(shape, masked);
        const { gradient, products } = machineGradient(trace, parameters, mappingOf(trace));
        expect(gradient).toEqual(weightGradient(trace));
        expect(products).toBe(countValidPairs(occupancy(trace)));
      }
    });

    it("a linear layer as it is mapped", () => {
      const layer = linear("fc", 20, 50, 30);
      const values = (size: number) => Float32Array.from({ length: size }, (_, i) => (i * i) % 3);
      const trace = { layer, fmap: values(fmapSize(layer)), emap: values(emapSize(layer)) };
      expect(machineGradient(trace, parameters, mappingOf(trace)).gradient).toEqual(weightGradient(trace));
    });

    const mappingOf = (trace: LayerTrace) =>
      promisingMappings(layerStatistics(flattenPointwise(occupancy(trace))), parameters)
        .bestFirst()
        .next().value!;
  });

  it("the mapping is the one that the machine would choose, unless one is given", () => {
    const trace = traceOf({ C: 3, H: 4, W: 4 }, true);
    expect(machineGradient(trace, defaults(swgParameters)).gradient).toEqual(weightGradient(trace));
  });

  const traces = sharedTraces();
  it.skipIf(traces.length === 0)("is within 1e-12 of the layer's largest magnitude on real tensors", () => {
    const parameters = defaults(swgParameters);
    for (const { path } of traces.filter(({ name }) => name.startsWith("vgg8"))) {
      const file = openTrace(path);
      for (const name of ["conv_0", "conv_11"]) {
        const trace = file.read(name);
        const statistics = layerStatistics(flattenPointwise(occupancy(trace)));
        const [mapping] = promisingMappings(statistics, parameters).bestFirst();
        const { gradient, products } = machineGradient(trace, parameters, mapping);
        const expected = weightGradient(trace);
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        let worst = 0;
        for (const [i, value] of gradient.entries()) worst = Math.max(worst, Math.abs(value - expected[i]));
        expect(worst / largest).toBeLessThanOrEqual(1e-12);
        expect(products).toBe(countValidPairs(occupancy(trace)));
      }
    }
  });
});
