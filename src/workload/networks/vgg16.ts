import { connect, depthOf, network, outputOf } from "./network.ts";
import { type PlainConvolution, plainStack } from "./plain.ts";

/** Convolutions of configuration D, one row for each pool, with their places in torchvision's `features`. */
const convolutions: PlainConvolution[] = [
  { K: 64, places: [0, 2] },
  { K: 128, places: [5, 7] },
  { K: 256, places: [10, 12, 14] },
  { K: 512, places: [17, 19, 21] },
  { K: 512, places: [24, 26, 28] },
].flatMap(({ K, places }) =>
  places.map((place, i) => ({ name: `features.${place}`, K, pooled: i === places.length - 1 })),
);

export const vgg16 = network(
  {
    title: "VGG-16",
    source:
      "torchvision vgg16: configuration D of Simonyan and Zisserman, arXiv 1409.1556, without batch norm; dropout's zeros are not counted",
    input: [3, 224, 224],
    zerosLike: "vgg16",
  },
  (batch) => {
    const { placed, output } = plainStack({ N: batch, C: 3, H: 224, W: 224 }, convolutions);
    let maps = output;
    for (const [i, place] of [0, 3].entries()) {
      const relu = { place: "classifier", depth: depthOf(i, 2) } as const;
      const layer = connect(`classifier.${place}`, maps, 4096, relu);
      placed.push(layer);
      maps = outputOf(layer, relu);
    }
    return [...placed, connect("classifier.6", maps, 1000)];
  },
);
