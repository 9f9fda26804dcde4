import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Inputs, kernelOn, numbers, relativeError, type Values } from "../../test/both-backends.ts";
import { drawer } from "../../test/drawn-blobs.ts";
import { drawnCases, infoOf, operandsOf, randomConvolutions } from "../../test/random-convolution.ts";
import "../index.ts";

/** Holds a kernel on wasm to the same on the cpu backend: shapes, and values to 1e-5 of the largest. */
async function expectSame(name: string, inputs: Inputs, attrs: object): Promise<void> {
  const [wanted, given] = [
    await kernelOn("cpu", name, inputs, attrs),
    await kernelOn("wasm", name, inputs, attrs),
  ];
  expect(given.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
  for (const [i, { values }] of given.entries())
    expect(relativeError(values, wanted[i].values)).toBeLessThan(1e-5);
}

const small = { maxChannels: 17 };

describe("do convolutions and their gradients agree with the cpu backend's?", () => {
  it.each<[string, boolean]>([
    ["Conv2D", true],
    ["FusedConv2D", true],
    // TensorFlow.js asks for no gradient of a dilated convolution
    ["Conv2DBackpropFilter", false],
    ["Conv2DBackpropInput", false],
  ])("%s", async (name, dilated) => {
    await fc.assert(
      fc.asyncProperty(randomConvolutions({ ...small, dilated }), async (drawn) => {
        const info = infoOf(drawn);
        const { x, filter, dy } = operandsOf(drawn, info);
        const { shape, filterShape } = drawn;
        const maps: Record<string, Values> = {
          x: { shape, values: x },
          filter: { shape: filterShape, values: filter },
          dy: { shape: info.outShape, values: dy },
          bias: numbers([filterShape[3]], drawer(drawn.seed)),
        };
        const wanted = { Conv2D: ["x", "filter"], FusedConv2D: ["x", "filter", "bias"] }[name];
        const inputs = wanted ?? (name === "Conv2DBackpropFilter" ? ["x", "dy"] : ["dy", "filter"]);
        await expectSame(name, Object.fromEntries(inputs.map((input) => [input, maps[input]])), {
          ...drawn,
          filterShape,
          inputShape: shape,
          dataFormat: "NHWC",
          activation: "linear",
        });
      }),
      { numRuns: drawnCases },
    );
  });

  it.each(["DepthwiseConv2dNativeBackpropFilter", "DepthwiseConv2dNativeBackpropInput"])(
    "%s",
    async (name) => {
      await fc.assert(
        fc.asyncProperty(
          randomConvolutions({ maxChannels: 9, depthwise: true, dilated: false }),
          async (drawn) => {
            const info = infoOf(drawn, true);
            const { x, filter, dy } = operandsOf(drawn, info);
            const emap = { shape: info.outShape, values: dy };
            const inputs = name.endsWith("Filter")
              ? { x: { shape: drawn.shape, values: x }, dy: emap }
              : { dy: emap, filter: { shape: drawn.filterShape, values: filter } };
            await expectSame(name, inputs, { ...drawn, inputShape: drawn.shape });
          },
        ),
        { numRuns: drawnCases },
      );
    },
  );
});

describe("what of maps without a position, and of filters that do not fit?", () => {
  const attrs = { strides: 1, pad: "valid", dataFormat: "NHWC", dilations: 1, dimRoundingMode: "floor" };
  const of = (...shape: number[]) => numbers(shape, drawer(1));

  it.each<[string, Record<string, Values>]>([
    ["Conv2D", { x: of(1, 2, 2, 3), filter: of(3, 3, 3, 4) }],
    ["Conv2DBackpropFilter", { x: of(1, 2, 2, 3), dy: of(1, 0, 0, 4) }],
    ["Conv2DBackpropInput", { dy: of(1, 0, 0, 4), filter: of(3, 3, 3, 4) }],
    ["Conv2DBackpropFilter", { x: of(0, 4, 4, 3), dy: of(0, 2, 2, 4) }],
  ])("%s gives what the cpu backend gives", async (name, inputs) => {
    const inputShape = [1, 2, 2, 3];
    await expectSame(name, inputs, { ...attrs, filterShape: [3, 3, 3, 4], inputShape });
  });

  it("a filter that is too large is named in one line", async () => {
    const inputs = { x: of(1, 2, 5, 3), filter: of(4, 3, 3, 4) };
    await expect(kernelOn("wasm", "Conv2D", inputs, attrs)).rejects.toThrow(
      "a filter of 4 x 3 does not fit a map of 2 x 5",
    );
  });
});

const size = (max: number) => fc.integer({ min: 1, max });
const shapes = fc.array(size(5), { minLength: 1, maxLength: 4 });

describe("do the other kernels of training agree with the cpu backend's?", () => {
  it("MaxPoolGrad, windows that overlap, values that are equal", async () => {
    const windows = fc.record({
      shape: fc.tuple(size(2), size(8), size(8), size(9)),
      filterSize: fc.tuple(size(3), size(3)),
      strides: fc.tuple(size(3), size(3)),
      pad: fc.constantFrom("same", "valid"),
      levels: fc.constantFrom(3, 1000),
      seed: fc.integer(),
    });
    const outShape = (drawn: Parameters<typeof tf.backend_util.computePool2DInfo>) =>
      tf.backend_util.computePool2DInfo(...drawn).outShape;
    await fc.assert(
      fc.asyncProperty(windows, async ({ shape, filterSize, strides, pad, levels, seed }) => {
        const out = outShape([shape, filterSize, strides, 1, pad as "same" | "valid"]);
        if (out.some((count) => count < 1)) return;
        const draw = drawer(seed);
        const input = numbers(shape, () => Math.floor(draw() * levels));
        const dy = numbers(out, draw);
        await expectSame("MaxPoolGrad", { dy, input, output: dy }, { filterSize, strides, pad });
      }),
      { numRuns: drawnCases },
    );
  });

  it.each(["Sum", "Mean"])("%s, over any axes", async (name) => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1 }), fc.boolean(), async (shape, axes, keepDims) => {
        const axis = shape.flatMap((_, i) => ((axes >> i) & 1 ? [i] : []));
        if (axis.length > 0) await expectSame(name, { x: numbers(shape, drawer(axes)) }, { axis, keepDims });
      }),
      { numRuns: drawnCases },
    );
  });

  it("FusedBatchNorm, with and without offset and scale", async () => {
    const each = (channels: number, seed: number) => numbers([channels], drawer(seed));
    for (const channels of [4, 7, 9]) {
      const inputs = {
        x: numbers([2, 3, 5, channels], drawer(1)),
        mean: each(channels, 2),
        variance: each(channels, 3),
      };
      const attrs = { varianceEpsilon: 0.001 };
      await expectSame("FusedBatchNorm", inputs, attrs);
      await expectSame(
        "FusedBatchNorm",
        { ...inputs, offset: each(channels, 4), scale: each(channels, 5) },
        attrs,
      );
    }
  });

  it("Sum over many rows", async () => {
    await expectSame("Sum", { x: numbers([70_000, 7], drawer(1)) }, { axis: [0], keepDims: false });
  });

  it("Tile, along any axes", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.infiniteStream(size(3)), async (drawn, repeats) => {
        const reps = drawn.map(() => repeats.next().value as number);
        // most are of one value along an axis, as a bias' gradient is
        const shape = drawn.map((count, i) => (i % 2 ? count : 1));
        for (const tiled of [shape, drawn])
          await expectSame("Tile", { x: numbers(tiled, drawer(2)) }, { reps });
      }),
      { numRuns: drawnCases },
    );
  });

  it("UnsortedSegmentSum, ids outside of the segments included", async () => {
    await fc.assert(
      fc.asyncProperty(size(9), size(9), size(6), fc.integer(), async (rows, width, numSegments, seed) => {
        const draw = drawer(seed);
        const values = Int32Array.from({ length: rows }, () => Math.floor(draw() * (numSegments + 2)) - 1);
        const inputs = { x: numbers([rows, width, 2], draw), segmentIds: { shape: [rows], values } };
        await expectSame("UnsortedSegmentSum", inputs, { numSegments });
      }),
      { numRuns: drawnCases },
    );
  });

  it.each<[string, number[][]]>([
    ["ij->ji", [[3, 4]]],
    ["ijk->j", [[2, 3, 4]]],
    [
      "ij,jk->ik",
      [
        [2, 3],
        [3, 4],
      ],
    ],
    ["i,j->ij", [[3], [4]]],
    [
      "abc,cde->abde",
      [
        [2, 3, 4],
        [4, 2, 3],
      ],
    ],
    [
      "aecd,abcd->acbe",
      [
        [2, 3, 2, 4],
        [2, 5, 2, 4],
      ],
    ],
    [
      "acbe,aecd->abcd",
      [
        [2, 3, 4, 5],
        [2, 5, 3, 2],
      ],
    ],
    [
      "abc, bd -> ad",
      [
        [2, 3, 4],
        [3, 2],
      ],
    ],
  ])("Einsum %s", async (equation, shapesOf) => {
    const draw = drawer(5);
    await expectSame(
      "Einsum",
      shapesOf.map((shape) => numbers(shape, draw)),
      { equation },
    );
  });
});
