import type { SweepAxis } from "./axis.ts";
import { dominates, type ObjectiveValues, paretoFront } from "./front.ts";
import type { Objective } from "./measures.ts";
import type { PointOutcome, PointResult } from "./point.ts";
import type { PointValues } from "./space.ts";

/** Many machines, or one machine at many values of several things: what a search prints. It depends on its points alone. */
export interface Exploration {
  readonly schemaVersion: 1;
  readonly engine: string;
  readonly axes: readonly SweepAxis[];
  /** names of the training steps of which each point ran all */
  readonly works: readonly string[];
  /** what of the networks is not in the numbers; of an axis that changes the work, at its first value */
  readonly remarks: readonly string[];
  /** the machine that the search is about */
  readonly subject: string;
  readonly search: SearchKind;
  readonly where?: string;
  /** all of them minimised */
  readonly objectives: readonly Pick<Objective, "name" | "unit">[];
  readonly counts: ExplorationCounts;
  /** what axes that are parameters are in the machines before anything changed */
  readonly own: PointValues;
  /** the machines before anything changed, where no axis changes what they run */
  readonly given?: ExplorationPoint;
  /** those that were simulated and count, in the order of the search */
  readonly points: readonly ExplorationPoint[];
  /** which of `points` no other dominates, in their order */
  readonly front: readonly number[];
  /** whose parameters make no machine that can run the work */
  readonly impossible: readonly { readonly values: PointValues; readonly why: string }[];
  /** that cannot be on the front, as a point of the front dominates even their bound */
  readonly skipped: readonly { readonly values: PointValues; readonly bound: ObjectiveValues }[];
  /** without an outcome: not computed yet */
  readonly missing: readonly PointValues[];
}

export type SearchKind =
  | { readonly kind: "grid" }
  | { readonly kind: "samples"; readonly asked: number; readonly seed: number }
  | { readonly kind: "nsga2"; readonly asked: number; readonly seed: number; readonly population: number };

export interface ExplorationCounts {
  /** of which an outcome was asked for */
  readonly looked: number;
  /** that are in `points` */
  readonly counted: number;
  /** by conditions on results; what conditions rule out before is not looked at */
  readonly leftOut: number;
  readonly impossible: number;
  readonly skipped: number;
  readonly missing: number;
}

export interface ExplorationPoint {
  readonly values: PointValues;
  readonly objectives: ObjectiveValues;
  readonly result: PointResult;
}

/** A point of a search, and what is known of it. */
export interface LookedAt {
  readonly values: PointValues;
  /** undefined: missing, or skipped */
  readonly outcome: PointOutcome | undefined;
  /** of a simulated one: whether the conditions on results allow it */
  readonly allowed: boolean;
  /** objectives that it cannot fall below, where points may be skipped by it */
  readonly bound?: ObjectiveValues | undefined;
}

/** Everything of an exploration but its points. */
export type ExplorationHead = Pick<
  Exploration,
  "engine" | "axes" | "works" | "remarks" | "subject" | "search" | "where" | "own" | "given"
>;

/**
 * Puts points together. Which points count as skipped does not depend on which were: all whose bound a point of the front
 * dominates, whether they were simulated or not. None of the front is among them.
 */
export function explorationOf(
  head: ExplorationHead,
  objectives: readonly Objective[],
  looked: readonly LookedAt[],
): Exploration {
  const simulated = (some: readonly LookedAt[]) =>
    some.flatMap(({ values, outcome, allowed }) =>
      outcome && "result" in outcome && allowed ? [pointOf(values, outcome.result, objectives)] : [],
    );
  const all = simulated(looked);
  const best = paretoFront(all.map((point) => point.objectives)).map((i) => all[i].objectives);
  const isSkipped = ({ bound }: LookedAt) =>
    bound !== undefined && best.some((objectives) => dominates(objectives, bound));
  const skipped = looked.filter(isSkipped);
  const others = skipped.length > 0 ? looked.filter((one) => !isSkipped(one)) : looked;
  const points = simulated(others);
  const impossible = others.flatMap(({ values, outcome }) =>
    outcome && "impossible" in outcome ? [{ values, why: outcome.impossible }] : [],
  );
  const missing = others.flatMap(({ values, outcome }) => (outcome ? [] : [values]));
  return {
    schemaVersion: 1,
    ...head,
    objectives: objectives.map(({ name, unit }) => ({ name, unit })),
    counts: {
      looked: looked.length,
      counted: points.length,
      leftOut: others.length - points.length - impossible.length - missing.length,
      impossible: impossible.length,
      skipped: skipped.length,
      missing: missing.length,
    },
    points,
    front: paretoFront(points.map((point) => point.objectives)),
    impossible,
    skipped: skipped.map(({ values, bound }) => ({ values, bound: bound! })),
    missing,
  };
}

export const pointOf = (
  values: PointValues,
  result: PointResult,
  objectives: readonly Objective[],
): ExplorationPoint => ({ values, objectives: objectives.map(({ of }) => of(result)), result });

/** Of each objective the point that is least in it, the first of several; none where no point counts. */
export const bestPoints = ({ points, objectives }: Exploration): ExplorationPoint[] =>
  points.length === 0
    ? []
    : objectives.map((_, i) => points.reduce((a, b) => (b.objectives[i] < a.objectives[i] ? b : a)));
