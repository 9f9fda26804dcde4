import { convolve, depthOf, type Maps, outputOf, type Placed } from "./network.ts";

/** A residual block of ResNet; every convolution is followed by batch norm, so every emap is dense. */
export interface BlockShape {
  readonly name: string;
  /** channels inside the block */
  readonly width: number;
  readonly stride: number;
  /** relative depth among the network's blocks */
  readonly depth: number;
}

type Block = (from: Maps, shape: BlockShape) => { placed: Placed[]; output: Maps };

/** Two 3x3 convolutions. */
export const basicBlock: Block = (from, { name, width, stride, depth }) => {
  const first = convolve(`${name}.conv1`, from, { K: width, kernel: 3, stride, padding: 1 });
  const inside = outputOf(first, { place: "first", depth });
  const second = convolve(`${name}.conv2`, inside, { K: width, kernel: 3, padding: 1 });
  const placed = [first, second, ...projection(name, from, second, stride)];
  return { placed, output: outputOf(second, { place: "block", depth }) };
};

/** 1x1, 3x3, 1x1, the last with four times the width; the stride is the 3x3's (ResNet v1.5, as in torchvision). */
export const bottleneck: Block = (from, { name, width, stride, depth }) => {
  const first = convolve(`${name}.conv1`, from, { K: width, kernel: 1 });
  const narrow = outputOf(first, { place: "first", depth });
  const second = convolve(`${name}.conv2`, narrow, { K: width, kernel: 3, stride, padding: 1 });
  const reduced = outputOf(second, { place: "second", depth });
  const third = convolve(`${name}.conv3`, reduced, { K: 4 * width, kernel: 1 });
  const placed = [first, second, third, ...projection(name, from, third, stride)];
  return { placed, output: outputOf(third, { place: "block", depth }) };
};

/** The 1x1 convolution of the shortcut, where it changes shape. */
function projection(name: string, from: Maps, { layer }: Placed, stride: number): Placed[] {
  if (stride === 1 && from.C === layer.K) return [];
  return [convolve(`${name}.downsample.0`, from, { K: layer.K, kernel: 1, stride })];
}

/** Stages of `counts` blocks, the width doubled and the picture halved at each but the first. */
export function residualStages(
  from: Maps,
  block: Block,
  counts: readonly number[],
  width: number,
  blockName: (stage: number, index: number) => string,
): { placed: Placed[]; output: Maps } {
  const total = counts.reduce((a, b) => a + b);
  const placed: Placed[] = [];
  let maps = from;
  let done = 0;
  counts.forEach((count, stage) => {
    for (let i = 0; i < count; i++) {
      const shape = {
        name: blockName(stage, i),
        width: width * 2 ** stage,
        stride: stage > 0 && i === 0 ? 2 : 1,
        depth: depthOf(done++, total),
      };
      const made = block(maps, shape);
      placed.push(...made.placed);
      maps = made.output;
    }
  });
  return { placed, output: maps };
}
