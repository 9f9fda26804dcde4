import { seededRandom } from "../src/random.ts";
import { emapSize, fmapSize, type Layer } from "../src/workload/layer.ts";
import { type Spent, timed } from "./measurement.ts";
import { TiledGradient } from "./tiled-gradient/tiled-gradient.ts";

/** Maps that are in memory at a time, unless one image takes more. */
const mapBytes = 2 ** 28;

const random = seededRandom(1);
/** Values for the maps, over and over: what is multiplied does not change how long it takes. */
const values = Float32Array.from({ length: 65521 }, () => random.between(-1, 1));

/** Made at first use, and used for every layer after that. */
let made: TiledGradient | undefined;

/** Computes a layer's gradient in f32. Moving the maps into the kernel's memory is not timed. */
export function computeDense(layer: Layer): Spent {
  made ??= new TiledGradient();
  const tiled = made;
  const imageBytes = (4 * (fmapSize(layer) + emapSize(layer))) / layer.N;
  const images = Math.min(layer.N, Math.max(1, Math.floor(mapBytes / imageBytes)));
  let seconds = 0;
  const starting = timed(() => tiled.start(layer, images));
  let makingSeconds = starting.seconds;
  for (let n = 0; n < layer.N; n += images) {
    makingSeconds += timed(() => Object.values(starting.result).forEach(fill)).seconds;
    seconds += timed(() => tiled.add(Math.min(images, layer.N - n))).seconds;
  }
  seconds += timed(() => tiled.finish()).seconds;
  return { seconds, makingSeconds, validPairs: 0 };
}

function fill(map: Float32Array): void {
  for (let i = 0; i < map.length; i += values.length) map.set(values.subarray(0, map.length - i), i);
}
