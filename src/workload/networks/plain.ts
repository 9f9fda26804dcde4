import { convolve, depthOf, type Maps, outputOf, type Placed, pool } from "./network.ts";

/** A 3x3 convolution of K channels in a plain network; `pooled`: a 2x2 max pool follows its ReLU. */
export interface PlainConvolution {
  readonly name: string;
  readonly K: number;
  readonly pooled: boolean;
}

/** VGG's convolutions without batch norm: the emap is zero where the ReLU's or the pool's output is. */
export function plainStack(
  input: Maps,
  convolutions: readonly PlainConvolution[],
): { placed: Placed[]; output: Maps } {
  const window = { kernel: 2, stride: 2 };
  const pools = convolutions.filter(({ pooled }) => pooled).length;
  const placed: Placed[] = [];
  let maps = input;
  let pooledSoFar = 0;
  convolutions.forEach(({ name, K, pooled }, i) => {
    const relu = pooled
      ? ({ place: "pool", depth: depthOf(pooledSoFar++, pools) } as const)
      : ({ place: "relu", depth: depthOf(i, convolutions.length) } as const);
    const emap = pooled ? { ...relu, pool: window } : relu;
    const convolution = convolve(name, maps, { K, kernel: 3, padding: 1 }, emap);
    placed.push(convolution);
    maps = outputOf(convolution, relu);
    if (pooled) maps = pool(maps, window, relu);
  });
  return { placed, output: maps };
}
