import { describe, expect, it } from "vitest";
import { integers, node, onnxFile, valueInfo, weights } from "../../../test/onnx-model.ts";
import { InputError } from "../../input-error.ts";
import { arraySource } from "../byte-source.ts";
import { onnxNetwork } from "./network.ts";

const built = (graph: object, images?: number, sizes: Record<string, number> = {}) =>
  onnxNetwork(arraySource("x.onnx", onnxFile(graph)), new Map(Object.entries(sizes)), images);

/** Each layer's N, and what is said of the images. */
const read = (graph: object, images?: number, sizes?: Record<string, number>) => {
  const network = built(graph, images, sizes);
  return { N: network.layers(images ?? 1).map((layer) => layer.N), notes: network.coverage.notes };
};

const recurrent = (op: string, gates: number, input: object, nodes: object[], attributes = {}) => ({
  node: [...nodes, node(op, ["t", "W", "R"], ["y", "h"], { hidden_size: 5, ...attributes })],
  initializer: [weights("W", 1, gates * 5, 6), weights("R", 1, gates * 5, 5)],
  input: [input],
});
const same = node("Identity", ["x"], "t");
const turned = node("Transpose", ["x"], "t", { perm: [1, 0, 2] });
const kernel = weights("c.weight", 8, 3, 3, 3);

describe("is the axis of images found by the operators that have one?", () => {
  it.each<[string, object, number[], string]>([
    [
      "an LSTM's second axis: steps come first",
      recurrent("LSTM", 4, valueInfo("x", 30, 4, 6), [same]),
      [30, 30],
      'Axis 1 of input "x" holds the images (the LSTM "node 1" says so); 1 image is taken, the file says 4.',
    ],
    [
      "a GRU behind a transpose: images come first in the input",
      recurrent("GRU", 3, valueInfo("x", 4, 30, 6), [turned]),
      [30, 30],
      'Axis 0 of input "x" holds the images (the GRU "node 1" says so); 1 image is taken, the file says 4.',
    ],
    [
      "an RNN whose layout has images first",
      recurrent("RNN", 1, valueInfo("x", "a", 30, 6), [same], { layout: 1 }),
      [30, 30],
      'Axis 0 of input "x" holds the images (the RNN "node 1" says so); 1 image is taken.',
    ],
    [
      "an LSTM whose steps are named batch",
      recurrent("LSTM", 4, valueInfo("x", "batch", 1, 6), [same]),
      [12, 12],
      'Axis 1 of input "x" holds the images (the LSTM "node 1" says so); 1 image is taken, as the file says.',
    ],
    [
      "a convolution behind the transpose of pictures whose channels come last",
      {
        node: [node("Transpose", ["x"], "t", { perm: [0, 3, 1, 2] }), node("Conv", ["t", "c.weight"], "y")],
        initializer: [kernel],
        input: [valueInfo("x", "unk__6", 9, 9, 3)],
      },
      [1],
      'Axis 0 of input "x" holds the images (the Conv "node 1" says so); 1 image is taken.',
    ],
  ])("%s", (_, graph, N, note) => {
    const sizes = note.includes("as the file says") ? { batch: 12 } : {};
    expect(read(graph, 1, sizes)).toEqual({ N, notes: [note] });
  });

  it("of states that come before the input, and of the input", () => {
    const graph = {
      node: [node("LSTM", ["x", "W", "R", "", "", "h0", "c0"], ["y"], { hidden_size: 5 })],
      initializer: [weights("W", 1, 20, 6), weights("R", 1, 20, 5)],
      input: [valueInfo("h0", 1, "n", 5), valueInfo("c0", 1, "n", 5), valueInfo("x", 7, "n", 6)],
    };
    const where =
      'Axis 1 of input "h0", axis 1 of input "c0" and axis 1 of input "x" hold the images (the LSTM "node 0" says so)';
    expect(read(graph, 2)).toEqual({ N: [14, 14], notes: [`${where}; 2 images are taken.`] });
  });

  it("of frames that convolutions see as images, and an LSTM as steps", () => {
    const graph = (x: number[], frames: number[], sequence: number[]) => ({
      node: [
        node("Reshape", ["x", "frames"], "f"),
        node("Conv", ["f", "c.weight"], "c"),
        node("ReduceMean", ["c"], "m", { axes: [2, 3], keepdims: 0 }),
        node("Reshape", ["m", "sequence"], "s"),
        node("LSTM", ["s", "W", "R"], ["y"], { hidden_size: 5 }),
      ],
      initializer: [
        kernel,
        integers("frames", frames),
        integers("sequence", sequence),
        weights("W", 1, 20, 8),
        weights("R", 1, 20, 5),
      ],
      input: [valueInfo("x", ...x)],
    });
    expect(read(graph([5, 2, 3, 9, 9], [10, 3, 9, 9], [5, 2, 8])).N).toEqual([5, 5, 5]);
    expect(read(graph([5, 1, 3, 9, 9], [5, 3, 9, 9], [5, 1, 8])).N).toEqual([5, 5, 5]);
    expect(read(graph([5, 1, 3, 9, 9], [5, 3, 9, 9], [5, 1, 8]), 4).N).toEqual([20, 20, 20]);
  });
});

/** Attention of one head over the first axis, or over the second. */
const attention = (input: object, tokensFirst: boolean) => ({
  node: [
    ...["q", "k", "v"].flatMap((name) => [
      node("MatMul", ["x", `${name}.weight`], name),
      node("Transpose", [name], `${name}t`, { perm: tokensFirst ? [1, 0, 2] : [0, 1, 2] }),
    ]),
    node("Transpose", ["kt"], "ktt", { perm: [0, 2, 1] }),
    node("MatMul", ["qt", "ktt"], "scores"),
    node("Softmax", ["scores"], "shares", { axis: -1 }),
    node("MatMul", ["shares", "vt"], "y"),
  ],
  initializer: ["q", "k", "v"].map((name) => weights(`${name}.weight`, 6, 6)),
  input: [input],
});

describe("is it found by what axes are used for, where no operator has one?", () => {
  it.each([
    ["tokens first", true, [10, 2, 6], 1],
    ["images first", false, [2, 10, 6], 0],
  ] as const)("attention, %s", (_, tokensFirst, x, axis) => {
    const { N, notes } = read(attention(valueInfo("x", ...x), tokensFirst));
    expect(N).toEqual([10, 10, 10]);
    expect(notes[0]).toContain(
      `Axis ${axis} of input "x" holds the images (the MatMul "node 7" keeps them apart)`,
    );
  });

  it("attention over an axis that is named for images: the other one holds them", () => {
    const graph = attention(valueInfo("x", "batch", "n1", 6), true);
    expect(read(graph, 2, { batch: 10 }).N).toEqual([20, 20, 20]);
    expect(() => read(graph)).toThrow(
      'x.onnx: input "x": dimension 0 must have a size, is open, "batch"; give it one with --dimension batch=SIZE; axis 1 holds the images (the MatMul "node 7" keeps them apart)',
    );
  });

  it("attention without images has none", () => {
    const graph = {
      node: [
        node("MatMul", ["x", "q.weight"], "q"),
        node("Transpose", ["q"], "t"),
        node("MatMul", ["q", "t"], "scores"),
        node("MatMul", ["scores", "q"], "y"),
      ],
      initializer: [weights("q.weight", 6, 6)],
      input: [valueInfo("x", 10, 6)],
    };
    expect(read(graph).N).toEqual([10]);
    expect(read(graph).notes[0]).toMatch(/^No axis of an input holds images/);
  });

  it("a product with weights sums over the features, so that the other axis is left", () => {
    const layer = { initializer: [weights("w", 4, 6)], input: [valueInfo("x", 6, 9)] };
    const { N, notes } = read({ ...layer, node: [node("MatMul", ["w", "x"], "y")] }, 2);
    expect(N).toEqual([2]);
    expect(notes).toEqual([
      'Axis 1 of input "x" holds the images (operators use every other axis otherwise); 2 images are taken, the file says 9.',
    ]);
  });

  it("inputs that are added to one whose images are known have them on the same axis", () => {
    const graph = {
      node: [
        node("Unsqueeze", ["mask"], "m", { axes: [1, 2] }),
        node("Conv", ["x", "c.weight"], "c"),
        node("Add", ["c", "m"], "y"),
      ],
      initializer: [kernel],
      input: [valueInfo("mask", 4, 7), valueInfo("x", 4, 3, 9, 9)],
    };
    expect(read(graph).notes[0]).toContain('Axis 0 of input "mask" and axis 0 of input "x" hold the images');
  });
});

describe("what is said where nothing tells?", () => {
  const linear = (...x: (number | string)[]) => ({
    node: [node("MatMul", ["x", "fc.weight"], "y")],
    initializer: [weights("fc.weight", 6, 4)],
    input: [valueInfo("x", ...x)],
  });

  it("the name that the file gives to an axis", () => {
    expect(read(linear(7, "batch_size", 6), 3)).toEqual({
      N: [21],
      notes: ['Axis 1 of input "x" holds the images (its name "batch_size" says so); 3 images are taken.'],
    });
  });

  it("the first axis, as a guess, which can be refused", () => {
    const { N, notes } = read(linear(7, 5, 6));
    expect(N).toEqual([5]);
    expect(notes).toEqual([
      'Axis 0 of input "x" is taken for the images, which is a guess: no operator says where they are (--dimension x.0=7 says that it holds none); 1 image is taken, the file says 7.',
    ]);
    expect(read(linear(7, 5, 6), 1, { "x.0": 7 }).N).toEqual([7]);
    expect(read(linear(7, 5, 6), 1, { "x.0": 7, "x.1": 5 })).toEqual({
      N: [35],
      notes: [
        'No axis of an input holds images (the MatMul "node 0" uses axis 2 of input "x" otherwise); the file\'s sizes are kept.',
      ],
    });
  });

  it("a network without an axis for images keeps its sizes, and is refused a number of them", () => {
    const graph = {
      node: [node("Unsqueeze", ["x"], "u", { axes: [0] }), node("Conv", ["u", "c.weight"], "y")],
      initializer: [kernel],
      input: [valueInfo("x", 3, 9, 9)],
    };
    const none = 'o axis of an input holds images (the Conv "node 1" uses axis 0 of input "x" otherwise)';
    expect(read(graph)).toEqual({ N: [1], notes: [`N${none}; the file's sizes are kept.`] });
    expect(() => built(graph, 4)).toThrow(
      new InputError(
        `x.onnx: --batch 4 cannot be taken: n${none}; without --batch the file's sizes are taken`,
      ),
    );
  });

  it("a grey picture without images is not taken for one image of one row", () => {
    const graph = {
      node: [node("Unsqueeze", ["x"], "u", { axes: [0] }), node("Conv", ["u", "w"], "y")],
      initializer: [weights("w", 8, 1, 3, 3)],
      input: [valueInfo("x", 1, 9, 9)],
    };
    expect(read(graph).notes[0]).toMatch(/^No axis of an input holds images/);
  });

  it("a network without inputs has no images", () => {
    const graph = {
      node: [node("Conv", ["x", "c.weight"], "y")],
      initializer: [kernel, weights("x", 2, 3, 9, 9)],
      input: [],
    };
    expect(read(graph)).toEqual({
      N: [2],
      notes: ["No axis of an input holds images; the file's sizes are kept."],
    });
  });
});

describe("do layers follow the images?", () => {
  it("what is computed from constants and other inputs keeps its N", () => {
    const graph = {
      node: [
        node("Conv", ["x", "c.weight"], "c"),
        node("MatMul", ["places", "p.weight"], "p"),
        node("Add", ["c", "p"], "y"),
      ],
      initializer: [kernel, weights("places", 1, 7, 6), weights("p.weight", 6, 7)],
      input: [valueInfo("x", 2, 3, 9, 9)],
    };
    expect(read(graph, 1).N).toEqual([1, 7]);
    expect(read(graph, 6).N).toEqual([6, 7]);
  });

  const flattened = (first: number | string, shape: number[]) => ({
    node: [
      node("Conv", ["x", "c.weight"], "c"),
      node("Reshape", ["c", "s"], "f"),
      node("MatMul", ["f", "fc.weight"], "f1"),
      node("MatMul", ["table", "t.weight"], "t"),
    ],
    initializer: [
      kernel,
      integers("s", shape),
      weights("fc.weight", 8, 4),
      weights("t.weight", 6, 4),
      weights("table", 1, 3, 6),
    ],
    input: [valueInfo("x", first, 3, 3, 3)],
  });

  it("a constant shape that fixes their number is scaled, and that is said", () => {
    const { N, notes } = read(flattened(2, [2, 8]), 6);
    expect(N).toEqual([6, 6, 3]);
    expect(notes).toEqual([
      'Axis 0 of input "x" holds the images (the Conv "node 0" says so); 6 images are taken, the file says 2.',
      "Constants in the file fix 2 images: the N of each layer that depends on them is scaled from that to 6.",
    ]);
  });

  it("so is one that fixes what the input leaves open", () => {
    expect(read(flattened("n", [4, 8]), 1).N).toEqual([1, 1, 3]);
    expect(read(flattened("n", [4, 8]), 6).N).toEqual([6, 6, 3]);
    expect(read(flattened("n", [4, 8]), 6).notes[1]).toContain("fix 4 images");
  });

  it("one that cannot be scaled is refused with the number that goes", () => {
    const graph = {
      node: [
        node("Conv", ["x", "c.weight"], "c"),
        node("Reshape", ["c", "s"], "f"),
        node("MatMul", ["f", "fc.weight"], "y"),
      ],
      initializer: [kernel, integers("s", [2, 32]), weights("fc.weight", 32, 4)],
      input: [valueInfo("x", 8, 3, 3, 3)],
    };
    expect(read(graph, 8).N).toEqual([8, 2]);
    expect(() => built(graph, 1)).toThrow(
      'x.onnx: constants in the file fix 8 images; layer "fc" has N 2 for them, which cannot be scaled to 1; give --batch 8',
    );
    // where nobody asks for a number, an answer for the file's own is better than none
    const { images, coverage, layers } = built(graph);
    expect([images, ...layers(images).map(({ N }) => N)]).toEqual([8, 8, 2]);
    expect(coverage.notes[1]).toBe(
      'Constants in the file fix 8 images; layer "fc" has N 2 for them, which cannot be scaled to 1; the file\'s sizes are kept.',
    );
  });

  it("so are inputs whose lengths are no multiples of each other", () => {
    const graph = {
      node: [node("Conv", ["x", "c.weight"], "a"), node("Conv", ["z", "c.weight"], "b")],
      initializer: [kernel],
      input: [valueInfo("x", 2, 3, 3, 3), valueInfo("z", 3, 3, 3, 3)],
    };
    expect(() => built(graph, 1)).toThrow("cannot be scaled to 1; give a multiple with --batch 2");
    const { images, coverage, layers } = built(graph);
    expect([images, ...layers(images).map(({ N }) => N)]).toEqual([2, 2, 3]);
    expect(coverage.notes[1]).toContain("cannot be scaled to 1; the file's sizes are kept.");
  });

  it("a constant number of frames behind an open number of images fixes as many", () => {
    const graph = {
      node: [
        node("Conv", ["x", "c.weight"], "c"),
        node("Reshape", ["c", "clips"], "r"),
        node("Identity", ["r"], "shifted"),
        node("Reshape", ["shifted", "frames"], "f"),
        node("Conv", ["f", "d.weight"], "y"),
      ],
      initializer: [
        kernel,
        weights("d.weight", 4, 8, 1, 1),
        integers("clips", [-1, 8, 8, 1, 1]),
        integers("frames", [-1, 8, 1, 1]),
      ],
      input: [valueInfo("x", "n", 3, 3, 3)],
    };
    expect(read(graph, 1).N).toEqual([1, 1]);
    expect(read(graph, 8).N).toEqual([8, 8]);
    expect(read(graph, 1).notes[1]).toContain("Constants in the file fix 8 images");
  });

  it("an axis along which weights are stacked holds none, and the sizes are kept", () => {
    const graph = (...input: (number | string)[]) => ({
      node: [node("MatMul", ["x", "experts"], "h"), node("MatMul", ["h", "fc.weight"], "y")],
      initializer: [weights("experts", 3, 8, 8), weights("fc.weight", 8, 2)],
      input: [valueInfo("x", ...input)],
    });
    expect(read(graph(3, 4, 8)).N).toEqual([4, 12]);
    expect(read(graph(3, 4, 8)).notes[0]).toContain(
      'the MatMul "node 0" uses axis 0 of input "x" otherwise); the file\'s sizes are kept',
    );
    expect(() => built(graph(3, 4, 8), 2)).toThrow("--batch 2 cannot be taken");
    // rows that the file names for images are that
    expect(read(graph(3, "batch", 8), 5).N).toEqual([5, 15]);
    // images in front of the stack are found as before
    expect(read(graph(2, 3, 4, 8), 6).N).toEqual([24, 72]);
  });

  it("shapes that the file holds behind unknown operators are of its own number", () => {
    const graph = {
      node: [{ ...node("Quant", ["x"], "q"), domain: "their.own" }, node("Conv", ["q", "c.weight"], "y")],
      initializer: [kernel],
      input: [valueInfo("x", 2, 3, 9, 9)],
      value_info: [valueInfo("q", 2, 3, 9, 9)],
    };
    expect(read(graph, 2).N).toEqual([2]);
    expect(read(graph, 5).N).toEqual([5]);
  });
});
