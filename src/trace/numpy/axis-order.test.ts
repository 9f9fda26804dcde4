import { describe, expect, it } from "vitest";
import { npyFile } from "../../../test/npz-file.ts";
import {
  type Arrays,
  floats,
  layersOf,
  number,
  ramp,
  row,
  stepsOf,
  stored,
  text,
} from "../../../test/numpy-arrays.ts";
import { InputError } from "../../input-error.ts";
import { denseMacs } from "../../workload/layer.ts";
import { arraySource } from "../byte-source.ts";
import { encodeNpz } from "./encode-npz.ts";
import { readNpz } from "./npz.ts";

describe("are maps with their channels last read as they are meant, or refused?", () => {
  const [fmap, emap, weights] = [
    [2, 4, 8, 7],
    [2, 6, 6, 5],
    [6, 2, 3, 3],
  ];
  const last = [0, 2, 3, 1];
  const plain: Arrays = {
    "c.fmap": stored(fmap, [0, 1, 2, 3]),
    "c.emap": stored(emap, [0, 1, 2, 3]),
    "c.weight_gradient": stored(weights, [0, 1, 2, 3]),
  };
  const lastOf = (order: readonly number[]): Arrays => ({
    "c.fmap": stored(fmap, last),
    "c.emap": stored(emap, last),
    "c.weight_gradient": stored(weights, order),
  });

  it.each([
    ["OIHW", [0, 1, 2, 3]],
    ["HWIO", [2, 3, 1, 0]],
    ["OHWI", [0, 2, 3, 1]],
  ] as const)("with weights in %s, the same layer and the same numbers", (_, order) => {
    const [expected] = stepsOf(plain);
    const [found] = stepsOf({ ...lastOf(order), layout: text("NHWC") });
    expect(found.layers).toEqual(expected.layers);
    expect(found.read("c")).toEqual(expected.read("c"));
    expect(found.occupancy("c")).toEqual(expected.occupancy("c"));
  });

  it("TensorFlow's depthwise weights, two outputs for each channel", () => {
    const shapes = [
      [1, 3, 4, 4],
      [1, 6, 2, 2],
      [6, 1, 3, 3],
    ];
    const [expected] = stepsOf({
      "d.fmap": floats(...shapes[0]),
      "d.emap": floats(...shapes[1]),
      "d.kernel": number(3),
      "d.groups": number(3),
    });
    const [found] = stepsOf({
      "d.fmap": stored(shapes[0], last),
      "d.emap": stored(shapes[1], last),
      // [R][S][C][M] of [C][M][R][S]
      "d.weight_gradient": stored([3, 2, 3, 3], [2, 3, 0, 1]),
      "d.layout": text("channels_last"),
    });
    expect(found.layers).toEqual(expected.layers);
    expect([...found.read("d").weightGradient!]).toEqual(ramp([6, 1, 3, 3]));
  });

  it("a 1-D convolution, in Fortran order too", () => {
    const [expected] = stepsOf({
      "w.fmap": floats(2, 3, 9),
      "w.emap": floats(2, 4, 7),
      "w.kernel": number(3),
    });
    const rest = { "w.emap": stored([2, 4, 7], [0, 2, 1]), "w.kernel": number(3), "w.layout": text("NWC") };
    const [found] = stepsOf({ "w.fmap": stored([2, 3, 9], [0, 2, 1]), ...rest });
    const header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 9, 3), }";
    const turned = stored([2, 3, 9], [1, 2, 0]).subarray(-2 * 9 * 3 * 4);
    const [fortran] = stepsOf({ "w.fmap": npyFile("", [], turned, { header }), ...rest });
    expect(found.layers).toEqual(expected.layers);
    expect(found.read("w")).toEqual(expected.read("w"));
    expect(fortran.read("w")).toEqual(expected.read("w"));
  });

  it("what fits channels last alone is named, and read once it is said", () => {
    expect(() => stepsOf(lastOf([2, 3, 1, 0]))).toThrow(
      'x: layer "c": its shapes fit maps with their channels last, NHWC, and not NCHW; an array "c.layout" that holds "NHWC" says so',
    );
  });

  const square = (...shape: number[]): Arrays => ({
    "c.fmap": floats(...shape),
    "c.emap": floats(...shape),
    "c.kernel": number(3),
    "c.padding": number(1),
  });
  it.each([
    ["pictures with their channels last", square(2, 14, 14, 16)],
    ["a cube", square(2, 8, 8, 8)],
    ["three different sizes", square(2, 16, 10, 12)],
    ["as wide as there are channels", square(2, 28, 16, 16)],
    ["square pictures with their channels first", square(2, 16, 14, 14)],
    ["one channel last", square(2, 8, 8, 1)],
  ])("shapes that fit both are not guessed at: %s", (_, arrays) => {
    expect(() => stepsOf(arrays)).toThrow(
      'its shapes fit maps in NCHW and, with channels last, in NHWC; an array "c.layout" that holds "NCHW" or "NHWC" says which, an array "layout" says it of all layers',
    );
    expect(layersOf({ ...arrays, layout: text("NCHW") })).toHaveLength(1);
  });

  it("said, they have the MACs of what was said", () => {
    const macs = (arrays: Arrays) => denseMacs(layersOf(arrays)[0]);
    const channelsLast = square(2, 14, 14, 16);
    expect(macs({ ...channelsLast, "c.layout": text("NHWC") })).toBe(903_168);
    expect(macs({ ...channelsLast, "c.layout": text("NCHW") })).toBe(790_272);
  });

  it.each<[string, Arrays]>([
    ["weights", { ...square(2, 16, 14, 14), "c.mask": floats(16, 16, 3, 3) }],
    [
      "a stride along one axis",
      { ...square(2, 6, 8, 8), "c.emap": floats(2, 6, 4, 8), "c.stride": row(2, 1) },
    ],
    [
      "padding along one axis",
      { ...square(2, 6, 8, 8), "c.emap": floats(2, 6, 8, 6), "c.padding": row(1, 0) },
    ],
    ["channels that the groups do not divide", { ...square(2, 4, 6, 6), "c.groups": number(4) }],
  ])("what rules channels last out needs no word: %s", (_, arrays) => {
    expect(() => stepsOf({ ...arrays, layout: text("NHWC") })).toThrow(InputError);
    expect(layersOf(arrays)).toEqual(layersOf({ ...arrays, layout: text("NCHW") }));
  });

  it("what was written before `layout` was is read as it was meant", () => {
    const written: Arrays = {
      network: text("n"),
      dataset: text("d"),
      batch: number(2),
      layers: text("c"),
      ...square(2, 16, 14, 14),
      "c.kernel": row(3, 3),
      "c.groups": number(1),
      "c.stride": row(1, 1),
      "c.padding": row(1, 1, 1, 1),
      "c.dilation": row(1, 1),
    };
    expect(layersOf(written)[0]).toMatchObject({ C: 16, H: 14, W: 14 });
    for (const part of ["dataset", "c.dilation"]) {
      const { [part]: _, ...rest } = written;
      expect(() => stepsOf(rest)).toThrow("says which");
    }
    expect(layersOf({ ...written, layout: text("NHWC") })[0]).toMatchObject({ C: 14, H: 16, W: 14 });
  });

  it("weights that fit two orders need a word", () => {
    const arrays = { "c.fmap": floats(1, 5, 5, 3), "c.emap": floats(1, 3, 3, 3), layout: text("NHWC") };
    const both = { ...arrays, "c.weight_gradient": floats(3, 3, 3, 3) };
    expect(() => stepsOf(both)).toThrow(
      'its weights of shape [3,3,3,3] fit OIHW and HWIO and OHWI; an array "c.kernel_layout" that holds "OIHW" or "HWIO" or "OHWI" says which',
    );
    expect(stepsOf({ ...both, kernel_layout: text("HWIO") })[0].read("c").weightGradient![1]).toBe(
      ramp([81])[9],
    );
  });

  it("a kernel as large as its inputs are many needs a word too", () => {
    const arrays = { "c.fmap": floats(1, 5, 5, 3), "c.emap": floats(1, 3, 3, 4), layout: text("NHWC") };
    const both = { ...arrays, "c.weight_gradient": floats(4, 3, 3, 3) };
    expect(() => stepsOf(both)).toThrow("its weights of shape [4,3,3,3] fit OIHW and OHWI; an array");
    const [step] = stepsOf({ ...both, kernel_layout: text("OIHW") });
    expect([...step.read("c").weightGradient!]).toEqual(ramp([4, 3, 3, 3]));
  });

  it("weights of a depthwise layer with one axis of one, as Flax has them, are those of groups", () => {
    const arrays = { "c.fmap": floats(1, 5, 5, 6), "c.emap": floats(1, 3, 3, 6), layout: text("NHWC") };
    const [step] = stepsOf({ ...arrays, "c.weight_gradient": stored([6, 1, 3, 3], [2, 3, 1, 0]) });
    expect(step.layers[0].groups).toBe(6);
    expect([...step.read("c").weightGradient!]).toEqual(ramp([6, 1, 3, 3]));
  });

  it("weights in another order beside channels first, and a kernel that they contradict", () => {
    const arrays = { "c.fmap": floats(1, 2, 5, 5), "c.emap": floats(1, 4, 3, 3) };
    expect(() => stepsOf({ ...arrays, "c.mask": floats(3, 3, 2, 4) })).toThrow(
      'its weights of shape [3,3,2,4] fit HWIO and not OIHW; an array "c.kernel_layout" that holds "HWIO" says so',
    );
    expect(() => stepsOf({ ...arrays, "c.mask": floats(4, 2, 3, 3), "c.kernel": number(5) })).toThrow(
      "kernel must be [3,3], as its weights have it, is [5,5]",
    );
  });

  it("a layout that is none, and weights that do not divide the channels", () => {
    expect(() => stepsOf({ ...plain, layout: text("CHWN") })).toThrow(
      "layout must be NCHW, NCW, NHWC or NWC",
    );
    expect(() => stepsOf({ ...plain, "c.fmap": floats(2, 3, 8, 7) })).toThrow(
      "fmap has 3 channels, which 2 channels of the weights do not divide",
    );
  });

  it("what is written says its layout", () => {
    const steps = stepsOf({ ...square(2, 8, 8, 8), layout: text("NHWC") });
    const again = readNpz(arraySource("x", Buffer.concat([...encodeNpz("x", steps)]))).steps;
    expect(again[0].read("c")).toEqual(steps[0].read("c"));
  });
});
