import { type ObjectiveValues, paretoFront } from "./front.ts";

/**
 * The volume of what `points` dominate below `reference`, each objective from 0 on or below; points that do not lie below it in all
 * objectives count for nothing. One to three objectives: goes up through the third and keeps the area that the points so far
 * dominate in the others, a staircase (Fonseca, Paquete and López-Ibáñez, CEC 2006).
 */
export function hypervolume(points: readonly ObjectiveValues[], reference: ObjectiveValues): number {
  const [right, top = 1, back = 1] = reference;
  const below = points
    .map(([x, y = 0, z = 0]) => ({ x, y, z }))
    .filter(({ x, y, z }) => x < right && y < top && z < back)
    .sort((a, b) => a.z - b.z);
  const stairs = new Staircase(right, top);
  let volume = 0;
  for (const [i, { x, y, z }] of below.entries()) {
    stairs.add(x, y);
    volume += stairs.area * ((below[i + 1]?.z ?? back) - z);
  }
  return volume;
}

/** What points dominate in a plane, up to a corner. */
class Staircase {
  area = 0;
  /** x growing, y falling */
  private readonly steps: { readonly x: number; readonly y: number }[] = [];
  private readonly right: number;
  private readonly top: number;

  constructor(right: number, top: number) {
    this.right = right;
    this.top = top;
  }

  add(x: number, y: number): void {
    const { steps } = this;
    const from = this.firstFrom(x);
    const before = steps[from - 1];
    if ((before && before.y <= y) || (steps[from]?.x === x && steps[from].y <= y)) return;
    let to = from;
    let ceiling = before?.y ?? this.top;
    let left = x;
    for (; to < steps.length && steps[to].y >= y; to++) {
      this.area += (steps[to].x - left) * (ceiling - y);
      [left, ceiling] = [steps[to].x, steps[to].y];
    }
    this.area += ((steps[to]?.x ?? this.right) - left) * (ceiling - y);
    steps.splice(from, to - from, { x, y });
  }

  /** The place of the first step at x or right of it. */
  private firstFrom(x: number): number {
    let [low, high] = [0, this.steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.steps[middle].x < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** How far a search had come after so many of its points. */
export interface HypervolumeAt {
  readonly points: number;
  /** 0 to 1 */
  readonly share: number;
}

/** Times at which it is looked how far a search had come; fewer of very many points, all of which may be on the front. */
const timesOf = (points: number): number => Math.min(60, Math.max(12, Math.floor(1e6 / points)));

/**
 * How much of the box between the best and the worst of each objective the front of the first points dominates, in logarithms: so an
 * objective's unit has no say, and twice as small is worth as much anywhere. An objective that is the same everywhere is left out.
 * Positive numbers, in the order of the search.
 */
export function hypervolumes(objectives: readonly ObjectiveValues[]): HypervolumeAt[] {
  const spans = (objectives[0] ?? []).flatMap((_, i) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const point of objectives) {
      least = Math.min(least, point[i]);
      most = Math.max(most, point[i]);
    }
    return least < most ? [{ i, from: Math.log(least), size: Math.log(most) - Math.log(least) }] : [];
  });
  if (spans.length === 0) return [];
  const placed = objectives.map((point) =>
    spans.map(({ i, from, size }) => (Math.log(point[i]) - from) / size),
  );
  const corner = spans.map(() => 1);
  const step = Math.ceil(placed.length / timesOf(placed.length));
  const found: HypervolumeAt[] = [];
  let front: ObjectiveValues[] = [];
  for (let at = 0; at < placed.length; at += step) {
    const some = [...front, ...placed.slice(at, at + step)];
    front = paretoFront(some).map((i) => some[i]);
    found.push({ points: Math.min(at + step, placed.length), share: hypervolume(front, corner) });
  }
  return found;
}
