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
