import { connect, convolve, type Maps, type Network, network, outputOf, pool } from "./network.ts";
import { residualStages } from "./residual.ts";

/** torchvision's ResNet for ImageNet: 7x7 stem, 3x3 max pool, four stages, global average pool, 1000 classes. */
export function imagenetResnet(
  depth: 18 | 34 | 50,
  zerosLike: "resnet34" | "resnet50",
  block: Parameters<typeof residualStages>[1],
  counts: readonly number[],
): Network {
  const about = {
    title: `ResNet-${depth}`,
    input: [3, 224, 224],
    zerosLike,
    source: `torchvision resnet${depth}: He et al., arXiv 1512.03385, with batch norm${depth === 50 ? ", stride in the 3x3 (v1.5)" : ""}`,
  };
  return network(about, (batch) => {
    const picture = { N: batch, C: 3, H: 224, W: 224 };
    const stem = convolve("conv1", picture, { K: 64, kernel: 7, stride: 2, padding: 3 });
    const pooled = pool(outputOf(stem), { kernel: 3, stride: 2, padding: 1 }, { place: "stem", depth: 0 });
    const name = (stage: number, i: number) => `layer${stage + 1}.${i}`;
    const { placed, output } = residualStages(pooled, block, counts, 64, name);
    const averaged: Maps = { N: batch, C: output.C, H: 1, W: 1 };
    return [stem, ...placed, connect("fc", averaged, 1000)];
  });
}
