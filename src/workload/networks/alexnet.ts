import { connect, convolve, depthOf, type Maps, network, outputOf, type Placed, pool } from "./network.ts";

/** [place in `features`, K, kernel, stride, padding, max pool behind it] */
const convolutions = [
  [0, 64, 11, 4, 2, true],
  [3, 192, 5, 1, 2, true],
  [6, 384, 3, 1, 1, false],
  [8, 256, 3, 1, 1, false],
  [10, 256, 3, 1, 1, true],
] as const;
const window = { kernel: 3, stride: 2 };

export const alexnet = network(
  {
    title: "AlexNet",
    source:
      "torchvision alexnet: the one-GPU variant without groups of Krizhevsky, arXiv 1404.5997; dropout's zeros are not counted",
    input: [3, 224, 224],
    zerosLike: "vgg16",
  },
  (batch) => {
    const placed: Placed[] = [];
    let maps: Maps = { N: batch, C: 3, H: 224, W: 224 };
    let pools = 0;
    convolutions.forEach(([at, K, kernel, stride, padding, pooled], i) => {
      const relu = pooled
        ? ({ place: "pool", depth: depthOf(pools++, 3) } as const)
        : ({ place: "relu", depth: depthOf(i, 5) } as const);
      const conv = convolve(
        ...([`features.${at}`, maps, { K, kernel, stride, padding }] as const),
        pooled ? { ...relu, pool: window } : relu,
      );
      placed.push(conv);
      maps = outputOf(conv, relu);
      if (pooled) maps = pool(maps, window, relu);
    });
    for (const [i, at] of [1, 4].entries()) {
      const relu = { place: "classifier", depth: depthOf(i, 2) } as const;
      const layer = connect(`classifier.${at}`, maps, 4096, relu);
      placed.push(layer);
      maps = outputOf(layer, relu);
    }
    return [...placed, connect("classifier.6", maps, 1000)];
  },
);
