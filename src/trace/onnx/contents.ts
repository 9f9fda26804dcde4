import { elements } from "./value.ts";

/** How far apart in row-major order neighbours along each axis lie. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** Strides that read a tensor of shape `own` as one of `shape`, to which it broadcasts. */
export function broadcastStrides(own: readonly number[], shape: readonly number[]): number[] {
  const strides = stridesOf(own);
  const missing = shape.length - own.length;
  return shape.map((_, axis) => (axis < missing || own[axis - missing] === 1 ? 0 : strides[axis - missing]));
}

/** Elements of a tensor in the order of `shape`, where a step along each axis goes as far as its stride says. */
export function strided(
  numbers: readonly number[],
  shape: readonly number[],
  strides: readonly number[],
  begin = 0,
): number[] {
  const found = new Array<number>(elements(shape));
  const place = shape.map(() => 0);
  let from = begin;
  for (let at = 0; at < found.length; at++) {
    found[at] = numbers[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++place[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      place[axis] = 0;
    }
  }
  return found;
}

/** How often the part of a tensor from `axis` on occurs, and how large it is behind `axis`. */
export function around(shape: readonly number[], axis: number): { before: number; behind: number } {
  return { before: elements(shape.slice(0, axis)), behind: elements(shape.slice(axis + 1)) };
}
