import { InputError } from "../input-error.ts";
import type { Random } from "../random.ts";
import { grouped } from "../report/format.ts";
import type { SweepAxis } from "./axis.ts";

/** One value of each axis, by the axis' name: as typed, not yet what a parameter makes of it. */
export type PointValues = Readonly<Record<string, number | string>>;

/** Points that a sweep can have: each takes about a kilobyte. */
export const mostPoints = 1_000_000;

/** How many points every combination of the axes' values makes. */
export const gridSize = (axes: readonly SweepAxis[]): number =>
  axes.reduce((product, { values }) => product * values.length, 1);

/** Every combination, the last axis' values changing fastest. Throws `InputError` for more than `mostPoints`. */
export function gridPoints(axes: readonly SweepAxis[]): PointValues[] {
  const size = gridSize(axes);
  if (size > mostPoints)
    throw new InputError(
      `a grid must have at most ${grouped(mostPoints)} points, has ${grouped(size)}; --samples N draws some of them`,
    );
  return Array.from({ length: size }, (_, index) => gridPoint(axes, index));
}

function gridPoint(axes: readonly SweepAxis[], index: number): PointValues {
  const entries: [string, number | string][] = [];
  let rest = index;
  for (let i = axes.length - 1; i >= 0; i--) {
    const { name, values } = axes[i];
    entries.push([name, values[rest % values.length]]);
    rest = Math.floor(rest / values.length);
  }
  return Object.fromEntries(entries.reverse());
}

/**
 * `count` points that spread over each axis: of an axis, every value is taken as often as every other, give or take one
 * (McKay, Beckman and Conover, Technometrics 21, 1979).
 */
export function latinHypercube(axes: readonly SweepAxis[], count: number, random: Random): PointValues[] {
  const drawn = axes.map(({ name, values }) => {
    const strata = random.shuffle(Array.from({ length: count }, (_, i) => i));
    return strata.map((stratum) => [name, values[Math.floor((stratum * values.length) / count)]] as const);
  });
  return Array.from({ length: count }, (_, i) => Object.fromEntries(drawn.map((entries) => entries[i])));
}

/** Latin hypercubes that are drawn for as many points as were asked for, where many are alike or left out. */
const mostHypercubes = 100;

/**
 * `count` points, none twice, of which `wanted` says that they are: those of one Latin hypercube, then of a further one in
 * place of those that were there already or are not wanted, and so on. Fewer where the space does not have so many or they
 * are hard to find. `wanted` is asked once about each.
 */
export function samplePoints(
  axes: readonly SweepAxis[],
  count: number,
  random: Random,
  wanted: (values: PointValues) => boolean,
): PointValues[] {
  const asked = new Set<string>();
  const found: PointValues[] = [];
  const all = gridSize(axes);
  for (let i = 0; i < mostHypercubes && found.length < count && asked.size < all; i++)
    for (const values of latinHypercube(axes, count, random)) {
      const key = JSON.stringify(values);
      if (found.length === count || asked.has(key)) continue;
      asked.add(key);
      if (wanted(values)) found.push(values);
    }
  return found;
}
