import { type Occupancy, occupancy } from "../trace/occupancy.ts";
import { hasValues, type LayerContents, type Trace, type TraceLabels } from "../trace/trace.ts";
import type { Layer } from "../workload/layer.ts";
import { type ReportCoverage, reportCoverage } from "./coverage.ts";

/** How the densities of a tensor's channels are spread. */
export interface TensorInfo {
  /** share of elements that are not zero */
  readonly density: number;
  /** fmap: C, emap: K, mask and gradient: the K filters */
  readonly channels: number;
  /** lowest and highest density of a channel */
  readonly lowest: number;
  readonly highest: number;
  /** channels by their density: [0, 10 %), [10, 20 %) and so on to [90, 100 %] */
  readonly histogram: readonly number[];
}

export interface LayerInfo {
  readonly layer: Layer;
  readonly stored: LayerContents;
  readonly fmap: TensorInfo;
  readonly emap: TensorInfo;
  readonly mask?: TensorInfo;
  readonly weightGradient?: TensorInfo;
}

export interface StepInfo {
  readonly labels: TraceLabels;
  readonly layers: readonly LayerInfo[];
  /** what of the network the step does not hold */
  readonly coverage: ReportCoverage;
}

/** What a training step holds. Each layer is read once; `onLayer` is told its index before. */
export function stepInfo(trace: Trace, onLayer: (index: number) => void = () => {}): StepInfo {
  const layers = trace.layers.map((layer, index) => {
    onLayer(index);
    return layerInfo(trace, layer);
  });
  return { labels: trace.labels, layers, coverage: reportCoverage(trace) };
}

function layerInfo(trace: Trace, layer: Layer): LayerInfo {
  const stored = trace.contents(layer.name);
  const values = hasValues(stored) ? trace.read(layer.name) : undefined;
  const flags: Occupancy = values ? occupancy(values) : trace.occupancy(layer.name);
  const { N, C, K } = layer;
  const gradient = values?.weightGradient;
  return {
    layer,
    stored,
    fmap: tensorInfo(flags.fmap, N, C),
    emap: tensorInfo(flags.emap, N, K),
    ...(flags.mask && { mask: tensorInfo(flags.mask, 1, K) }),
    ...(gradient && { weightGradient: tensorInfo(gradient, 1, K) }),
  };
}

const BINS = 10;

/** Of a tensor [images][channels][...]. */
function tensorInfo(elements: ArrayLike<number>, images: number, channels: number): TensorInfo {
  const ones = new Float64Array(channels);
  const plane = elements.length / (images * channels);
  for (let at = 0, image = 0; image < images; image++)
    for (let channel = 0; channel < channels; channel++)
      for (const end = at + plane; at < end; at++) if (elements[at] !== 0) ones[channel]++;
  const densities = Array.from(ones, (count) => count / (images * plane));
  const histogram = new Array<number>(BINS).fill(0);
  for (const density of densities) histogram[Math.min(BINS - 1, Math.floor(density * BINS))]++;
  const total = ones.reduce((sum, count) => sum + count, 0);
  const [lowest, highest] = densities.reduce(
    ([low, high], density) => [Math.min(low, density), Math.max(high, density)],
    [1, 0],
  );
  return { density: total / elements.length, channels, lowest, highest, histogram };
}
