import type { FieldShape } from "../src/trace/synthetic-field.ts";

/**
 * How alike pairs of flags are, each as a correlation: 0 for independent coin flips. [images][channels][height][width].
 */
export interface FlagCorrelations {
  /** same channel, other image, any place but the same */
  readonly channel: number;
  /** same image, other channel, any place but the same */
  readonly image: number;
  /** same channel and image, any other place */
  readonly plane: number;
  /** same channel and place, other image */
  readonly place: number;
  /** same image and place, other channel */
  readonly scene: number;
  /** the neighbour beside, the one below, and those two and four further in the row */
  readonly beside: number;
  readonly below: number;
  readonly beside2: number;
  readonly beside4: number;
}

/** Correlations of a map's flags; `undefined` where nearly all are alike. */
export function flagCorrelations(flags: Uint8Array, shape: FieldShape): FlagCorrelations | undefined {
  const { images: N, channels: C, height: H, width: W } = shape;
  const area = H * W;
  const planes = new Float64Array(N * C);
  const places = new Float64Array(C * area);
  const scenes = new Float64Array(N * area);
  for (let i = 0; i < flags.length; i++) {
    planes[Math.floor(i / area)] += flags[i];
    places[i % (C * area)] += flags[i];
    scenes[Math.floor(i / (C * area)) * area + (i % area)] += flags[i];
  }
  const ones = sum(planes);
  const mean = ones / flags.length;
  const variance = mean * (1 - mean);
  if (variance < 0.01) return undefined;
  const correlation = (pairs: number, count: number) => (pairs / count - mean * mean) / variance;
  const channels = Array.from({ length: C }, (_, c) => sum(strided(planes, c, C)));
  const images = Array.from({ length: N }, (_, n) => sum(planes.subarray(n * C, n * C + C)));
  const samePlane = squares(planes);
  const samePlace = squares(places) - ones;
  const sameScene = squares(scenes) - ones;
  const otherImage = squares(channels) - samePlane;
  const shifted = (down: number, across: number) => {
    let pairs = 0;
    for (let row = 0; row < N * C * H; row++) {
      if ((row % H) + down >= H) continue;
      for (let x = 0; x + across < W; x++) pairs += flags[row * W + x] & flags[(row + down) * W + x + across];
    }
    return correlation(pairs, N * C * (H - down) * (W - across));
  };
  return {
    channel: correlation(otherImage - samePlace, C * N * (N - 1) * area * (area - 1)),
    image: correlation(squares(images) - samePlane - sameScene, N * C * (C - 1) * area * (area - 1)),
    plane: correlation(samePlane - ones, N * C * area * (area - 1)),
    place: correlation(samePlace, C * area * N * (N - 1)),
    scene: correlation(sameScene, N * area * C * (C - 1)),
    beside: shifted(0, 1),
    below: shifted(1, 0),
    beside2: shifted(0, 2),
    beside4: shifted(0, 4),
  };
}

function total(values: ArrayLike<number>, of: (value: number) => number): number {
  let result = 0;
  for (let i = 0; i < values.length; i++) result += of(values[i]);
  return result;
}
const sum = (values: ArrayLike<number>) => total(values, (a) => a);
const squares = (values: ArrayLike<number>) => total(values, (a) => a * a);
const strided = (values: Float64Array, from: number, step: number) =>
  Array.from({ length: Math.ceil((values.length - from) / step) }, (_, i) => values[from + i * step]);
