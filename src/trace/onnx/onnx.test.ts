import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { floats, node, onnxFile, valueInfo, weights } from "../../../test/onnx-model.ts";
import { InputError } from "../../input-error.ts";
import { denseMacs, gradientSize, type Layer } from "../../workload/layer.ts";
import { networks } from "../../workload/networks/index.ts";
import { arraySource, type ByteSource } from "../byte-source.ts";
import { onnxNetwork } from "./network.ts";

const recorded = (name: string, sizes: Record<string, number> = {}) => {
  const path = fileURLToPath(new URL(`../../../test/data/onnx/${name}.onnx`, import.meta.url));
  return onnxNetwork(arraySource(`${name}.onnx`, readFileSync(path)), new Map(Object.entries(sizes)));
};
const built = (graph: object, sizes?: Record<string, number>) =>
  onnxNetwork(arraySource("x.onnx", onnxFile(graph)), new Map(Object.entries(sizes ?? {})));
const shape = ({ name, N, C, H, W, K, P, Q, R, S, groups }: Layer) =>
  `${name} ${N}x${C}x${H}x${W} -> ${K}x${P}x${Q} by ${R}x${S}${groups > 1 ? ` in ${groups}` : ""}`;

describe("does a file that PyTorch wrote give the network that it was written from?", () => {
  it.each(["resnet18", "vgg16"])("%s: the layers and the zeros of the one by that name here", (name) => {
    const found = recorded(name);
    expect(found.layers(8)).toEqual(networks[name].layers(8));
    expect(found.zeros).toEqual(networks[name].zeros);
    expect(found.zerosLike).toBe(networks[name].zerosLike);
    expect(found.coverage.leftOut).toEqual([]);
    expect(found.coverage.operatorsWithWeights).toBe(found.layers(1).length);
    expect(found.input).toEqual([3, 224, 224]);
  });

  it("batch norm folded away or not, the layers are the same but for their widths", () => {
    const narrow = recorded("resnet18-narrow-training");
    expect(narrow.layers(2).map(({ name }) => name)).toEqual(
      networks.resnet18.layers(2).map(({ name }) => name),
    );
    // biases of the classifier; scale, shift, mean and variance of batch norms on 75 channels in all
    const inLayers = narrow.layers(1).reduce((sum, layer) => sum + gradientSize(layer), 0);
    expect(narrow.parameters - inLayers).toBe(10 + 4 * 75);
    expect(narrow.zeros).toEqual(networks.resnet18.zeros);
  });

  it("a network of inverted residuals: depthwise layers, and ReLU6 as a ReLU", () => {
    const mobile = recorded("mobile");
    expect(mobile.layers(2).map(shape)).toEqual([
      "features.0 2x3x32x32 -> 4x16x16 by 3x3",
      "features.3.conv.0 2x4x16x16 -> 8x16x16 by 1x1",
      "features.3.conv.3 2x8x16x16 -> 8x16x16 by 3x3 in 8",
      "features.3.conv.6 2x8x16x16 -> 4x16x16 by 1x1",
      "features.4.conv.0 2x4x16x16 -> 16x16x16 by 1x1",
      "features.4.conv.3 2x16x16x16 -> 16x8x8 by 3x3 in 16",
      "features.4.conv.6 2x16x8x8 -> 6x8x8 by 1x1",
      "classifier 2x6x1x1 -> 10x1x1 by 1x1",
    ]);
    const dense = [...mobile.zeros].filter(([, { fmap }]) => !fmap).map(([name]) => name);
    expect(dense).toEqual(["features.0", "features.4.conv.0", "classifier"]);
  });

  it("a transformer: products with weights are layers, attention and embeddings are left out", () => {
    const gpt = recorded("gpt", { tokens: 12 });
    expect(gpt.layers(4).map(shape)).toEqual([
      ...[0, 1].flatMap((i) => [
        `blocks.${i}.attn.qkv 48x8x1x1 -> 24x1x1 by 1x1`,
        `blocks.${i}.attn.proj 48x8x1x1 -> 8x1x1 by 1x1`,
        `blocks.${i}.mlp.0 48x8x1x1 -> 32x1x1 by 1x1`,
        `blocks.${i}.mlp.2 48x32x1x1 -> 8x1x1 by 1x1`,
      ]),
      "head 48x8x1x1 -> 20x1x1 by 1x1",
    ]);
    expect(gpt.zerosLike).toBeUndefined();
    expect(gpt.coverage.operatorsWithWeights).toBe(11);
    expect(gpt.coverage.leftOut).toEqual([
      {
        operator: "Gather",
        why: "an embedding, whose gradient has no multiplications",
        names: ["/wte/Gather", "/wpe/Gather"],
        weights: true,
      },
      {
        operator: "MatMul",
        why: "both factors are computed, as in attention",
        weights: false,
        names: [0, 1].flatMap((i) => [`/blocks.${i}/attn/MatMul`, `/blocks.${i}/attn/MatMul_1`]),
      },
    ]);
  });

  it("torch's own encoder layer, whose in_proj is a parameter without a module", () => {
    expect(recorded("encoder").layers(3).map(shape)).toEqual([
      "self_attn 30x8x1x1 -> 24x1x1 by 1x1",
      "self_attn.out_proj 30x8x1x1 -> 8x1x1 by 1x1",
      "linear1 30x8x1x1 -> 16x1x1 by 1x1",
      "linear2 30x16x1x1 -> 8x1x1 by 1x1",
    ]);
  });

  it("an LSTM of two layers and two directions: products of inputs and of states", () => {
    const layers = recorded("lstm").layers(2);
    expect(layers.map(({ name, N, C, K }) => [name, N, C, K])).toEqual([
      ["rnn.W.forward", 20, 6, 20],
      ["rnn.W.reverse", 20, 6, 20],
      ["rnn.R.forward", 20, 5, 20],
      ["rnn.R.reverse", 20, 5, 20],
      ["rnn.1.W.forward", 20, 10, 20],
      ["rnn.1.W.reverse", 20, 10, 20],
      ["rnn.1.R.forward", 20, 5, 20],
      ["rnn.1.R.reverse", 20, 5, 20],
      ["decoder", 20, 10, 7],
    ]);
  });

  it("1-D convolutions; a fixed number of images is scaled; a transposed convolution has its maps exchanged", () => {
    const speech = recorded("speech");
    expect(speech.layers(6).map(shape)).toEqual([
      "c1 6x8x1x40 -> 16x1x20 by 1x5",
      "c2 6x16x1x20 -> 16x1x20 by 1x3",
      "up 6x8x1x40 -> 16x1x20 by 1x4",
      "out 6x8x1x40 -> 4x1x40 by 1x1",
    ]);
    expect(speech.coverage.leftOut).toEqual([]);
  });

  it("open heights and widths have the sizes that are given; a module used twice is two layers", () => {
    expect(recorded("unet", { height: 20, width: 12 }).layers(1).map(shape)).toEqual([
      "down 1x3x20x12 -> 4x20x12 by 3x3",
      "low 1x4x20x12 -> 8x10x6 by 3x3",
      "up 1x12x20x12 -> 4x20x12 by 3x3",
      "shared 1x4x20x12 -> 4x20x12 by 3x3",
      "shared#1 1x4x20x12 -> 4x20x12 by 3x3",
    ]);
    expect(() => recorded("unet", { height: 20 })).toThrow(
      'unet.onnx: input "input": dimension 3 must have a size, is open, "width"; give it one with --dimension width=SIZE',
    );
  });
});

describe("are weights found where exporters put them?", () => {
  const input = [valueInfo("x", "n", 6)];
  const layerOf = (nodes: object[], initializer: object[]) =>
    built({ node: nodes, initializer, input })
      .layers(5)
      .map(({ name, N, C, K }) => [name, N, C, K]);

  it.each<[string, object[], object[], unknown[]]>([
    [
      "MatMul on the right",
      [node("MatMul", ["x", "fc.weight"], "y")],
      [weights("fc.weight", 6, 4)],
      ["fc", 5, 6, 4],
    ],
    ["Gemm", [node("Gemm", ["x", "fc.weight"], "y")], [weights("fc.weight", 6, 4)], ["fc", 5, 6, 4]],
    [
      "Gemm, transposed",
      [node("Gemm", ["x", "fc.weight"], "y", { transB: 1 })],
      [weights("fc.weight", 4, 6)],
      ["fc", 5, 6, 4],
    ],
    [
      "behind Transpose",
      [node("Transpose", ["a.weight"], "t", { perm: [1, 0] }), node("MatMul", ["x", "t"], "y")],
      [weights("a.weight", 4, 6)],
      ["a", 5, 6, 4],
    ],
    [
      "on the left of a transposed input",
      [node("Transpose", ["x"], "t"), node("MatMul", ["w", "t"], "y")],
      [weights("w", 4, 6)],
      ["w", 5, 6, 4],
    ],
    [
      "on the left, by Gemm of both transposed",
      [node("Gemm", ["w", "x"], "y", { transA: 1, transB: 1 })],
      [weights("w", 6, 4)],
      ["w", 5, 6, 4],
    ],
    [
      "in a Constant node",
      [node("Constant", [], "w", { value: { t: weights("", 6, 4) } }), node("MatMul", ["x", "w"], "y")],
      [],
      ["w", 5, 6, 4],
    ],
    [
      "quantised, as for training that knows of it",
      [node("DequantizeLinear", ["q.weight", "s"], "w"), node("MatMul", ["x", "w"], "y")],
      [weights("q.weight", 6, 4), floats("s", [0.5])],
      ["q", 5, 6, 4],
    ],
  ])("%s", (_, nodes, initializer, layer) => {
    expect(layerOf(nodes, initializer)).toEqual([layer]);
  });
});

describe("which zeros do maps have?", () => {
  const conv = (name: string, from: string, to: string) =>
    node("Conv", [from, `${name}.weight`], to, { pads: [1, 1, 1, 1] });
  const kernels = (...names: string[]) => names.map((name) => weights(`${name}.weight`, 3, 3, 3, 3));
  const input = [valueInfo("x", "n", 3, 8, 8)];
  const zerosOf = (nodes: object[], initializer: object[]) => built({ node: nodes, initializer, input });

  it("an emap is sparse only if nothing but a ReLU reads what the layer makes", () => {
    const { zeros, zerosLike } = zerosOf(
      [
        conv("a", "x", "a"),
        node("Relu", ["a"], "r"),
        conv("b", "r", "b"),
        node("Relu", ["b"], "s"),
        node("Concat", ["b", "s"], "y", { axis: 1 }),
      ],
      kernels("a", "b"),
    );
    expect(zerosLike).toBe("vgg16");
    expect(zeros.get("a")).toEqual({ emap: { place: "relu", depth: 0 } });
    expect(zeros.get("b")).toEqual({ fmap: { place: "relu", depth: 0 } });
  });

  it("behind batch norm an emap is dense, and so is an fmap behind an average", () => {
    const norm = node("BatchNormalization", ["a", "s", "s", "s", "s"], "n");
    const { zeros } = zerosOf(
      [
        conv("a", "x", "a"),
        norm,
        node("Relu", ["n"], "r"),
        node("AveragePool", ["r"], "p", { kernel_shape: [2, 2] }),
        conv("b", "p", "y"),
      ],
      [...kernels("a", "b"), weights("s", 3)],
    );
    expect([...zeros]).toEqual([
      ["a", {}],
      ["b", {}],
    ]);
  });

  it("with a shortcut a convolution's emap is dense, a linear layer's before a ReLU is not", () => {
    const { zeros, zerosLike } = zerosOf(
      [
        conv("a", "x", "a"),
        node("Add", ["a", "x"], "t"),
        node("Relu", ["t"], "r"),
        node("Flatten", ["r"], "f"),
        node("Gemm", ["f", "c.weight"], "g"),
        node("Relu", ["g"], "y"),
      ],
      [...kernels("a"), weights("c.weight", 192, 4)],
    );
    expect(zerosLike).toBe("resnet34");
    expect(zeros.get("a")).toEqual({});
    expect(zeros.get("c")).toEqual({
      fmap: { place: "block", depth: 0 },
      emap: { place: "first", depth: 0 },
    });
  });
});

describe("what is said of what cannot be worked out?", () => {
  const fc = weights("fc.weight", 6, 4);

  it("behind an unknown operator a layer is left out, and the others stay", () => {
    const network = built({
      node: [
        node("MatMul", ["x", "fc.weight"], "a"),
        { ...node("Foo", ["a"], "b"), domain: "my.domain" },
        node("MatMul", ["b", "w.weight"], "c"),
      ],
      initializer: [fc, weights("w.weight", 4, 4)],
      input: [valueInfo("x", "n", 6)],
    });
    expect(network.layers(2).map(({ name }) => name)).toEqual(["fc"]);
    expect(network.coverage.leftOut).toEqual([
      {
        operator: "MatMul",
        why: "the shape behind operator my.domain.Foo is not worked out",
        names: ["node 2"],
        weights: true,
      },
    ]);
  });

  it("unless the file holds its shape", () => {
    const graph = {
      node: [{ ...node("Foo", ["x"], "b"), domain: "my.domain" }, node("MatMul", ["b", "fc.weight"], "c")],
      initializer: [fc],
      input: [valueInfo("x", "n", 3)],
      value_info: [valueInfo("b", "n", 7, 6)],
    };
    expect(built(graph).layers(2).map(shape)).toEqual(["fc 14x6x1x1 -> 4x1x1 by 1x1"]);
  });

  it("a network without weights is refused, with the reason", () => {
    const graph = { node: [node("MatMul", ["x", "x"], "y")], input: [valueInfo("x", 6, 6)] };
    const message =
      "x.onnx: network has no convolution or product with weights among its 1 nodes; left out: MatMul: both factors are computed, as in attention";
    expect(() => built(graph)).toThrow(new InputError(message));
  });
});

describe("are weights left where they are?", () => {
  it("of a file whose weights are 100 MB, a few hundred KB are read", () => {
    const graph = {
      node: [node("Conv", ["x", "conv.weight"], "y")],
      input: [valueInfo("x", "n", 1024, 7, 7)],
      initializer: [
        { ...weights("conv.weight", 2713, 1024, 3, 3), raw_data: new Uint8Array(2713 * 1024 * 9 * 4) },
      ],
    };
    const whole = arraySource("x.onnx", onnxFile(graph));
    let bytes = 0;
    const counted: ByteSource = {
      ...whole,
      read: (offset, length) => {
        bytes += length;
        return whole.read(offset, length);
      },
    };
    expect(denseMacs(onnxNetwork(counted).layers(1)[0])).toBe(2713 * 1024 * 9 * 25);
    expect(whole.size).toBeGreaterThan(1e8);
    expect(bytes).toBeLessThan(1e6);
  });
});
