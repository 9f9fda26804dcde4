import { describe, expect, it } from "vitest";
import { node, onnxFile, valueInfo, weights } from "../../../test/onnx-model.ts";
import { arraySource } from "../byte-source.ts";
import { onnxNetwork } from "./network.ts";

/** A convolution over the samples of a sound, [images][samples]. */
const sound = (input: object, name = "x") => ({
  node: [
    node("Unsqueeze", [name], "u", { axes: [1] }),
    node("Conv", ["u", "c.weight"], "y", { strides: [2] }),
  ],
  initializer: [weights("c.weight", 8, 1, 4)],
  input: [input],
});
const layersOf = (graph: object, sizes: Record<string, number>, images = 1) =>
  onnxNetwork(arraySource("x.onnx", onnxFile(graph)), new Map(Object.entries(sizes)), images)
    .layers(images)
    .map(({ N, W, Q }) => [N, W, Q]);
const withoutShape = (name: string) => ({ name, type: { tensor_type: { elem_type: 1 } } });

describe("can every open dimension be given a size?", () => {
  it.each<[string, object, string, Record<string, number>]>([
    ["by its name", valueInfo("x", "n", "samples"), "x", { samples: 16 }],
    ["by input and axis", valueInfo("x", "n", "samples"), "x", { "x.1": 16 }],
    ["without a name", valueInfo("x", "", ""), "x", { "x.1": 16 }],
    [
      "of an input whose own name ends with a number",
      valueInfo("input.1", "", ""),
      "input.1",
      { "input.1.1": 16 },
    ],
    ["that the file calls ?", valueInfo("x", "?", "?"), "x", { "x.1": 16 }],
    ["that the file calls -1", valueInfo("x", "-1", "-1"), "x", { "x.1": 16 }],
    ["that has size 0 in the file", valueInfo("x", 0, 0), "x", { "x.1": 16 }],
  ])("%s", (_, input, name, sizes) => {
    expect(layersOf(sound(input, name), sizes)).toEqual([[1, 16, 7]]);
    expect(layersOf(sound(input, name), sizes, 3)).toEqual([[3, 16, 7]]);
  });

  it("all of an input of which the file does not even say how many there are", () => {
    const graph = sound(withoutShape("x"));
    expect(layersOf(graph, { "x.0": 2, "x.1": 16 })).toEqual([[1, 16, 7]]);
    expect(layersOf(graph, { "x.0": 2, "x.1": 16 }, 2)).toEqual([[2, 16, 7]]);
    expect(() => layersOf(graph, {})).toThrow(
      'the file does not say how many dimensions input "x" has; give all with --dimension x.0=SIZE and so on',
    );
  });
});

describe("is a wrong or missing size refused in one line?", () => {
  it.each<[string, object, Record<string, number>, string]>([
    [
      "one that is needed",
      valueInfo("x", "", ""),
      {},
      'x.onnx: input "x": dimension 1 must have a size, is open, without a name; give it one with --dimension x.1=SIZE',
    ],
    [
      "one that has a name",
      valueInfo("x", "n", "samples"),
      {},
      'x.onnx: input "x": dimension 1 must have a size, is open, "samples"; give it one with --dimension samples=SIZE',
    ],
    [
      "an unknown name",
      valueInfo("x", "n", "samples"),
      { sample: 16 },
      'x.onnx: unknown dimension "sample"; open: n, samples',
    ],
    [
      "an axis that there is not",
      valueInfo("x", "n", 16),
      { "x.2": 16 },
      'x.onnx: unknown dimension "x.2"; open: n',
    ],
    [
      "where none is open",
      valueInfo("x", 1, 16),
      { n: 16 },
      'x.onnx: unknown dimension "n"; the file leaves none open',
    ],
    [
      "another size than the file's",
      valueInfo("x", 1, 16),
      { "x.1": 8 },
      "x.onnx: --dimension x.1=8: that dimension is 16 in the file; only open ones can be given a size",
    ],
    [
      "of the images",
      valueInfo("x", "n", 16),
      { n: 8 },
      'x.onnx: --dimension n: axis 0 of input "x" holds the images (the Conv "node 1" says so); give their number with --batch',
    ],
  ])("%s", (_, input, sizes, message) => {
    expect(() => layersOf(sound(input), sizes)).toThrow(message);
  });
});
