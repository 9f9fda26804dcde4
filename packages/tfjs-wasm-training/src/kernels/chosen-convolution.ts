import { denseConvolutionTime, densityOf, listedConvolutionTime } from "../choice.ts";
import { type ConvolutionMethod, convolve, type Weights } from "../convolution.ts";
import type { Engine } from "../engine.ts";
import { skipsZeros } from "../flags.ts";
import type { Gather } from "../gather.ts";
import { measured } from "../measured.ts";

interface Convolution {
  readonly gathers: readonly Gather[];
  readonly batch: number;
  readonly sourceAt: number;
  readonly weights: Weights;
  readonly targetAt: number;
}

/** What a profile says of it; `map` is which density the source's is. */
interface Description {
  readonly kernel: string;
  readonly layer: string | undefined;
  readonly shapes: string;
  readonly map: "fmap" | "emap";
}

/** Convolves, from lists of the source's nonzero values where its density makes that pay. */
export function chosenConvolution(engine: Engine, work: Convolution, described: Description): void {
  const { gathers, batch, sourceAt, weights, targetAt } = work;
  const { kernel, layer, shapes, map } = described;
  const density = skipsZeros() ? densityOf(engine, sourceAt, sourceSize(work)) : undefined;
  const call = { kernel, layer, shapes, density: density === undefined ? {} : { [map]: density } };
  measured<ConvolutionMethod>(call, choose(engine, work, density), (method) => {
    for (const gather of gathers) convolve(engine, method, gather, batch, sourceAt, weights, targetAt);
  });
}

function sourceSize({ gathers, batch }: Convolution): number {
  const { rows, columns, channels } = gathers[0].source;
  return batch * rows * columns * channels;
}

function choose(engine: Engine, work: Convolution, density: number | undefined): ConvolutionMethod {
  if (density === undefined) return "dense";
  const { gathers, batch, weights } = work;
  if (denseConvolutionTime(gathers, batch) <= listedConvolutionTime(gathers, batch, density)) return "dense";
  // 0 times an infinite number is not a number: the weights of what is skipped must be finite
  const taps = gathers.reduce((sum, gather) => sum + gather.taps.length, 0);
  return engine.kernels.hasNonFinite(weights.at, taps * weights.inputs * weights.outputs)
    ? "dense"
    : "listed";
}
