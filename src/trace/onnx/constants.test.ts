import { describe, expect, it } from "vitest";
import { floats, integers, node, onnxFile, valueInfo } from "../../../test/onnx-model.ts";
import { arraySource } from "../byte-source.ts";
import { type InferredCall, inferShapes } from "./infer.ts";
import { readOnnx } from "./model.ts";

/** The shape and contents of "y" behind nodes that read constants and "x" of [2, 3, 4, 5]. */
function contents(nodes: object[], initializer: object[]): string {
  const graph = {
    node: [...nodes, node("Hardmax", ["y"], "z")],
    initializer,
    input: [valueInfo("x", 2, 3, 4, 5)],
  };
  let found = "";
  const before = (call: InferredCall) => {
    if (call.node.op === "Hardmax")
      found = `${call.input(0).shape.join("x")}: ${call.input(0).numbers?.join()}`;
    return false;
  };
  const inputs = new Map([["x", { shape: [2, 3, 4, 5] }]]);
  const model = readOnnx(arraySource("x.onnx", onnxFile(graph)));
  inferShapes(model, { inputs, sizes: new Map(), shapesHold: true }, { before });
  return found;
}

const a = integers("a", [1, 2, 3, 4, 5, 6], [2, 3]);
const none = integers("none", [0], []);
const one = integers("one", [1], []);

describe("is what follows from constants and shapes worked out, whatever operator it goes through?", () => {
  it.each<[string, object[], object[], string]>([
    ["Transpose", [node("Transpose", ["a"], "y")], [a], "3x2: 1,4,2,5,3,6"],
    [
      "Slice, backwards and along two axes",
      [node("Slice", ["a", "from", "to", "axes", "by"], "y")],
      [
        a,
        integers("from", [-1, 0]),
        integers("to", [-9, 2]),
        integers("axes", [1, 0]),
        integers("by", [-2, 1]),
      ],
      "2x2: 3,1,6,4",
    ],
    ["Gather", [node("Gather", ["a", "i"], "y", { axis: 1 })], [a, integers("i", [-1, 0])], "2x2: 3,1,6,4"],
    ["Gather of one", [node("Gather", ["a", "one"], "y")], [a, one], "3: 4,5,6"],
    ["Concat", [node("Concat", ["a", "a"], "y", { axis: 1 })], [a], "2x6: 1,2,3,1,2,3,4,5,6,4,5,6"],
    ["Split", [node("Split", ["a"], ["b", "y"], { axis: 1, split: [1, 2] })], [a], "2x2: 2,3,5,6"],
    [
      "Expand",
      [node("Expand", ["b", "s"], "y")],
      [integers("b", [7, 8], [2, 1]), integers("s", [2, 3])],
      "2x3: 7,7,7,8,8,8",
    ],
    [
      "Tile",
      [node("Tile", ["b", "s"], "y")],
      [integers("b", [7, 8], [1, 2]), integers("s", [2, 2])],
      "2x4: 7,8,7,8,7,8,7,8",
    ],
    [
      "Where",
      [node("Greater", ["a", "three"], "c"), node("Where", ["c", "a", "three"], "y")],
      [a, integers("three", [3], [])],
      "2x3: 3,3,3,4,5,6",
    ],
    [
      "Range",
      [node("Range", ["none", "five", "two"], "y")],
      [none, integers("five", [5], []), integers("two", [2], [])],
      "3: 0,2,4",
    ],
    ["ConstantOfShape", [node("ConstantOfShape", ["s"], "y")], [integers("s", [2, 2])], "2x2: 0,0,0,0"],
    ["GatherND", [node("GatherND", ["a", "i"], "y")], [a, integers("i", [1, 0, 0, 2], [2, 2])], "2: 4,3"],
    [
      "GatherElements",
      [node("GatherElements", ["a", "i"], "y", { axis: 1 })],
      [a, integers("i", [2, 0], [2, 1])],
      "2x1: 3,4",
    ],
    [
      "ScatterND",
      [node("ScatterND", ["a", "i", "u"], "y")],
      [a, integers("i", [1, 1], [1, 2]), integers("u", [9])],
      "2x3: 1,2,3,4,9,6",
    ],
    [
      "ScatterElements",
      [node("ScatterElements", ["a", "i", "u"], "y", { axis: 1 })],
      [a, integers("i", [2], [1, 1]), integers("u", [9], [1, 1])],
      "2x3: 1,2,9,4,5,6",
    ],
    [
      "NonZero",
      [node("Equal", ["a", "four"], "c"), node("NonZero", ["c"], "y")],
      [a, integers("four", [4], [])],
      "2x1: 1,0",
    ],
    ["CumSum", [node("CumSum", ["a", "one"], "y")], [a, one], "2x3: 1,3,6,4,9,15"],
    ["Trilu", [node("Trilu", ["a"], "y", { upper: 0 })], [a], "2x3: 1,0,0,4,5,0"],
    [
      "ReduceSum",
      [node("ReduceSum", ["a", "axis"], "y", { keepdims: 0 })],
      [a, integers("axis", [0])],
      "3: 5,7,9",
    ],
    ["ReduceMax", [node("ReduceMax", ["a"], "y")], [a], "1x1: 6"],
    [
      "ReduceProd of a shape",
      [node("Shape", ["x"], "s"), node("ReduceProd", ["s"], "y", { keepdims: 0 })],
      [],
      ": 120",
    ],
    [
      "Clip",
      [node("Clip", ["a", "low", "high"], "y")],
      [a, integers("low", [2], []), integers("high", [4], [])],
      "2x3: 2,2,3,4,4,4",
    ],
    [
      "Mod and Div of whole numbers",
      [node("Div", ["a", "four"], "d"), node("Mod", ["a", "four"], "m"), node("Sub", ["m", "d"], "y")],
      [a, integers("four", [4], [])],
      "2x3: 1,2,3,-1,0,1",
    ],
    ["Sum of three", [node("Sum", ["a", "a", "one"], "y")], [a, one], "2x3: 3,5,7,9,11,13"],
    [
      "Not, And, Or",
      [
        node("Less", ["a", "four"], "l"),
        node("Not", ["l"], "n"),
        node("Or", ["l", "n"], "o"),
        node("And", ["o", "l"], "y"),
      ],
      [a, integers("four", [4], [])],
      "2x3: 1,1,1,0,0,0",
    ],
    [
      "Shape, Cast, Mul in 32 bits, Floor",
      [
        node("Shape", ["x"], "s", { start: 3 }),
        node("Cast", ["s"], "f", { to: 1 }),
        node("Mul", ["f", "scale"], "m"),
        node("Mul", ["m", "two"], "t"),
        node("Floor", ["t"], "y"),
      ],
      [floats("scale", [0.7]), floats("two", [2])],
      "1: 7",
    ],
    [
      "Size, Squeeze, Unsqueeze",
      [node("Size", ["x"], "s"), node("Unsqueeze", ["s"], "y", { axes: [0] })],
      [],
      "1: 120",
    ],
    [
      "a sequence",
      [node("SplitToSequence", ["a", "one"], "q", { axis: 0 }), node("SequenceAt", ["q", "one"], "y")],
      [a, one],
      "1x3: 4,5,6",
    ],
  ])("%s", (_, nodes, constants, expected) => {
    expect(contents(nodes, constants)).toBe(expected);
  });

  it("the pads of F.pad, as PyTorch writes them without folding", () => {
    const nodes = [
      node("ConstantOfShape", ["four"], "zeros", { value: { t: integers("", [0]) } }),
      node("Concat", ["given", "zeros"], "all", { axis: 0 }),
      node("Reshape", ["all", "pairs"], "two"),
      node("Slice", ["two", "last", "first", "axis", "back"], "turned"),
      node("Transpose", ["turned"], "columns", { perm: [1, 0] }),
      node("Reshape", ["columns", "last"], "flat"),
      node("Cast", ["flat"], "y", { to: 7 }),
    ];
    const constants = [
      integers("four", [4]),
      integers("given", [1, 2, 3, 4]),
      integers("pairs", [-1, 2]),
      integers("last", [-1]),
      integers("first", [-(2 ** 62)]),
      integers("axis", [0]),
      integers("back", [-1]),
    ];
    expect(contents(nodes, constants)).toBe("8: 0,0,3,1,0,0,4,2");
  });

  it("an index that there is not makes nothing known, and no wrong number", () => {
    expect(() => contents([node("Gather", ["a", "i"], "y")], [a, integers("i", [7])])).toThrow(
      "index 7 is not one of 2",
    );
  });
});

describe("is the work bounded?", () => {
  it("sums of thousands of constants: contents are left unknown, shapes are not", () => {
    const many = new Array(4096).fill("c");
    const nodes = Array.from({ length: 20 }, (_, i) => node("Sum", many, `s${i}`));
    const start = process.cpuUsage().user;
    const c = integers("c", new Array(1024).fill(1));
    expect(contents([...nodes, node("Identity", ["s19"], "y")], [c])).toBe("1024: undefined");
    expect(process.cpuUsage().user - start).toBeLessThan(3e6);
  });
});
