import type { ObjectiveValues } from "./front.ts";
import type { PointValues } from "./space.ts";

/** Which points are looked at, a batch after the other. The points of a batch can be simulated in any order. */
export interface Search {
  /**
   * The next points, none at the end. `told`: the objectives of those before, in their order; undefined for one that does not
   * count.
   */
  next(told: readonly (ObjectiveValues | undefined)[]): readonly PointValues[];
}

/** Points that stand in a list, `batch` at a time. */
export function listSearch(points: readonly PointValues[], batch = points.length): Search {
  let at = 0;
  return {
    next() {
      const some = points.slice(at, at + batch);
      at += some.length;
      return some;
    },
  };
}
