import { connect, convolve, depthOf, type Maps, network, outputOf, type Placed, pool } from "./network.ts";

const blocks = [6, 12, 24, 16];
const growth = 32;
const narrow = 4 * growth;

export const densenet121 = network(
  {
    title: "DenseNet-121",
    source:
      "torchvision densenet121: Huang et al., arXiv 1608.06993, growth 32; batch norm and ReLU stand before each convolution",
    input: [3, 224, 224],
    zerosLike: "resnet50",
  },
  (batch) => {
    const total = blocks.reduce((a, b) => a + b);
    const picture = { N: batch, C: 3, H: 224, W: 224 };
    const stem = convolve("features.conv0", picture, { K: 64, kernel: 7, stride: 2, padding: 3 });
    const placed: Placed[] = [stem];
    let maps: Maps = pool(outputOf(stem), { kernel: 3, stride: 2, padding: 1 });
    let done = 0;
    blocks.forEach((count, b) => {
      let depth = 0;
      for (let i = 0; i < count; i++) {
        depth = depthOf(done++, total);
        const name = `features.denseblock${b + 1}.denselayer${i + 1}`;
        const seen: Maps = { ...maps, zeros: { place: "first", depth } };
        const first = convolve(`${name}.conv1`, seen, { K: narrow, kernel: 1 });
        const between = outputOf(first, { place: "second", depth });
        placed.push(first, convolve(`${name}.conv2`, between, { K: growth, kernel: 3, padding: 1 }));
        maps = { ...maps, C: maps.C + growth };
      }
      if (b === blocks.length - 1) return;
      const seen: Maps = { ...maps, zeros: { place: "first", depth } };
      const transition = convolve(`features.transition${b + 1}.conv`, seen, { K: maps.C / 2, kernel: 1 });
      placed.push(transition);
      maps = pool(outputOf(transition), { kernel: 2, stride: 2 });
    });
    return [...placed, connect("classifier", { N: batch, C: maps.C, H: 1, W: 1 }, 1000)];
  },
);
