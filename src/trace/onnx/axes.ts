import type { AxisClasses } from "./axis-classes.ts";

/** A factor of an axis; `axis`: one of `AxisClasses`, undefined for one that is not followed. */
export interface Part {
  readonly extent: number;
  readonly axis?: number;
}

/** An axis of a value: the factors that it is a product of, the outermost first. */
export type Axis = readonly Part[];

/** The axes of a value that is computed from the network's inputs. */
export type Axes = readonly Axis[];

/** An axis of more factors is not followed, so that each takes a bounded time. */
const MOST_PARTS = 16;

export function extentOf(axis: Axis): number {
  let product = 1;
  for (const { extent } of axis) product *= extent;
  return product;
}

/** An axis that is not followed. */
export const unfollowed = (extent: number): Axis => [{ extent }];

/** One axis from several that are the same: factor by factor, where they have the same ones. */
export function joined(axes: readonly Axis[], classes: AxisClasses): Axis | undefined {
  const [first, ...others] = axes.filter((axis) => axis.some((part) => part.axis !== undefined));
  if (!first) return axes[0];
  for (const other of others) {
    if (other.length !== first.length || other.some(({ extent }, i) => extent !== first[i].extent)) continue;
    other.forEach(({ axis }, i) => {
      const own = first[i].axis;
      if (axis !== undefined && own !== undefined) classes.join(own, axis);
    });
  }
  return first;
}

/**
 * The axes of the same elements in another shape: factors stay whole where they can and are split where they must. A factor
 * of 1 becomes an axis of 1. Where there is none it may have gone with the axis before it or the one behind, and counts as a
 * factor of both. Undefined where the shapes have no factors in common.
 */
export function regrouped(axes: Axes, shape: readonly number[], classes: AxisClasses): Axes | undefined {
  const parts = withoutRepeats(axes.flat());
  if (parts.length > 4 * MOST_PARTS || shape.includes(0) || parts.some(({ extent }) => extent === 0))
    return undefined;
  const found: Part[][] = [];
  for (const extent of shape) {
    const own = takeFactors(parts, extent, classes);
    if (!own) return undefined;
    if (extent > 1) found.at(-1)?.push(...leadingOnes(own));
    found.push(own);
  }
  return found.map((own, i) => (own.length > 0 && own.length <= MOST_PARTS ? own : unfollowed(shape[i])));
}

/** Takes those off the front of `parts` whose product is `extent`, the last one split if need be; undefined: there are none. */
function takeFactors(parts: Part[], extent: number, classes: AxisClasses): Part[] | undefined {
  if (extent === 1) return parts[0]?.extent === 1 ? parts.splice(0, 1) : [];
  const own: Part[] = [];
  for (let rest = extent; rest > 1; rest /= own.at(-1)!.extent) {
    const part = parts.shift();
    if (!part) return undefined;
    if (rest % part.extent === 0) own.push(part);
    else {
      const [outer, inner] = split(part, greatestDivisor(rest, part.extent), classes);
      if (outer.extent === 1) return undefined;
      own.push(outer);
      parts.unshift(inner);
    }
  }
  return own;
}

function leadingOnes(parts: readonly Part[]): readonly Part[] {
  const count = parts.findIndex(({ extent }) => extent !== 1);
  return count < 0 ? parts : parts.slice(0, count);
}

/** A factor of 1 that counts as one of two axes is there once. */
const withoutRepeats = (parts: readonly Part[]): Part[] =>
  parts.filter(({ extent, axis }, i) => extent > 1 || axis === undefined || parts[i - 1]?.axis !== axis);

function split({ extent, axis }: Part, outer: number, classes: AxisClasses): [Part, Part] {
  const part = (own: number): Part =>
    axis === undefined ? { extent: own } : { extent: own, axis: classes.fresh() };
  return [part(outer), part(extent / outer)];
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
