import type { Random } from "../random.ts";
import type { PoolWindow } from "../workload/networks/network.ts";
import type { FieldShape } from "./synthetic-field.ts";

/** The extent of a max pool's output; a window does not hang over the edge. */
export const pooledExtent = (extent: number, { kernel, stride }: PoolWindow): number =>
  extent < kernel ? 0 : Math.floor((extent - kernel) / stride) + 1;

/**
 * The emap behind a max pool: of each window whose output is not zero, the winner is nonzero. `pooled` is
 * [images][channels] of the pool's output, the result [images][channels] of its input. The winner is the largest of even
 * draws, one for each element, so an element may win several overlapping windows, as it does in a real pool.
 */
export function winners(
  pooled: Uint8Array,
  { images, channels, height, width }: FieldShape,
  window: PoolWindow,
  random: Random,
): Uint8Array {
  const flags = new Uint8Array(images * channels * height * width);
  const rows = pooledExtent(height, window);
  const columns = pooledExtent(width, window);
  const draws = window.kernel > window.stride ? new Uint32Array(height * width) : undefined;
  for (let plane = 0; plane < images * channels; plane++) {
    const from = plane * height * width;
    if (draws) for (let i = 0; i < draws.length; i++) draws[i] = random.bits();
    for (let output = 0; output < rows * columns; output++) {
      if (pooled[plane * rows * columns + output] === 0) continue;
      const corner = window.stride * (Math.floor(output / columns) * width + (output % columns));
      const winner = draws
        ? largest(draws, corner, width, window.kernel)
        : any(corner, width, window, random);
      flags[from + winner] = 1;
    }
  }
  return flags;
}

/** In windows that do not overlap each element wins as often as another. */
function any(corner: number, width: number, { kernel }: PoolWindow, random: Random): number {
  const place = random.below(kernel * kernel);
  return corner + Math.floor(place / kernel) * width + (place % kernel);
}

function largest(draws: Uint32Array, corner: number, width: number, kernel: number): number {
  let best = corner;
  for (let dy = 0; dy < kernel; dy++)
    for (let at = corner + dy * width; at < corner + dy * width + kernel; at++)
      if (draws[at] > draws[best]) best = at;
  return best;
}
