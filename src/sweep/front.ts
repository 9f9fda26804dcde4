import { InputError } from "../input-error.ts";

/** One point of a front: a finite number for each objective, all of which are minimised. */
export type ObjectiveValues = readonly number[];

/** Whether `a` is nowhere larger than `b`, and not the same. */
export const dominates = (a: ObjectiveValues, b: ObjectiveValues): boolean =>
  a.every((value, i) => value <= b[i]) && a.some((value, i) => value < b[i]);

/** Objectives that a front can have. */
export const mostObjectives = 3;

/**
 * The indices, ascending, of the points that no other point dominates; equal points are kept together. Sorted by the first
 * objective, a point is dominated where an earlier one has neither a larger second nor a larger third, which a Fenwick tree
 * of minima answers: n log n whatever share is on the front (Kung, Luccio and Preparata, JACM 22, 1975).
 * Throws `InputError` for rows that are not as long as the first, have none or more than three numbers, or one not finite.
 */
export function paretoFront(points: readonly ObjectiveValues[]): number[] {
  checkPoints(points);
  const rows = points.map(([first, second = 0, third = 0], index) => ({ first, second, third, index }));
  rows.sort((a, b) => a.first - b.first || a.second - b.second || a.third - b.third);
  const least = new PrefixMinima(rows.map(({ second }) => second));
  const front: number[] = [];
  let before: (typeof rows)[number] | undefined;
  let kept = false;
  for (const row of rows) {
    const { first, second, third, index } = row;
    const same = before?.first === first && before.second === second && before.third === third;
    if (!same) kept = least.upTo(second) > third;
    before = row;
    // what is dominated lowers nothing
    if (!kept) continue;
    front.push(index);
    least.lower(second, third);
  }
  return front.sort((a, b) => a - b);
}

function checkPoints(points: readonly ObjectiveValues[]): void {
  const width = points[0]?.length ?? 1;
  if (width < 1 || width > mostObjectives)
    throw new InputError(`a front must have 1 to ${mostObjectives} objectives, has ${width}`);
  for (const [i, point] of points.entries())
    if (point.length !== width || !point.every(Number.isFinite))
      throw new InputError(`point ${i} of a front must be ${width} finite numbers, is [${point}]`);
}

/** The least number that was put at a key or below it: a Fenwick tree over the sorted keys. */
class PrefixMinima {
  private readonly ranks: ReadonlyMap<number, number>;
  private readonly minima: Float64Array;

  constructor(keys: readonly number[]) {
    const sorted = Float64Array.from(new Set(keys)).sort();
    this.ranks = new Map(Array.from(sorted, (key, i) => [key, i + 1]));
    this.minima = new Float64Array(sorted.length + 1).fill(Number.POSITIVE_INFINITY);
  }

  /** `key` is one of those that the tree was made with. */
  upTo(key: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let at = this.ranks.get(key)!; at > 0; at -= at & -at) least = Math.min(least, this.minima[at]);
    return least;
  }

  lower(key: number, value: number): void {
    for (let at = this.ranks.get(key)!; at < this.minima.length; at += at & -at)
      this.minima[at] = Math.min(this.minima[at], value);
  }
}
