import { network } from "./network.ts";
import { type PlainConvolution, plainStack } from "./plain.ts";

const convolutions: PlainConvolution[] = [
  { name: "conv_0", K: 32, pooled: true },
  { name: "conv_3", K: 64, pooled: true },
  { name: "conv_6", K: 128, pooled: false },
  { name: "conv_8", K: 128, pooled: true },
  { name: "conv_11", K: 128, pooled: false },
  { name: "conv_13", K: 128, pooled: true },
];

export const vgg8 = network(
  {
    title: "VGG-8 (CIFAR)",
    source:
      "the six convolutions of the trace vgg8-cifar10-step2270 (its two linear layers are not in the trace)",
    input: [3, 32, 32],
    zerosLike: "vgg16",
  },
  (batch) => plainStack({ N: batch, C: 3, H: 32, W: 32 }, convolutions).placed,
);
