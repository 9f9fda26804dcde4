import type { Layer } from "../workload/layer.ts";

/** How many taps join each coordinate of the fmap's picture along an axis (0: h, 1: w) with a position. */
export function tapsOfPixels(layer: Layer, axis: 0 | 1): Uint32Array {
  const taps = new Uint32Array(axis === 0 ? layer.H : layer.W);
  eachJoin(layer, axis, (_, pixel) => taps[pixel]++);
  return taps;
}

/** How many taps join each position along an axis (0: p, 1: q) with the fmap's picture. */
export function tapsOfPositions(layer: Layer, axis: 0 | 1): Uint32Array {
  const taps = new Uint32Array(axis === 0 ? layer.P : layer.Q);
  eachJoin(layer, axis, (position) => taps[position]++);
  return taps;
}

/** How many positions each tap along an axis joins with the fmap's picture. */
export function positionsOfTaps(layer: Layer, axis: 0 | 1): Uint32Array {
  const positions = new Uint32Array(axis === 0 ? layer.R : layer.S);
  eachJoin(layer, axis, (_position, _pixel, tap) => positions[tap]++);
  return positions;
}

function eachJoin(
  { H, W, P, Q, R, S, stride, padding, dilation }: Layer,
  axis: 0 | 1,
  join: (position: number, pixel: number, tap: number) => void,
): void {
  const [extent, positions, kernel] = axis === 0 ? [H, P, R] : [W, Q, S];
  for (let position = 0; position < positions; position++)
    for (let tap = 0; tap < kernel; tap++) {
      const pixel = position * stride[axis] - padding[axis] + tap * dilation[axis];
      if (pixel >= 0 && pixel < extent) join(position, pixel, tap);
    }
}
