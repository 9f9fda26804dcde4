import { describe, expect, it } from "vitest";
import { denseMacs, gradientSize, type Layer } from "../layer.ts";
import { networks } from "./index.ts";

const sum = (layers: Layer[], of: (layer: Layer) => number) => layers.reduce((total, l) => total + of(l), 0);
const isConvolution = ({ type }: Layer) => type === "conv2d";
const biases = (layers: Layer[]) => sum(layers, ({ K }) => K);
/** scale and shift of batch norm behind each convolution, and the classifier's biases */
const normsBehind = (layers: Layer[]) => sum(layers, (l) => (isConvolution(l) ? 2 * l.K : l.K));
/** batch norm before each convolution but the first, behind that, and before the classifier */
const normsBefore = ([stem, ...rest]: Layer[]) => 2 * stem.K + sum(rest, ({ C }) => 2 * C) + rest.at(-1)!.K;

/**
 * Published totals. torchvision: `num_params` and `_ops` (10^9 multiply-accumulates, three decimals) of each model's
 * weights in torchvision 0.15 and later; `others` are the parameters without a weight gradient's multiplications.
 * ViT: torchvision's operations include those of attention, 2 x 197 x 197 x 768 in each of 12 layers.
 */
const published: Record<string, { parameters: number; others: (l: Layer[]) => number; gigaMacs: number }> = {
  alexnet: { parameters: 61_100_840, others: biases, gigaMacs: 0.714 },
  vgg16: { parameters: 138_357_544, others: biases, gigaMacs: 15.47 },
  resnet18: { parameters: 11_689_512, others: normsBehind, gigaMacs: 1.814 },
  resnet34: { parameters: 21_797_672, others: normsBehind, gigaMacs: 3.664 },
  resnet50: { parameters: 25_557_032, others: normsBehind, gigaMacs: 4.089 },
  mobilenetv2: { parameters: 3_504_872, others: normsBehind, gigaMacs: 0.301 },
  densenet121: { parameters: 7_978_856, others: normsBefore, gigaMacs: 2.834 },
  googlenet: { parameters: 6_624_904, others: normsBehind, gigaMacs: 1.498 },
  "vit-b-16": {
    parameters: 86_567_656,
    // class token, position embedding, 25 layer norms
    others: (layers) => biases(layers) + 768 + 197 * 768 + 25 * 2 * 768,
    gigaMacs: 17.564 - (12 * 2 * 197 * 197 * 768) / 1e9,
  },
};

describe("do the networks have the totals that were published?", () => {
  it.each(Object.entries(published))(
    "%s: parameters to the last one, operations to the last digit",
    (name, want) => {
      const layers = networks[name].layers(1);
      expect(sum(layers, gradientSize) + want.others(layers)).toBe(want.parameters);
      expect(Math.abs(sum(layers, denseMacs) / 1e9 - want.gigaMacs)).toBeLessThan(0.00051);
    },
  );

  it("resnet20: 0.27 million parameters (He et al., table 6); 272,474 with option B's shortcuts", () => {
    const layers = networks.resnet20.layers(1);
    expect(sum(layers, gradientSize) + normsBehind(layers)).toBe(272_474);
  });

  it("lstm: 20 million parameters, embedding and both bias vectors of each gate included", () => {
    const layers = networks.lstm.layers(1);
    const others = 10_000 * 650 + biases(layers);
    expect(((sum(layers, gradientSize) + others) / 1e6).toFixed(0)).toBe("20");
  });

  it("a batch multiplies the MACs and nothing else", () => {
    for (const network of Object.values(networks)) {
      const [one, four] = [1, 4].map((batch) => network.layers(batch));
      expect(sum(four, denseMacs)).toBe(4 * sum(one, denseMacs));
      expect(sum(four, gradientSize)).toBe(sum(one, gradientSize));
    }
  });
});

describe("is every layer of a network well formed?", () => {
  it.each(Object.entries(networks))("%s: names are its own, and each has its zeros", (_, network) => {
    const layers = network.layers(2);
    expect(new Set(layers.map(({ name }) => name)).size).toBe(layers.length);
    expect([...network.zeros.keys()]).toEqual(layers.map(({ name }) => name));
    const [first] = layers;
    if (isConvolution(first)) expect([first.C, first.H, first.W]).toEqual(network.input);
    expect(network.zeros.get(first.name)?.fmap).toBeUndefined();
    for (const { C, K, P, Q, groups } of layers)
      expect([C % groups, K % groups, Math.min(P, Q) > 0]).toEqual([0, 0, true]);
  });

  it("a network without ReLUs names no measured zeros, and every other one does", () => {
    for (const { zeros, zerosLike } of Object.values(networks))
      expect([...zeros.values()].some(({ fmap, emap }) => fmap || emap)).toBe(zerosLike !== undefined);
  });

  it("the depthwise layers of MobileNetV2 have a group for each channel", () => {
    const depthwise = networks.mobilenetv2.layers(1).filter(({ groups }) => groups > 1);
    expect(depthwise.length).toBe(17);
    expect(depthwise.every(({ C, K, groups }) => C === groups && K === groups)).toBe(true);
  });
});
