import { describe, expect, it } from "vitest";
import { float32, int64, npyFile } from "../../../test/npz-file.ts";
import { type Arrays, floats, layersOf } from "../../../test/numpy-arrays.ts";

const layerOf = (arrays: Arrays) => layersOf(arrays)[0];
const integers = (shape: readonly number[], ...values: number[]) =>
  npyFile("<i8", shape, int64(...values.map(BigInt)));
const convolution: Arrays = {
  "c.fmap": floats(1, 2, 6, 7),
  "c.emap": floats(1, 3, 4, 5),
  "c.kernel": integers([], 3),
};

describe("are settings that can be understood in another way refused?", () => {
  it("one integer of no axis, of one, of more", () => {
    for (const shape of [[], [1], [1, 1]])
      expect(layerOf({ ...convolution, "c.stride": integers(shape, 1) }).stride).toEqual([1, 1]);
  });

  it.each<[string, Arrays, string]>([
    [
      "[[top, bottom], [left, right]], as np.pad and TensorFlow have it",
      { "c.padding": integers([2, 2], 0, 1, 2, 3) },
      'array "c.padding": integers must stand in a row, an array of one axis, has the shape [2,2]',
    ],
    ["two numbers of groups", { "c.groups": integers([2], 1, 2) }, "groups must be one integer, is [1,2]"],
    [
      "padding in words",
      { "c.padding": npyFile("|S4", [], Buffer.from("same")) },
      'array "c.padding": must hold integers, holds "same"; give the padding in numbers',
    ],
    [
      "a stride that is no integer",
      { "c.stride": npyFile("<f4", [], float32(1.5)) },
      "must hold integers, is f4",
    ],
  ])("%s", (_, more, message) => {
    expect(() => layerOf({ ...convolution, ...more })).toThrow(message);
  });
});

describe("is a layer that is only there in part named?", () => {
  it.each<[string, Arrays, string]>([
    ["a map", { "d.fmap": floats(1, 2) }, 'layer "d": array "d.emap" is missing'],
    [
      "a misspelt name",
      { "C.padding": integers([], 1) },
      'array "C.padding" belongs to a layer without "C.fmap" and "C.emap"',
    ],
    [
      "a gradient",
      { "d.weight_gradient": floats(3, 2) },
      'array "d.weight_gradient" belongs to a layer without "d.fmap"',
    ],
  ])("%s", (_, more, message) => {
    expect(() => layerOf({ ...convolution, ...more })).toThrow(message);
  });

  it("what describes a layer of one step may stand beside all steps", () => {
    const ofStep = Object.fromEntries(
      Object.entries(convolution).map(([name, bytes]) => [name === "c.kernel" ? name : `2/${name}`, bytes]),
    );
    expect(layerOf({ ...ofStep, "1/fc.fmap": floats(1, 2), "1/fc.emap": floats(1, 2) }).name).toBe("c");
  });

  it("weights, arrays without names, and other names of a role are no trace", () => {
    for (const names of [
      ["conv1.weight", "conv1.bias"],
      ["arr_0", "arr_1"],
      ["c_fmap", "c_emap"],
      ["fmap", "emap"],
    ])
      expect(() => layerOf(Object.fromEntries(names.map((name) => [name, floats(1, 2)])))).toThrow(
        `x: has no map of a layer among its 2 arrays, the first of which is "${names[0]}"; a trace has LAYER.fmap and LAYER.emap`,
      );
  });
});
