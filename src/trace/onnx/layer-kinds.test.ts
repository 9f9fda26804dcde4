import { describe, expect, it } from "vitest";
import { integers, node, nodeOf, onnxFile, valueInfo, weights } from "../../../test/onnx-model.ts";
import { denseMacs, type Layer } from "../../workload/layer.ts";
import { arraySource } from "../byte-source.ts";
import { onnxNetwork } from "./network.ts";

const built = (graph: object, more?: object) => onnxNetwork(arraySource("x.onnx", onnxFile(graph, more)));
const shape = ({ name, type, N, C, H, W, K, P, Q, R, S, groups }: Layer): string =>
  type === "linear"
    ? `${name}: ${N} x ${C} to ${K}`
    : `${name}: ${N} x ${C}x${H}x${W} to ${K}x${P}x${Q} by ${R}x${S}, groups ${groups}`;

/** The layers and what is left out of nodes that read "x". */
function found(x: (number | string)[], nodes: object[], initializer: object[]): string[] {
  const network = built({ node: nodes, initializer, input: [valueInfo("x", ...x)] });
  const { leftOut } = network.coverage;
  const without = leftOut.map(
    ({ operator, why, weights }) => `${operator}${weights ? " with weights" : ""}: ${why}`,
  );
  return [...network.layers(2).map(shape), ...without];
}

describe("is a product with weights a layer, however it is written?", () => {
  const stack = weights("w.weight", 4, 6, 8);

  it.each<[string, (number | string)[], object[], object[], string[]]>([
    [
      "Einsum as a linear layer",
      ["n", 5, 6],
      [node("Einsum", ["x", "w.weight"], "y", { equation: "bti,oi->bto" })],
      [weights("w.weight", 3, 6)],
      ["w: 10 x 6 to 3"],
    ],
    [
      "Einsum with dots and spaces, weights first",
      ["n", 5, 6],
      [node("Einsum", ["w.weight", "x"], "y", { equation: "io, ...i -> ...o" })],
      [weights("w.weight", 6, 3)],
      ["w: 10 x 6 to 3"],
    ],
    [
      "Einsum without an arrow",
      ["n", 6],
      [node("Einsum", ["x", "w.weight"], "y", { equation: "bi,ij" })],
      [weights("w.weight", 6, 3)],
      ["w: 2 x 6 to 3"],
    ],
    [
      "Einsum of heads: outputs of two axes",
      ["n", 5, 6],
      [node("Einsum", ["x", "w.weight"], "y", { equation: "btc,chd->bthd" })],
      [weights("w.weight", 6, 4, 8)],
      ["w: 10 x 6 to 32"],
    ],
    [
      "Einsum that sums over two axes",
      ["n", 5, 4, 6],
      [node("Einsum", ["x", "w.weight"], "y", { equation: "bthd,hdc->btc" })],
      [weights("w.weight", 4, 6, 3)],
      ["w: 10 x 24 to 3"],
    ],
    [
      "Einsum of each head with its own weights: groups",
      ["n", 5, 4, 6],
      [node("Einsum", ["x", "w.weight"], "y", { equation: "bthd,hde->bthe" })],
      [stack],
      ["w: 10 x 24x1x1 to 32x1x1 by 1x1, groups 4"],
    ],
    [
      "MatMul with a stack of matrices for all",
      ["n", 1, 5, 6],
      [node("MatMul", ["x", "w.weight"], "y")],
      [stack],
      ["w: 10 x 6 to 32"],
    ],
    [
      "MatMul with a matrix each",
      ["n", 4, 5, 6],
      [node("MatMul", ["x", "w.weight"], "y")],
      [stack],
      ["w: 10 x 24x1x1 to 32x1x1 by 1x1, groups 4"],
    ],
    [
      "bmm with copies of one matrix",
      ["n", 5, 6],
      [
        node("Shape", ["x"], "s", { end: 1 }),
        node("Concat", ["s", "rest"], "e", { axis: 0 }),
        node("Expand", ["w.weight", "e"], "c"),
        node("MatMul", ["x", "c"], "y"),
      ],
      [weights("w.weight", 6, 8), integers("rest", [6, 8])],
      ["w: 10 x 6 to 8"],
    ],
    [
      "Conv with a kernel made of others, as weight_norm writes it",
      ["n", 4, 9],
      [
        node("ReduceL2", ["c.weight_v"], "l", { axes: [1, 2] }),
        node("Div", ["c.weight_g", "l"], "s"),
        node("Mul", ["c.weight_v", "s"], "k"),
        node("Conv", ["x", "k"], "y"),
      ],
      [weights("c.weight_v", 8, 4, 3), weights("c.weight_g", 8, 1, 1)],
      ["c: 2 x 4x1x9 to 8x1x7 by 1x3, groups 1"],
    ],
    [
      "Conv with a kernel of ConstantOfShape",
      ["n", 4, 9],
      [node("ConstantOfShape", ["s"], "c_w"), node("Conv", ["x", "c_w"], "y")],
      [integers("s", [8, 4, 3])],
      ["c: 2 x 4x1x9 to 8x1x7 by 1x3, groups 1"],
    ],
    [
      "a learnt query with weights, then with keys",
      ["n", 7, 6],
      [
        node("MatMul", ["q", "w.weight"], "p"),
        node("MatMul", ["x", "w.weight"], "k"),
        node("Transpose", ["k"], "t", { perm: [0, 2, 1] }),
        node("MatMul", ["p", "t"], "y"),
      ],
      [weights("q", 1, 5, 6), weights("w.weight", 6, 6)],
      ["w: 5 x 6 to 6", "w#1: 14 x 6 to 6", "MatMul: both factors are computed, as in attention"],
    ],
    [
      "weights that are a product of two, as adapters of low rank have",
      ["n", 6],
      [node("MatMul", ["a", "b"], "w"), node("MatMul", ["x", "w"], "y")],
      [weights("a", 6, 2), weights("b", 2, 8)],
      [
        "b: 2 x 6 to 8",
        "MatMul with weights: both factors are constants, whose product is taken for weights",
      ],
    ],
    [
      "an Einsum of three factors",
      ["n", 6],
      [
        node("MatMul", ["x", "w.weight"], "a"),
        node("Einsum", ["a", "a", "w.weight"], "y", { equation: "bi,bj,ij->b" }),
      ],
      [weights("w.weight", 6, 6)],
      ["w: 2 x 6 to 6", "Einsum with weights: its products of more than two factors are not taken apart"],
    ],
    [
      "whole numbers are not trained",
      ["n", 6],
      [node("MatMul", ["x", "w.weight"], "a"), node("MatMulInteger", ["a", "i"], "y")],
      [weights("w.weight", 6, 6), integers("i", new Array(12).fill(1), [6, 2])],
      ["w: 2 x 6 to 6", "MatMulInteger with weights: integer arithmetic, which is not trained"],
    ],
  ])("%s", (_, x, nodes, constants, expected) => {
    expect(found(x, nodes, constants)).toEqual(expected);
  });

  it("weights in a sparse initialiser", () => {
    const sparse = {
      values: { ...weights("w.weight", 2), float_data: [1, 2] },
      indices: integers("", [0, 7]),
      dims: [6, 4],
    };
    const graph = {
      node: [node("MatMul", ["x", "w.weight"], "y")],
      sparse_initializer: [sparse],
      input: [valueInfo("x", "n", 6)],
    };
    expect(built(graph).layers(2).map(shape)).toEqual(["w: 2 x 6 to 4"]);
  });
});

describe("is a transposed convolution the convolution whose gradient its weights have?", () => {
  /** Gradients of a transposed convolution by its definition: each input is spread by the kernel over the output. */
  function byDefinition(
    x: number[],
    errors: number[],
    l: Layer,
    output: readonly [number, number],
  ): number[] {
    const gradient = new Array<number>(l.K * (l.C / l.groups) * l.R * l.S).fill(0);
    const perGroup = l.C / l.groups;
    const at = (index: number, sizes: number[]) =>
      sizes.map((size, i) => Math.floor(index / sizes.slice(i + 1).reduce((a, b) => a * b, 1)) % size);
    for (const [w] of gradient.entries()) {
      const [k, c, r, s] = at(w, [l.K, perGroup, l.R, l.S]);
      const channel = Math.floor(k / (l.K / l.groups)) * perGroup + c;
      for (let i = 0; i < l.P; i++)
        for (let j = 0; j < l.Q; j++) {
          const [y, z] = [
            i * l.stride[0] - l.padding[0] + r * l.dilation[0],
            j * l.stride[1] - l.padding[1] + s * l.dilation[1],
          ];
          if (y < 0 || z < 0 || y >= output[0] || z >= output[1]) continue;
          gradient[w] += x[(k * l.P + i) * l.Q + j] * errors[(channel * output[0] + y) * output[1] + z];
        }
    }
    return gradient;
  }

  /** G as ARCHITECTURE.md defines it, of one image. */
  function asLayer(fmap: number[], emap: number[], l: Layer): number[] {
    const found: number[] = [];
    const perGroup = l.C / l.groups;
    for (let k = 0; k < l.K; k++)
      for (let t = 0; t < perGroup * l.R * l.S; t++) {
        const [c, r, s] = [Math.floor(t / (l.R * l.S)), Math.floor(t / l.S) % l.R, t % l.S];
        const channel = Math.floor(k / (l.K / l.groups)) * perGroup + c;
        let sum = 0;
        for (let place = 0; place < l.P * l.Q; place++) {
          const h = Math.floor(place / l.Q) * l.stride[0] - l.padding[0] + r * l.dilation[0];
          const w = (place % l.Q) * l.stride[1] - l.padding[1] + s * l.dilation[1];
          if (h >= 0 && w >= 0 && h < l.H && w < l.W)
            sum += emap[k * l.P * l.Q + place] * fmap[(channel * l.H + h) * l.W + w];
        }
        found.push(sum);
      }
    return found;
  }

  it.each<[string, Parameters<typeof node>[3], [number, number]]>([
    ["plain", { strides: [2, 2] }, [10, 12]],
    ["with padding", { strides: [2, 2], pads: [1, 1, 1, 1] }, [8, 10]],
    ["with output padding", { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }, [9, 11]],
    [
      "with more output padding than strides",
      { strides: [1, 1], dilations: [3, 3], output_padding: [2, 2] },
      [15, 16],
    ],
    ["in groups", { strides: [3, 2], group: 2 }, [13, 12]],
    [
      "with its output's shape given",
      { strides: [2, 2], output_shape: [9, 11], auto_pad: "SAME_UPPER" },
      [9, 11],
    ],
    ["with an output as large as its strides say", { strides: [2, 2], auto_pad: "SAME_LOWER" }, [8, 10]],
  ])("%s", (_, attributes, output) => {
    const graph = {
      node: [node("ConvTranspose", ["x", "u.weight"], "y", attributes)],
      initializer: [weights("u.weight", 4, 3, 4, 4)],
      input: [valueInfo("x", 1, 4, 4, 5)],
    };
    const [layer] = built(graph).layers(1);
    const groups = attributes?.group === 2 ? 2 : 1;
    expect([layer.K, layer.P, layer.Q, layer.C, layer.groups]).toEqual([4, 4, 5, 3 * groups, groups]);
    expect(denseMacs(layer)).toBe(4 * 3 * 16 * 20);
    // whole numbers, so that sums are equal in any order
    const made = (count: number, step: number) =>
      Array.from({ length: count }, (_, i) => ((i * step) % 11) - 5);
    const [x, errors] = [made(4 * 20, 7), made(layer.C * output[0] * output[1], 5)];
    const rows = Array.from({ length: layer.C * layer.H * layer.W }, (_, i) => {
      const [c, h, w] = [Math.floor(i / (layer.H * layer.W)), Math.floor(i / layer.W) % layer.H, i % layer.W];
      return errors[(c * output[0] + h) * output[1] + w];
    });
    expect(layer.H).toBeLessThanOrEqual(output[0]);
    expect(asLayer(rows, x, layer)).toEqual(byDefinition(x, errors, layer, output));
  });

  it("its emap has the zeros of the ReLU before it, its fmap those of the ReLU behind it", () => {
    const { zeros } = built({
      node: [
        node("Relu", ["x"], "r"),
        node("ConvTranspose", ["r", "u.weight"], "u"),
        node("Relu", ["u"], "y"),
      ],
      initializer: [weights("u.weight", 4, 3, 2, 2)],
      input: [valueInfo("x", "n", 4, 5, 5)],
    });
    expect(zeros.get("u")).toEqual({ fmap: { place: "relu", depth: 1 }, emap: { place: "relu", depth: 0 } });
  });
});

describe("are the operators followed that ONNX Runtime and QONNX put into a file?", () => {
  const ms = "com.microsoft";
  const picture: (number | string)[] = ["n", 3, 8, 8];
  const tokens: (number | string)[] = ["n", 5, 8];

  it.each<[string, (number | string)[], object[], object[], string[]]>([
    [
      "FusedConv",
      picture,
      [
        nodeOf(ms, "FusedConv", ["x", "a.weight"], "a", { activation: "Relu", strides: [2, 2] }),
        node("Conv", ["a", "b.weight"], "y"),
      ],
      [weights("a.weight", 6, 3, 2, 2), weights("b.weight", 2, 6, 1, 1)],
      ["a: 2 x 3x8x8 to 6x4x4 by 2x2, groups 1", "b: 2 x 6x4x4 to 2x4x4 by 1x1, groups 1"],
    ],
    [
      "FusedMatMul and FusedGemm",
      tokens,
      [
        nodeOf(ms, "FusedMatMul", ["x", "a.weight"], "a", { transB: 1 }),
        node("Reshape", ["a", "s"], "r"),
        nodeOf(ms, "FusedGemm", ["r", "b.weight"], "y", { transB: 1 }),
      ],
      [weights("a.weight", 6, 8), integers("s", [-1, 6]), weights("b.weight", 4, 6)],
      ["a: 10 x 8 to 6", "b: 10 x 6 to 4"],
    ],
    [
      "FusedMatMul whose rows stand before its stacks",
      ["n", 5, 8, 6],
      [
        nodeOf(ms, "FusedMatMul", ["x", "a.weight"], "a", { transBatchA: 1 }),
        node("MatMul", ["a", "b.weight"], "y"),
      ],
      [weights("a.weight", 6, 4), weights("b.weight", 4, 3)],
      ["a: 80 x 6 to 4", "b: 80 x 4 to 3"],
    ],
    [
      "Attention, a normalisation with a shortcut, a GELU with a bias",
      tokens,
      [
        nodeOf(ms, "Attention", ["x", "qkv.weight", "b"], "a", { num_heads: 2 }),
        nodeOf(ms, "SkipLayerNormalization", ["a", "x", "g"], "s"),
        node("MatMul", ["s", "fc.weight"], "m"),
        nodeOf(ms, "BiasGelu", ["m", "c"], "e"),
        node("MatMul", ["e", "out.weight"], "y"),
      ],
      [
        weights("qkv.weight", 8, 24),
        weights("b", 24),
        weights("g", 8),
        weights("fc.weight", 8, 16),
        weights("c", 16),
        weights("out.weight", 16, 8),
      ],
      ["qkv: 10 x 8 to 24", "fc: 10 x 8 to 16", "out: 10 x 16 to 8"],
    ],
    [
      "a channel-blocked convolution, whose own channels are lost",
      picture,
      [
        nodeOf("com.microsoft.nchwc", "Conv", ["x", "a.weight"], "a"),
        nodeOf("com.microsoft.nchwc", "ReorderOutput", ["a"], "r", { channels: 6 }),
        node("Conv", ["r", "b.weight"], "y"),
      ],
      [weights("a.weight", 8, 3, 1, 1), weights("b.weight", 2, 6, 1, 1)],
      [
        "b: 2 x 6x8x8 to 2x8x8 by 1x1, groups 1",
        "com.microsoft.nchwc.Conv with weights: its channels are filled up to whole blocks, so that their own number is lost; save the network at ONNX Runtime's level extended",
      ],
    ],
    [
      "weights of four bits",
      tokens,
      [
        nodeOf(ms, "MatMulNBits", ["x", "q", "s"], "a", { K: 8, N: 6 }),
        node("MatMul", ["a", "b.weight"], "y"),
      ],
      [integers("q", new Array(24).fill(0), [6, 1, 4]), weights("s", 6), weights("b.weight", 6, 3)],
      ["b: 10 x 6 to 3", "com.microsoft.MatMulNBits with weights: integer arithmetic, which is not trained"],
    ],
    [
      "Quant of QONNX, around weights and values",
      picture,
      [
        nodeOf("qonnx.custom_op.general", "Quant", ["c.weight", "s"], "w"),
        nodeOf("qonnx.custom_op.general", "Quant", ["x", "s"], "q"),
        node("Conv", ["q", "w"], "y"),
      ],
      [weights("c.weight", 6, 3, 1, 1), weights("s", 1)],
      ["c: 2 x 3x8x8 to 6x8x8 by 1x1, groups 1"],
    ],
    [
      "an operator of someone's own, with weights",
      tokens,
      [node("MatMul", ["x", "a.weight"], "a"), nodeOf("own", "Mix", ["a", "m.weight"], "y")],
      [weights("a.weight", 8, 6), weights("m.weight", 6, 6)],
      ["a: 10 x 8 to 6", "own.Mix with weights: an operator that is not ONNX's own"],
    ],
  ])("%s", (_, x, nodes, constants, expected) => {
    expect(found(x, nodes, constants)).toEqual(expected);
  });

  it("a ReLU joined with its convolution gives the same zeros as one behind it", () => {
    const conv = (i: number, from: string, to: string) =>
      node("Conv", [from, `c${i}.weight`], to, { pads: [1, 1, 1, 1] });
    const joined = (i: number, from: string, to: string) =>
      nodeOf(ms, "FusedConv", [from, `c${i}.weight`], to, { pads: [1, 1, 1, 1], activation: "Relu" });
    const end = [node("MaxPool", ["r1"], "p", { kernel_shape: [2, 2], strides: [2, 2] }), conv(2, "p", "y")];
    const zerosOf = (...nodes: object[]) =>
      built({
        node: [...nodes, ...end],
        initializer: [0, 1, 2].map((i) => weights(`c${i}.weight`, 3, 3, 3, 3)),
        input: [valueInfo("x", ...picture)],
      }).zeros;
    const apart = zerosOf(
      conv(0, "x", "a"),
      node("Relu", ["a"], "r0"),
      conv(1, "r0", "b"),
      node("Relu", ["b"], "r1"),
    );
    expect(apart.get("c2")?.fmap).toEqual({ place: "pool", depth: 0 });
    expect(zerosOf(joined(0, "x", "r0"), joined(1, "r0", "r1"))).toEqual(apart);
  });
});
