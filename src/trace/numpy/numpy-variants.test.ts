import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { float32, int64, npyFile, zipFile } from "../../../test/npz-file.ts";
import { denseMacs } from "../../workload/layer.ts";
import { arraySource } from "../byte-source.ts";
import { openTraceFile } from "../file.ts";
import type { Trace } from "../trace.ts";
import { encodeNpz } from "./encode-npz.ts";
import { readNpz } from "./npz.ts";

type Arrays = Readonly<Record<string, Uint8Array>>;

const folder = mkdtempSync(join(tmpdir(), "swg-variants-"));
afterAll(() => rmSync(folder, { recursive: true }));

const stepsOf = (arrays: Arrays): readonly Trace[] =>
  readNpz(
    arraySource(
      "x",
      zipFile(Object.entries(arrays).map(([name, bytes]) => ({ name: `${name}.npy`, bytes }))),
    ),
  ).steps;
const layersOf = (arrays: Arrays) => stepsOf(arrays)[0].layers;
const names = (steps: readonly Trace[]) =>
  steps.map(({ labels, layers }) => [labels.step, layers.map(({ name }) => name)]);

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const ramp = (shape: readonly number[]) => Array.from({ length: size(shape) }, (_, i) => (i % 11) - 3);
const floats = (...shape: number[]) => npyFile("<f4", shape, float32(...ramp(shape)));
const number = (value: number) => npyFile("<i8", [], int64(BigInt(value)));
function text(value: string): Uint8Array {
  const codes = Uint32Array.from([...value], (c) => c.codePointAt(0)!);
  return npyFile(`<U${codes.length}`, [], new Uint8Array(codes.buffer));
}

/** An array of this shape whose axes are stored in the order `axes`: those of a [2][3] as [1, 0] are [3][2]. */
function stored(shape: readonly number[], axes: readonly number[], descr = "<f4"): Uint8Array {
  const values = ramp(shape);
  const step = (axis: number) => size(shape.slice(axis + 1));
  const inFile = axes.map((axis) => shape[axis]);
  const moved = Array.from({ length: values.length }, (_, i) => {
    let [rest, from] = [i, 0];
    for (let at = axes.length - 1; at >= 0; at--) {
      from += (rest % inFile[at]) * step(axes[at]);
      rest = Math.floor(rest / inFile[at]);
    }
    return values[from];
  });
  return npyFile(descr, inFile, float32(...moved));
}

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
  ])("shapes that fit both are not guessed at: %s", (_, arrays) => {
    expect(() => stepsOf(arrays)).toThrow(
      'its shapes fit maps in NCHW and, with channels last, in NHWC; an array "c.layout" that holds "NCHW" or "NHWC" says which',
    );
    expect(layersOf({ ...arrays, layout: text("NCHW") })).toHaveLength(1);
  });

  it("said, they have the MACs of what was said; square pictures with channels first need no word", () => {
    const macs = (arrays: Arrays) => denseMacs(layersOf(arrays)[0]);
    const channelsLast = square(2, 14, 14, 16);
    expect(macs({ ...channelsLast, "c.layout": text("NHWC") })).toBe(903_168);
    expect(macs({ ...channelsLast, "c.layout": text("NCHW") })).toBe(790_272);
    expect(macs(square(2, 16, 14, 14))).toBe(903_168);
  });

  it("weights that fit two orders need a word", () => {
    const arrays = { "c.fmap": floats(1, 5, 5, 3), "c.emap": floats(1, 3, 3, 3), layout: text("NHWC") };
    const both = { ...arrays, "c.weight_gradient": floats(3, 3, 3, 3) };
    expect(() => stepsOf(both)).toThrow(
      'its weights of shape [3,3,3,3] fit OIHW and HWIO; an array "c.kernel_layout" that holds "OIHW" or "HWIO" says which',
    );
    expect(stepsOf({ ...both, kernel_layout: text("HWIO") })[0].read("c").weightGradient![1]).toBe(
      ramp([81])[9],
    );
  });

  it("a kernel as large as its inputs are many is taken in the order of this format", () => {
    const arrays = { "c.fmap": floats(1, 5, 5, 3), "c.emap": floats(1, 3, 3, 4), layout: text("NHWC") };
    const [step] = stepsOf({ ...arrays, "c.weight_gradient": floats(4, 3, 3, 3) });
    expect([...step.read("c").weightGradient!]).toEqual(ramp([4, 3, 3, 3]));
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

describe("can a linear layer be said, and are its weights taken in their order?", () => {
  const tokens = { "fc.fmap": floats(2, 5, 7), "fc.emap": floats(2, 5, 7) };

  it("tokens without weights, in one array of text, of bytes too", () => {
    for (const type of [text("linear"), npyFile("|S6", [], Buffer.from("linear"))])
      expect(layersOf({ ...tokens, "fc.type": type })[0]).toMatchObject({
        type: "linear",
        N: 10,
        C: 7,
        K: 7,
      });
    expect(() => stepsOf(tokens)).toThrow('or "fc.type" that holds "linear"');
  });

  it("[C][K], as in Keras, where it is said", () => {
    const arrays = {
      "fc.fmap": floats(5, 3),
      "fc.emap": floats(5, 2),
      "fc.weight_gradient": stored([2, 3], [1, 0]),
    };
    expect(() => stepsOf(arrays)).toThrow(
      'as in Keras and Flax, an array "fc.kernel_layout" that holds "IO"',
    );
    for (const said of [
      { "fc.kernel_layout": text("IO") },
      { layout: text("NHWC") },
      { kernel_layout: text("HWIO") },
    ])
      expect([...stepsOf({ ...arrays, ...said })[0].read("fc").weightGradient!]).toEqual(ramp([2, 3]));
  });

  it.each<[string, Arrays, string]>([
    [
      "an unknown type",
      { ...tokens, "fc.type": text("dense") },
      'unknown type "dense"; known: conv2d, linear',
    ],
    [
      "a type and a stride",
      { ...tokens, "fc.type": text("linear"), "fc.stride": number(1) },
      "a linear layer has no stride",
    ],
    [
      "a type that the weights contradict",
      { ...tokens, "fc.type": text("linear"), "fc.mask": floats(7, 7, 1) },
      "must have two axes",
    ],
    [
      "square weights beside channels last",
      { "fc.fmap": floats(5, 3), "fc.emap": floats(5, 3), "fc.mask": floats(3, 3), layout: text("NHWC") },
      "its weights fit [K][C] and [C][K]",
    ],
  ])("%s is refused", (_, arrays, message) => {
    expect(() => stepsOf(arrays)).toThrow(message);
  });
});

describe("are numbers of every type read?", () => {
  it("bfloat16 of ml_dtypes, in both byte orders", () => {
    const halves = Uint16Array.of(0x3f80, 0xc000, 0, 0x4040);
    const bytes = new Uint8Array(halves.buffer);
    const swapped = bytes.slice();
    for (let i = 0; i < 8; i += 2) swapped.subarray(i, i + 2).reverse();
    for (const [descr, data] of [
      ["<V2", bytes],
      ["|V2", bytes],
      ["bfloat16", bytes],
      [">V2", swapped],
    ] as const) {
      const [step] = stepsOf({ "fc.fmap": npyFile(descr, [2, 2], data), "fc.emap": floats(2, 1) });
      expect([...step.read("fc").fmap]).toEqual([1, -2, 0, 3]);
      expect(step.contents("fc").fmap).toBe("BF16");
    }
  });

  it("masks of 0 and 1", () => {
    const maps = { "fc.fmap": floats(2, 2), "fc.emap": floats(2, 1) };
    const masks: [string, ArrayBufferLike][] = [
      ["<f8", Float64Array.of(0, 1).buffer],
      ["<f4", Float32Array.of(-0, 1).buffer],
      ["<f2", Uint16Array.of(0, 0x3c00).buffer],
      ["<V2", Uint16Array.of(0, 0x3f80).buffer],
      ["<i8", BigInt64Array.of(0n, 1n).buffer],
      [">i4", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1).buffer],
      ["<u2", Uint16Array.of(0, 1).buffer],
      ["|i1", Int8Array.of(0, 1).buffer],
      ["|b1", Uint8Array.of(0, 1).buffer],
    ];
    for (const [descr, data] of masks) {
      const [step] = stepsOf({ ...maps, "fc.mask": npyFile(descr, [1, 2], new Uint8Array(data)) });
      expect(step.read("fc").mask).toEqual(Uint8Array.of(0, 1));
      expect(step.occupancy("fc").mask).toEqual(Uint8Array.of(0, 1));
    }
  });
});

describe("may a layer's name have slashes?", () => {
  const maps = (...layers: string[]): Arrays =>
    Object.fromEntries(
      layers.flatMap((name) => [`${name}.fmap`, `${name}.emap`].map((key) => [key, floats(2, 2)])),
    );
  const writeFolder = (path: string, arrays: Arrays) => {
    for (const [name, bytes] of Object.entries(arrays)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, `${name}.npy`), bytes);
    }
    return path;
  };

  it.each<[string, Arrays, [number, string[]][]]>([
    ["in one step", maps("fc", "block/0/conv"), [[0, ["fc", "block/0/conv"]]]],
    [
      "behind a step",
      maps("9/block/conv", "10/block/conv"),
      [
        [9, ["block/conv"]],
        [10, ["block/conv"]],
      ],
    ],
    ["behind a step, a number again", maps("5/0/conv"), [[5, ["0/conv"]]]],
    [
      "numbers alone are steps",
      maps("0/conv", "1/conv"),
      [
        [0, ["conv"]],
        [1, ["conv"]],
      ],
    ],
    [
      "but in a file of one step",
      { ...maps("0/conv", "1/conv"), step: number(7) },
      [[7, ["0/conv", "1/conv"]]],
    ],
  ])("%s, in a .npz and in a folder", (name, arrays, expected) => {
    expect(names(stepsOf(arrays))).toEqual(expected);
    expect(names(openTraceFile(writeFolder(join(folder, name), arrays)).steps)).toEqual(expected);
  });

  it("steps beside layers of none are refused", () => {
    expect(() => stepsOf(maps("fc", "0/conv"))).toThrow(
      'x: array "fc.fmap" belongs to no step, beside others of step 0; an array "step" makes numbers before a slash part of the layers\' names',
    );
  });

  it("such names are written and come back, in one step and in several", () => {
    const steps = [...stepsOf({ ...maps("0/conv", "b/c"), step: number(3) })];
    const several = [steps[0], { ...steps[0], labels: { ...steps[0].labels, step: 8 } }];
    for (const written of [steps, several]) {
      const found = readNpz(arraySource("x", Buffer.concat([...encodeNpz("x", written)]))).steps;
      expect(names(found)).toEqual(names(written));
      expect(found.at(-1)!.read("0/conv")).toEqual(steps[0].read("0/conv"));
    }
  });

  it("a folder that leads back into itself ends in one line", () => {
    const path = writeFolder(join(folder, "loop"), maps("fc"));
    symlinkSync(path, join(path, "again"));
    expect(() => openTraceFile(path)).toThrow("folders must nest at most 16 deep");
  });

  it("an entry of a folder itself, as zip programs write it, is no array", () => {
    const members = Object.entries(maps("b/c")).map(([name, bytes]) => ({ name: `${name}.npy`, bytes }));
    const bytes = zipFile([{ name: "b/", bytes: new Uint8Array(0) }, ...members]);
    expect(names(readNpz(arraySource("x", bytes)).steps)).toEqual([[0, ["b/c"]]]);
  });
});
