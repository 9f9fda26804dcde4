import type { Report } from "../report/report.ts";
import type { Phase } from "../workload/phase.ts";
import type { PublishedResult } from "./published-results.ts";

/** A run on a network with made-up zeros, in the words of `swg run`. */
export interface ClaimRun {
  readonly network: string;
  readonly batch: number;
  /** densities that replace the default profile, as `--density` takes them */
  readonly density?: string;
  readonly accelerators: readonly string[];
  /** names of layers; all by default */
  readonly layers?: readonly string[];
  /** beside WG; none by default */
  readonly phases?: readonly Phase[];
  /** parameters that are not at their defaults, by machine */
  readonly set?: Readonly<Record<string, Readonly<Record<string, number | boolean | string>>>>;
}

/** One workload that a claim is measured on. */
export interface ClaimCase {
  readonly name: string;
  readonly runs: readonly ClaimRun[];
  /** the figure, from the reports of the runs in their order */
  measure(reports: readonly Report[]): number;
}

/** How near a measured figure must come to the published one. */
export type Tolerance = { readonly atLeast: true } | { readonly within: number };

/**
 * A published figure and what our models say to it. `reproduced`: the judged case is within the tolerance. `known gap`:
 * it is not, and that is said openly; the claim fails once the gap closes, so that it is looked at again. `cannot be
 * judged`: our models do not cover it.
 */
export type Claim = {
  readonly id: string;
  readonly published: PublishedResult;
  /** what is open about the workload, why it is judged so */
  readonly why: string;
  readonly cases: readonly ClaimCase[];
} & (
  | {
      readonly status: "reproduced" | "known gap";
      readonly tolerance: Tolerance;
      /** name of the case that decides; the others are shown beside it */
      readonly judged: string;
    }
  | { readonly status: "cannot be judged" }
);

/** Whether a figure comes as near to the published one as it must. */
export function isNear(measured: number, { value }: PublishedResult, tolerance: Tolerance): boolean {
  const target = Number(value);
  return "atLeast" in tolerance
    ? measured >= target
    : Math.abs(measured - target) <= tolerance.within * target;
}

/** Whether a claim's status is still true, given the figure of each case. */
export function holds(claim: Claim, measured: readonly number[]): boolean {
  if (claim.status === "cannot be judged") return true;
  const at = claim.cases.findIndex(({ name }) => name === claim.judged);
  return isNear(measured[at], claim.published, claim.tolerance) === (claim.status === "reproduced");
}
