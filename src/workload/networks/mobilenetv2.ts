import { connect, convolve, depthOf, type Maps, network, outputOf, type Placed } from "./network.ts";

/** [expansion, channels, blocks, stride of the first]: table 2 of the paper. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** Expand (1x1), depthwise (3x3), project (1x1, no ReLU behind it: a linear bottleneck, so what follows is dense). */
function invertedResidual(
  name: string,
  from: Maps,
  K: number,
  expansion: number,
  stride: number,
  depth: number,
) {
  const placed: Placed[] = [];
  let maps = from;
  if (expansion > 1) {
    const expand = convolve(`${name}.0.0`, maps, { K: maps.C * expansion, kernel: 1 });
    placed.push(expand);
    maps = outputOf(expand, { place: "first", depth });
  }
  const at = placed.length;
  const groups = maps.C;
  const depthwise = convolve(
    ...([`${name}.${at}.0`, maps, { K: groups, kernel: 3, stride, padding: 1, groups }] as const),
  );
  const filtered = outputOf(depthwise, { place: "second", depth });
  const project = convolve(`${name}.${at + 1}`, filtered, { K, kernel: 1 });
  return { placed: [...placed, depthwise, project], output: outputOf(project) };
}

export const mobilenetv2 = network(
  {
    title: "MobileNetV2",
    source: "torchvision mobilenet_v2, width 1.0: Sandler et al., arXiv 1801.04381, with batch norm",
    input: [3, 224, 224],
    zerosLike: "resnet50",
  },
  (batch) => {
    const stem = convolve(...(["features.0.0", { N: batch, C: 3, H: 224, W: 224 }] as const), {
      K: 32,
      kernel: 3,
      stride: 2,
      padding: 1,
    });
    const placed = [stem];
    let maps = outputOf(stem, { place: "first", depth: 0 });
    let index = 1;
    for (const [expansion, K, blocks, firstStride] of stages)
      for (let i = 0; i < blocks; i++, index++) {
        const stride = i === 0 ? firstStride : 1;
        const made = invertedResidual(
          ...([`features.${index}.conv`, maps, K, expansion, stride, depthOf(index - 1, 17)] as const),
        );
        placed.push(...made.placed);
        maps = made.output;
      }
    const head = convolve("features.18.0", maps, { K: 1280, kernel: 1 });
    const averaged = { N: batch, C: 1280, H: 1, W: 1 };
    return [...placed, head, connect("classifier.1", averaged, 1000)];
  },
);
