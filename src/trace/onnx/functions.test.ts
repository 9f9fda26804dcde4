import { describe, expect, it } from "vitest";
import { floats, integers, node, nodeOf, onnxFile, valueInfo, weights } from "../../../test/onnx-model.ts";
import { InputError } from "../../input-error.ts";
import { arraySource } from "../byte-source.ts";
import { onnxNetwork } from "./network.ts";

const input = [valueInfo("x", "n", 3, 8, 8)];
const built = (graph: object, ...functions: object[]) =>
  onnxNetwork(arraySource("x.onnx", onnxFile({ input, ...graph }, { functions })));
const layersOf = (...about: Parameters<typeof built>) =>
  built(...about)
    .layers(2)
    .map(({ name, N, C, K, P }) => `${name}: ${N} x ${C} to ${K}, ${P} rows`);
const definition = (name: string, input: string[], output: string[], node: object[], more = {}) => ({
  name,
  domain: "own",
  input,
  output,
  node,
  ...more,
});
const block = definition(
  "Block",
  ["a", "w"],
  ["b"],
  [node("Conv", ["a", "w"], "t"), node("Relu", ["t"], "b")],
);
const kernels = [weights("l1.weight", 4, 3, 3, 3), weights("l2.weight", 5, 4, 3, 3)];

describe("are a file's own functions followed?", () => {
  it("each call has its own values, and the ReLU inside one gives the next its zeros", () => {
    const graph = {
      node: [
        nodeOf("own", "Block", ["x", "l1.weight"], "m"),
        nodeOf("own", "Block", ["m", "l2.weight"], "y"),
      ],
      initializer: kernels,
    };
    expect(layersOf(graph, block)).toEqual(["l1: 2 x 3 to 4, 6 rows", "l2: 2 x 4 to 5, 4 rows"]);
    expect(built(graph, block).zeros.get("l2")?.fmap).toEqual({ place: "relu", depth: 0 });
  });

  it("functions in functions, attributes of the call and those that it leaves out", () => {
    const inner = definition(
      "Inner",
      ["a", "w"],
      ["b"],
      [
        node("Conv", ["a", "w"], "b", {
          strides: { ref_attr_name: "step" },
          pads: { ref_attr_name: "border" },
        }),
      ],
      { attribute_proto: [{ name: "border", ints: [1, 1, 1, 1] }] },
    );
    const outer = definition(
      "Outer",
      ["a", "w", "v"],
      ["c"],
      [
        nodeOf("own", "Inner", ["a", "w"], "b", { step: { ref_attr_name: "first" } }),
        nodeOf("own", "Inner", ["b", "v"], "c", { step: [1, 1], border: [0, 0, 0, 0] }),
      ],
    );
    const graph = {
      node: [nodeOf("own", "Outer", ["x", "l1.weight", "l2.weight"], "y", { first: [2, 2] })],
      initializer: kernels,
    };
    expect(layersOf(graph, inner, outer)).toEqual(["l1: 2 x 3 to 4, 4 rows", "l2: 2 x 4 to 5, 2 rows"]);
  });

  it("one of several of a name, by its overload; and one that hands its input on", () => {
    const wrong = definition("Block", ["a", "w"], ["b"], [node("Relu", ["a"], "b")]);
    const same = definition("Same", ["a"], ["a"], []);
    const graph = {
      node: [
        nodeOf("own", "Same", ["x"], "s"),
        { ...nodeOf("own", "Block", ["s", "l1.weight"], "y"), overload: "two" },
      ],
      initializer: kernels,
    };
    expect(layersOf(graph, wrong, same, { ...block, overload: "two" })).toEqual(["l1: 2 x 3 to 4, 6 rows"]);
  });

  it("weights that the function holds itself have the names of the call", () => {
    const own = definition(
      "Head",
      ["a"],
      ["b"],
      [node("Constant", [], "w", { value: { t: weights("", 6, 3, 1, 1) } }), node("Conv", ["a", "w"], "b")],
    );
    const graph = { node: [{ ...nodeOf("own", "Head", ["x"], "y"), name: "head" }] };
    expect(layersOf(graph, own)).toEqual(["head: 2 x 3 to 6, 8 rows"]);
  });

  it("one that calls itself is refused", () => {
    const a = definition("A", ["a"], ["b"], [nodeOf("own", "B", ["a"], "b")]);
    const b = definition("B", ["a"], ["b"], [nodeOf("own", "A", ["a"], "b")]);
    const graph = { node: [nodeOf("own", "A", ["x"], "y")] };
    expect(() => built(graph, a, b)).toThrow(new InputError('x.onnx: function "A" calls itself'));
  });

  it("functions that each call the next twice stand for too much, and are refused at once", () => {
    const doubling = Array.from({ length: 40 }, (_, i) =>
      definition(
        `F${i}`,
        ["a"],
        ["c"],
        [nodeOf("own", `F${i + 1}`, ["a"], "b"), nodeOf("own", `F${i + 1}`, ["b"], "c")],
      ),
    );
    const graph = { node: [nodeOf("own", "F0", ["x"], "y")] };
    expect(() => built(graph, ...doubling)).toThrow("functions have more than 131072 values");
  });
});

describe("are graphs inside an operator followed, or named as left out?", () => {
  const branch = (kernel: string) => ({
    node: [node("Conv", ["x", kernel], "in")],
    output: [{ name: "in" }],
    initializer: [weights("own.weight", 7, 3, 1, 1)],
  });
  const choice = (condition: string) =>
    node("If", [condition], "y", {
      then_branch: { g: branch("own.weight") },
      else_branch: { g: branch("l1.weight") },
    });

  it("an If whose condition follows from shapes", () => {
    const graph = {
      node: [
        node("Shape", ["x"], "s", { start: 1, end: 2 }),
        node("Equal", ["s", "three"], "c"),
        choice("c"),
        node("GlobalAveragePool", ["y"], "p"),
        node("Conv", ["p", "after.weight"], "z"),
      ],
      initializer: [...kernels, integers("three", [3]), weights("after.weight", 2, 7, 1, 1)],
    };
    expect(layersOf(graph)).toEqual(["own: 2 x 3 to 7, 8 rows", "after: 2 x 7 to 2, 1 rows"]);
  });

  it.each<[string, object, boolean]>([
    ["an If that depends on the data", choice("d"), true],
    ["a Loop", node("Loop", ["", "d", "x"], "y", { body: { g: branch("l1.weight") } }), true],
    [
      "a Scan without weights",
      node("Scan", ["x"], "y", { body: { g: { node: [node("Relu", ["x"], "in")] } } }),
      false,
    ],
  ])("%s is named, and whether it has weights", (_, inner, hasWeights) => {
    const graph = {
      node: [node("Conv", ["x", "l1.weight"], "a"), node("ReduceMean", ["x"], "d", { keepdims: 0 }), inner],
      initializer: [...kernels, floats("t", [1])],
    };
    const { coverage } = built(graph);
    expect(coverage.leftOut.map(({ weights }) => weights)).toEqual([hasWeights]);
    expect(coverage.operatorsWithWeights).toBe(hasWeights ? 2 : 1);
  });

  it("what both branches of an If state of their output is its shape, and what a Loop carries", () => {
    const stated = (kernel: string, ...shape: number[]) => ({
      ...branch(kernel),
      output: [valueInfo("in", ...shape)],
    });
    const graph = (other: object, body: object) => ({
      node: [
        node("Constant", [], "true", { value: { t: integers("", [1], []) } }),
        node("ReduceMean", ["x"], "d", { keepdims: 0 }),
        node("If", ["d"], "y", {
          then_branch: { g: stated("own.weight", 2, 7, 8, 8) },
          else_branch: { g: other },
        }),
        node("Conv", ["y", "after.weight"], "z"),
        node("Loop", ["d", "true", "z"], "l", { body: { g: body } }),
        node("Conv", ["l", "last.weight"], "end"),
      ],
      initializer: [...kernels, weights("after.weight", 3, 7, 1, 1), weights("last.weight", 4, 3, 1, 1)],
      input: [valueInfo("x", 2, 3, 8, 8)],
    });
    const body = {
      node: [node("Tanh", ["state"], "out")],
      input: [valueInfo("i"), valueInfo("go"), valueInfo("state", 2, 3, 8, 8)],
      output: [valueInfo("go"), valueInfo("out")],
    };
    const same = graph(stated("own.weight", 2, 7, 8, 8), body);
    expect(layersOf(same)).toEqual(["after: 2 x 7 to 3, 8 rows", "last: 2 x 3 to 4, 8 rows"]);
    // scaled from the file's number, as what is stated is of that
    expect(
      built(same)
        .layers(6)
        .map(({ N }) => N),
    ).toEqual([6, 6]);
    const unlike = graph(stated("own.weight", 2, 7, 4, 4), body);
    expect(layersOf(unlike)).toEqual(["last: 2 x 3 to 4, 8 rows"]);
  });

  it("a large graph in a function that is called often is searched for weights in bounded time", () => {
    const large = { node: Array.from({ length: 5000 }, (_, i) => node("Relu", [`v${i}`], `v${i + 1}`)) };
    const calls = 5000;
    const either = node("If", ["a"], "b", { then_branch: { g: large }, else_branch: { g: large } });
    const graph = {
      node: [
        node("Conv", ["x", "l1.weight"], "y"),
        ...Array.from({ length: calls }, (_, i) => nodeOf("own", "Choose", ["x"], `z${i}`)),
      ],
      initializer: kernels,
    };
    const begin = process.cpuUsage();
    const { coverage } = built(graph, definition("Choose", ["a"], ["b"], [either]));
    expect(coverage.leftOut.flatMap(({ names }) => names)).toHaveLength(calls);
    expect(process.cpuUsage(begin).user).toBeLessThan(5e6);
  });

  it("graphs in graphs to any depth are not read beyond what is looked for", () => {
    let inner: object = { node: [node("Relu", ["x"], "in")] };
    for (let i = 0; i < 20; i++)
      inner = { node: [node("Loop", ["", "d", "x"], "in", { body: { g: inner } })] };
    const graph = {
      node: [
        node("Conv", ["x", "l1.weight"], "a"),
        node("Loop", ["", "d", "x"], "y", { body: { g: inner } }),
      ],
      initializer: kernels,
    };
    expect(layersOf(graph)).toHaveLength(1);
  });
});
