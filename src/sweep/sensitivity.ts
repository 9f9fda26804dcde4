import type { SweepAxis } from "./axis.ts";
import type { Exploration } from "./exploration.ts";

/** How much of the objectives an axis explains among the points that count. */
export interface Sensitivity {
  readonly axis: SweepAxis;
  /** of each objective, 0 to 1 */
  readonly shares: readonly number[];
}

/**
 * For each axis, the share of the variance of each objective's logarithm that lies between its values: the variance of the means
 * at each value, over that of all points (the correlation ratio). Of a grid or a Latin hypercube it is the axis' main effect;
 * where points were chosen it is also what was chosen with it. 0 where an objective is the same everywhere.
 */
export function sensitivities({ axes, points, objectives }: Exploration): Sensitivity[] {
  const logarithms = objectives.map((_, i) => points.map((point) => Math.log(point.objectives[i])));
  return axes.map((axis) => {
    const values = points.map((point) => point.values[axis.name]);
    return { axis, shares: logarithms.map((numbers) => between(values, numbers)) };
  });
}

/** Values of an axis that stand beside each other, and what they do to the objectives. */
export interface Effect {
  readonly axis: SweepAxis;
  /** "8", or "8 to 12" of several */
  readonly values: string;
  readonly points: number;
  /** of each objective, the geometric mean of the points with these values / that of all */
  readonly ratios: readonly number[];
}

/** Groups of an axis that has more values. */
const mostGroups = 8;

/** What each value of each axis does to the objectives, over the points that count: the main effects of which `sensitivities` says how large they are. */
export function effects({ axes, points, objectives }: Exploration): Effect[] {
  const means = (some: Exploration["points"]) =>
    objectives.map((_, i) => average(some.map((point) => Math.log(point.objectives[i]))));
  const all = means(points);
  return axes.flatMap((axis) =>
    groupsOf(axis).flatMap((values) => {
      const some = points.filter((point) => values.includes(point.values[axis.name]));
      if (some.length === 0) return [];
      const ends = values.length > 1 ? [values[0], values[values.length - 1]] : values;
      const ratios = means(some).map((mean, i) => Math.exp(mean - all[i]));
      return [{ axis, values: ends.join(" to "), points: some.length, ratios }];
    }),
  );
}

/** The values of an axis in their order, neighbouring numbers together where there are many; names stand alone. */
function groupsOf({ values }: SweepAxis): (number | string)[][] {
  const numbers = values.every((value) => typeof value === "number");
  if (!numbers || values.length <= mostGroups) return values.map((value) => [value]);
  const sorted = values.toSorted((a, b) => Number(a) - Number(b));
  const size = Math.ceil(sorted.length / mostGroups);
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
    sorted.slice(i * size, (i + 1) * size),
  );
}

function between(values: readonly (number | string)[], numbers: readonly number[]): number {
  // what is the same everywhere would have the variance of its rounding
  if (numbers.every((number) => number === numbers[0])) return 0;
  const mean = average(numbers);
  const all = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0);
  const groups = new Map<number | string, number[]>();
  for (const [i, value] of values.entries()) {
    if (!groups.has(value)) groups.set(value, []);
    groups.get(value)!.push(numbers[i]);
  }
  let explained = 0;
  for (const group of groups.values()) explained += group.length * (average(group) - mean) ** 2;
  return Math.min(1, explained / all);
}

const average = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
