import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { npyFile, zipFile } from "../../../test/npz-file.ts";
import {
  type Arrays,
  floats,
  layersOf,
  number,
  ramp,
  stepsOf,
  stored,
  text,
} from "../../../test/numpy-arrays.ts";
import { arraySource } from "../byte-source.ts";
import { openTraceFile } from "../file.ts";
import type { Trace } from "../trace.ts";
import { encodeNpz } from "./encode-npz.ts";
import { readNpz } from "./npz.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-variants-"));
afterAll(() => rmSync(folder, { recursive: true }));

const names = (steps: readonly Trace[]) =>
  steps.map(({ labels, layers }) => [labels.step, layers.map(({ name }) => name)]);

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

  it("a step's number may have zeros in front, but not once with and once without", () => {
    expect(names(stepsOf(maps("0002/conv", "0010/conv")))).toEqual([
      [2, ["conv"]],
      [10, ["conv"]],
    ]);
    expect(() => stepsOf(maps("2/conv", "02/conv"))).toThrow("x: step 2 is there twice, as 2/ and 02/");
  });

  it("steps in words are not taken for layers, unless the file is one step", () => {
    expect(() => stepsOf(maps("step_1/conv", "step_2/conv"))).toThrow(
      'array "step_1/conv.fmap": a step is a number alone before the slash, "1/"; an array "step" makes "step..." part of the layers\' names',
    );
    expect(names(stepsOf({ ...maps("step_1/conv"), step: number(0) }))).toEqual([[0, ["step_1/conv"]]]);
  });

  it("files that begin with a dot are ignored in a folder", () => {
    const path = writeFolder(join(folder, "dots"), { ...maps("fc"), "._fc.fmap": Uint8Array.of(0, 5) });
    expect(names(openTraceFile(path).steps)).toEqual([[0, ["fc"]]]);
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
