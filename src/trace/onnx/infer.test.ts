import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { floats, integers, node, onnxFile, valueInfo, weights } from "../../../test/onnx-model.ts";
import { arraySource } from "../byte-source.ts";
import { type InferredCall, inferShapes } from "./infer.ts";
import { readOnnx } from "./model.ts";
import type { Dimension } from "./value-info.ts";

describe("is every shape worked out as the operators' definitions say?", () => {
  /** The shape of "y" behind nodes that read "x" and other constants. */
  const shapeBehind = (x: number[], nodes: object[], initializer: object[] = []): string => {
    const graph = {
      node: [...nodes, node("Identity", ["y"], "z")],
      initializer,
      input: [valueInfo("x", ...x)],
    };
    const model = readOnnx(arraySource("x.onnx", onnxFile(graph)));
    let found = "";
    const before = (call: InferredCall) => {
      if (call.node.op === "Identity") found = call.input(0).shape.join();
      return false;
    };
    const inputs = new Map([["x", { shape: x }]]);
    inferShapes(model, { inputs, sizes: new Map(), shapesHold: true }, { before });
    return found;
  };
  const picture = [2, 8, 9, 12];

  it.each<[string, number[], object, object[], string]>([
    [
      "MaxPool",
      picture,
      node("MaxPool", ["x"], "y", { kernel_shape: [3, 3], strides: [2, 2] }),
      [],
      "2,8,4,5",
    ],
    [
      "MaxPool that hangs over the edge",
      picture,
      node("MaxPool", ["x"], "y", { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
      [],
      "2,8,4,6",
    ],
    [
      "Conv, same at the end",
      picture,
      node("Conv", ["x", "w"], "y", { strides: [2, 2], auto_pad: "SAME_UPPER" }),
      [weights("w", 4, 8, 3, 3)],
      "2,4,5,6",
    ],
    [
      "ConvTranspose",
      picture,
      node("ConvTranspose", ["x", "w"], "y", { strides: [2, 2], output_padding: [1, 1] }),
      [weights("w", 8, 3, 3, 3)],
      "2,3,20,26",
    ],
    ["GlobalAveragePool", picture, node("GlobalAveragePool", ["x"], "y"), [], "2,8,1,1"],
    ["Flatten", picture, node("Flatten", ["x"], "y", { axis: 2 }), [], "16,108"],
    ["Reshape", picture, node("Reshape", ["x", "s"], "y"), [integers("s", [0, -1, 3])], "2,288,3"],
    ["Transpose", picture, node("Transpose", ["x"], "y", { perm: [0, 2, 3, 1] }), [], "2,9,12,8"],
    ["Squeeze", [2, 1, 3, 1], node("Squeeze", ["x", "a"], "y"), [integers("a", [-1])], "2,1,3"],
    ["Squeeze of all", [2, 1, 3, 1], node("Squeeze", ["x"], "y"), [], "2,3"],
    ["Unsqueeze", [2, 3], node("Unsqueeze", ["x"], "y", { axes: [0, 3] }), [], "1,2,3,1"],
    [
      "Slice",
      picture,
      node("Slice", ["x", "b", "e", "a", "t"], "y"),
      [integers("b", [1, -1]), integers("e", [100, -100]), integers("a", [2, 3]), integers("t", [3, -2])],
      "2,8,3,6",
    ],
    ["Split", picture, node("Split", ["x"], ["y", "u"], { axis: 1, split: [3, 5] }), [], "2,3,9,12"],
    ["Concat", picture, node("Concat", ["x", "x"], "y", { axis: -1 }), [], "2,8,9,24"],
    ["Pad", picture, node("Pad", ["x", "p"], "y"), [integers("p", [0, 0, 1, 2, 0, 0, 3, 4])], "2,8,13,18"],
    [
      "Resize by scales",
      picture,
      node("Resize", ["x", "", "s"], "y"),
      [floats("s", [1, 1, 2, 0.5])],
      "2,8,18,6",
    ],
    [
      "Resize to sizes",
      picture,
      node("Resize", ["x", "", "", "s"], "y"),
      [integers("s", [2, 8, 5, 7])],
      "2,8,5,7",
    ],
    [
      "Gather",
      picture,
      node("Gather", ["x", "i"], "y", { axis: 1 }),
      [integers("i", [0, 1, 2, 3, 4, 5], [2, 3])],
      "2,2,3,9,12",
    ],
    ["ReduceMean", picture, node("ReduceMean", ["x"], "y", { axes: [2, 3], keepdims: 0 }), [], "2,8"],
    ["Expand", [3, 1], node("Expand", ["x", "s"], "y"), [integers("s", [2, 1, 6])], "2,3,6"],
    ["Tile", [3, 2], node("Tile", ["x", "s"], "y"), [integers("s", [2, 3])], "6,6"],
    ["Add that broadcasts", [3, 1], node("Add", ["x", "w"], "y"), [weights("w", 5, 1, 4)], "5,3,4"],
    [
      "MatMul that broadcasts",
      [5, 1, 2, 3],
      node("MatMul", ["x", "w"], "y"),
      [weights("w", 7, 3, 4)],
      "5,7,2,4",
    ],
    ["DepthToSpace", picture, node("DepthToSpace", ["x"], "y", { blocksize: 2 }), [], "2,2,18,24"],
    ["TopK", [3, 9], node("TopK", ["x", "k"], ["y", "i"]), [integers("k", [4])], "3,4"],
    ["ArgMax", [3, 9], node("ArgMax", ["x"], "y", { axis: 1, keepdims: 0 }), [], "3"],
  ])("%s", (_, x, operator, initializer, expected) => {
    expect(shapeBehind(x, [operator], initializer)).toBe(expected);
  });

  it("a shape put together from parts of others, as exporters write view(n, -1, h // 2)", () => {
    const nodes = [
      node("Shape", ["x"], "s"),
      node("Gather", ["s", "zero"], "n"),
      node("Gather", ["s", "two"], "h"),
      node("Div", ["h", "two"], "half"),
      node("Unsqueeze", ["n", "zeros"], "n1"),
      node("Unsqueeze", ["half", "zeros"], "h1"),
      node("Concat", ["n1", "minus", "h1"], "shape", { axis: 0 }),
      node("Reshape", ["x", "shape"], "y"),
    ];
    const constants = [
      integers("zero", [0], []),
      integers("two", [2], []),
      integers("zeros", [0]),
      integers("minus", [-1]),
    ];
    expect(shapeBehind(picture, nodes, constants)).toBe("2,216,4");
  });

  it("sizes for Resize from Shape, Cast, Mul, Floor and Slice", () => {
    const nodes = [
      node("Shape", ["x"], "s"),
      node("Slice", ["s", "b", "e"], "hw"),
      node("Slice", ["s", "o", "b"], "nc"),
      node("Cast", ["hw"], "f", { to: 1 }),
      node("Mul", ["f", "scale"], "m"),
      node("Floor", ["m"], "l"),
      node("Cast", ["l"], "i", { to: 7 }),
      node("Concat", ["nc", "i"], "sizes", { axis: 0 }),
      node("Resize", ["x", "", "", "sizes"], "y"),
    ];
    const constants = [
      integers("b", [2]),
      integers("e", [4]),
      integers("o", [0]),
      floats("scale", [1.5, 0.4]),
    ];
    expect(shapeBehind(picture, nodes, constants)).toBe("2,8,13,4");
  });
});

describe("are the outputs as large as the exporter says?", () => {
  const sizes: Record<string, number> = { batch: 3, tokens: 12, height: 20, width: 12 };

  it.each([
    "encoder",
    "gpt",
    "lstm",
    "mobile",
    "resnet18",
    "resnet18-narrow-training",
    "speech",
    "unet",
    "vgg16",
  ])("%s", (name) => {
    const path = fileURLToPath(new URL(`../../../test/data/onnx/${name}.onnx`, import.meta.url));
    const model = readOnnx(arraySource(name, readFileSync(path)));
    const [[output, recorded]] = model.shapes;
    const last = {
      ...node("Identity", [output], "z"),
      op: "Identity",
      domain: "",
      overload: "",
      name: "",
      inputs: [output],
    };
    const nodes = [...model.nodes, { ...last, outputs: ["z"], attributes: new Map() }];
    let shape: readonly number[] = [];
    const before = (call: InferredCall) => {
      if (call.index === model.nodes.length) shape = call.input(0).shape;
      return false;
    };
    const size = (extent: Dimension) => (typeof extent === "number" ? extent : (sizes[extent ?? ""] ?? 3));
    const inputs = [...model.inputs].map(([input, own = []]) => [input, { shape: own.map(size) }] as const);
    // without what the file says of its output, which would stand in for what is not worked out
    const given = { inputs: new Map(inputs), sizes: new Map<string, number>(), shapesHold: false };
    inferShapes({ ...model, nodes, shapes: new Map() }, given, { before });
    expect(shape).toHaveLength(recorded.length);
    for (const [i, extent] of recorded.entries())
      if (typeof extent === "number") expect(shape[i]).toBe(extent);
    const open =
      { gpt: [3, 12], unet: [3, 4, 20, 12], mobile: [3], encoder: [3], lstm: [3], resnet18: [3] }[name] ?? [];
    expect(shape.slice(0, open.length)).toEqual(open);
  });
});
