import { denseConvolutionTime, densityOf, listedConvolutionTime, wantedConvolutionTime } from "../choice.ts";
import {
  type ConvolutionMethod,
  canConvolveWanted,
  convolve,
  convolveWanted,
  type Weights,
} from "../convolution.ts";
import type { Engine } from "../engine.ts";
import { skipsZeros } from "../flags.ts";
import type { Gather } from "../gather.ts";
import { measured } from "../measured.ts";
import type { ProfiledCall } from "../profile.ts";

interface Convolution {
  readonly gathers: readonly Gather[];
  readonly batch: number;
  readonly sourceAt: number;
  readonly weights: Weights;
  readonly targetAt: number;
  /** a map like the target's, where only results above 0 are wanted; all are without one */
  readonly maskAt?: number;
}

/** What a profile says of it; `map` is which density the source's is. */
interface Description {
  readonly kernel: string;
  readonly layer: string | undefined;
  readonly shapes: string;
  readonly map: "fmap" | "emap";
}

type Method = ConvolutionMethod | "wanted";

/** What is looked at to choose. */
interface Densities {
  readonly source?: number;
  readonly mask?: number;
}

/**
 * Convolves, from lists of the source's nonzero values or only what is wanted, where densities make that pay. The methods
 * `dense` and `listed` give the same bits, `wanted` others, which is why whether zeros are skipped does not choose that.
 */
export function chosenConvolution(engine: Engine, work: Convolution, described: Description): void {
  const { gathers, batch, sourceAt, weights, maskAt, targetAt } = work;
  const { kernel, layer, shapes, map } = described;
  const densities = densitiesOf(engine, work);
  const call = { kernel, layer, shapes, density: shownDensity(map, densities) };
  measured<Method>(call, choose(engine, work, densities), (method) => {
    for (const gather of gathers)
      if (method === "wanted") convolveWanted(engine, gather, batch, sourceAt, weights, maskAt!, targetAt);
      else convolve(engine, method, gather, batch, sourceAt, weights, targetAt);
  });
}

function densitiesOf(engine: Engine, { gathers, batch, sourceAt, maskAt }: Convolution): Densities {
  const masked = maskAt !== undefined && canConvolveWanted(gathers);
  if (!masked && !skipsZeros()) return {};
  const size = ({ rows, columns, channels }: Gather["source"]) => batch * rows * columns * channels;
  const source = densityOf(engine, sourceAt, size(gathers[0].source));
  return masked ? { source, mask: densityOf(engine, maskAt, size(gathers[0].target)) } : { source };
}

function shownDensity(map: Description["map"], { source, mask }: Densities): ProfiledCall["density"] {
  if (source === undefined) return {};
  if (map === "fmap") return { fmap: source };
  return mask === undefined ? { emap: source } : { emap: source, fmap: mask };
}

function choose(engine: Engine, work: Convolution, { source, mask }: Densities): Method {
  if (source === undefined) return "dense";
  const { gathers, batch, weights } = work;
  const dense = denseConvolutionTime(gathers, batch);
  const listed = listedConvolutionTime(gathers, batch, source);
  // the time of lists is one that they seldom take, so that dense maps are not listed by mistake
  const likely = Math.min(dense, 0.7 * listed);
  if (mask !== undefined && wantedConvolutionTime(gathers, batch, mask) < likely) return "wanted";
  if (dense <= listed || !skipsZeros()) return "dense";
  // 0 times an infinite number is not a number: the weights of what is skipped must be finite
  const taps = gathers.reduce((sum, gather) => sum + gather.taps.length, 0);
  return engine.kernels.hasNonFinite(weights.at, taps * weights.inputs * weights.outputs)
    ? "dense"
    : "listed";
}
