import { connect, convolve, network, outputOf } from "./network.ts";
import { basicBlock, residualStages } from "./residual.ts";

/** Names as in the trace resnet20-cifar10-step452: `conv_3_c1`, `conv_6_sc_0`; the linear layer is not in the trace. */
const nameInTrace = (name: string) =>
  name.replace(/\.conv(\d)$/, "_c$1").replace(/\.downsample\.0$/, "_sc_0");

export const resnet20 = network(
  {
    title: "ResNet-20 (CIFAR)",
    source:
      "He et al., arXiv 1512.03385, section 4.2, with 1x1 convolutions in the shortcuts that change shape (option B)",
    input: [3, 32, 32],
    zerosLike: "resnet34",
  },
  (batch) => {
    const picture = { N: batch, C: 3, H: 32, W: 32 };
    const stem = convolve("conv_0", picture, { K: 16, kernel: 3, padding: 1 });
    const blocks = residualStages(
      ...([outputOf(stem, { place: "stem", depth: 0 }), basicBlock, [3, 3, 3], 16] as const),
      (stage, i) => `conv_${3 + 3 * stage + i}`,
    );
    const placed = blocks.placed.map(({ layer, zeros }) => ({
      layer: { ...layer, name: nameInTrace(layer.name) },
      zeros,
    }));
    return [stem, ...placed, connect("fc", { N: batch, C: 64, H: 1, W: 1 }, 10)];
  },
);
