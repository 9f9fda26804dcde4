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

/**
 * A published figure and what our models say to it.
 * - `reproduced`: every judged case is within the tolerance of it, above or below. `known gap`: one is not, and that is said
 *   openly; the claim fails once the gap closes, so that it is looked at again.
 * - `identity`: it is near, but follows from how the workload was made or from counting, whatever the machine: no evidence.
 * - `cannot be judged`: our models do not cover it.
 */
export type Claim = {
  readonly id: string;
  readonly published: PublishedResult;
  /** what is open about the workload, why it is judged so */
  readonly why: string;
  /** what a sceptical reader should take from it */
  readonly take: string;
  readonly cases: readonly ClaimCase[];
} & (
  | {
      readonly status: "reproduced" | "known gap" | "identity";
      /** how far a judged case may be from the published figure, or from the ends of its range, as a share of it */
      readonly within: number;
      /** names of the cases that decide, all of them together; the others are shown beside them */
      readonly judged: readonly string[];
    }
  | { readonly status: "cannot be judged" }
);

/** A published figure as a range: "0.37-0.61" or one number. */
function rangeOf({ value }: PublishedResult): readonly [least: number, most: number] {
  const ends = value.split("-").map(Number);
  return [ends[0], ends[ends.length - 1]];
}

/** Whether a figure comes as near to the published one as it must, on either side. */
export function isNear(measured: number, published: PublishedResult, within: number): boolean {
  const [least, most] = rangeOf(published);
  return measured >= least * (1 - within) && measured <= most * (1 + within);
}

/** Whether a claim's status is still true, given the figure of each case. */
export function holds(claim: Claim, measured: readonly number[]): boolean {
  if (claim.status === "cannot be judged") return true;
  const judged = claim.judged.map((name) => measured[claim.cases.findIndex((each) => each.name === name)]);
  if (!judged.every(Number.isFinite)) return false;
  const near = judged.every((figure) => isNear(figure, claim.published, claim.within));
  return near === (claim.status !== "known gap");
}
