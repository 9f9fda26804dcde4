import {
  connect,
  convolve,
  depthOf,
  type Maps,
  network,
  outputOf,
  type Placed,
  pool,
  type ReluOutput,
} from "./network.ts";

/** [name, 1x1, 3x3 reduce, 3x3, "5x5" reduce, "5x5", pool projection]: table 1 of the paper. */
const modules = [
  ["3a", 64, 96, 128, 16, 32, 32],
  ["3b", 128, 128, 192, 32, 96, 64],
  ["4a", 192, 96, 208, 16, 48, 64],
  ["4b", 160, 112, 224, 24, 64, 64],
  ["4c", 128, 128, 256, 24, 64, 64],
  ["4d", 112, 144, 288, 32, 64, 64],
  ["4e", 256, 160, 320, 32, 128, 128],
  ["5a", 256, 160, 320, 32, 128, 128],
  ["5b", 384, 192, 384, 48, 128, 128],
] as const;
const convolutionsDeep = 3 + 2 * modules.length;

/** Four branches on the same maps; every convolution has its own batch norm and ReLU. `step`: convolutions before. */
function inception([name, ...widths]: (typeof modules)[number], from: Maps, step: number) {
  const [one, reduce3, three, reduce5, five, projection] = widths;
  const at = (i: number): ReluOutput => ({ place: "relu", depth: depthOf(step + i, convolutionsDeep) });
  const prefix = `inception${name}`;
  const reduced3 = convolve(`${prefix}.branch2.0.conv`, from, { K: reduce3, kernel: 1 });
  const reduced5 = convolve(`${prefix}.branch3.0.conv`, from, { K: reduce5, kernel: 1 });
  const wide = { kernel: 3, padding: 1 };
  const placed = [
    convolve(`${prefix}.branch1.conv`, from, { K: one, kernel: 1 }),
    reduced3,
    convolve(`${prefix}.branch2.1.conv`, outputOf(reduced3, at(0)), { K: three, ...wide }),
    reduced5,
    convolve(`${prefix}.branch3.1.conv`, outputOf(reduced5, at(0)), { K: five, ...wide }),
    convolve(`${prefix}.branch4.1.conv`, from, { K: projection, kernel: 1 }),
  ];
  return { placed, output: { ...from, C: one + three + five + projection, zeros: at(1) } };
}

export const googlenet = network(
  {
    title: "GoogLeNet",
    source:
      "torchvision googlenet: Szegedy et al., arXiv 1409.4842, with batch norm, 3x3 in place of 5x5, without auxiliary classifiers",
    input: [3, 224, 224],
    zerosLike: "vgg16",
  },
  (batch) => {
    const relu = (i: number): ReluOutput => ({ place: "relu", depth: depthOf(i, convolutionsDeep) });
    const pooled = (maps: Maps, i: number, kernel = 3) =>
      pool(maps, { kernel, stride: 2, ceil: true }, { place: "pool", depth: depthOf(i, 4) });
    const picture = { N: batch, C: 3, H: 224, W: 224 };
    const first = convolve("conv1.conv", picture, { K: 64, kernel: 7, stride: 2, padding: 3 });
    const second = convolve("conv2.conv", pooled(outputOf(first), 0), { K: 64, kernel: 1 });
    const third = convolve("conv3.conv", outputOf(second, relu(1)), { K: 192, kernel: 3, padding: 1 });
    const placed: Placed[] = [first, second, third];
    let maps = pooled(outputOf(third), 1);
    modules.forEach((shape, i) => {
      const made = inception(shape, maps, 3 + 2 * i);
      placed.push(...made.placed);
      maps = made.output;
      if (shape[0] === "3b") maps = pooled(maps, 2);
      if (shape[0] === "4e") maps = pooled(maps, 3, 2);
    });
    return [...placed, connect("fc", { N: batch, C: maps.C, H: 1, W: 1 }, 1000)];
  },
);
