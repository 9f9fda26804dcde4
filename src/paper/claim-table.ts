import { plainTable } from "../report/plain-table.ts";
import { type Claim, holds } from "./claim.ts";

/** A claim, the figure of each of its cases, and whether its status is still true. */
export interface JudgedClaim {
  readonly claim: Claim;
  /** in the order of the claim's cases */
  readonly measured: readonly number[];
  readonly holds: boolean;
}

export const judge = (claim: Claim, measured: readonly number[]): JudgedClaim => ({
  claim,
  measured,
  holds: holds(claim, measured),
});

const digits = (value: number): string => value.toPrecision(value >= 100 ? 4 : 3);

/** Claims as a table, a row for each case, and below it what was left open and why. */
export function claimTable(judged: readonly JudgedClaim[]): string {
  const rows = judged.flatMap(({ claim, measured, holds }) => {
    const { system, claim: words, value, unit } = claim.published;
    const first = [`${system}: ${words}`, `${value} ${unit}`.trim()];
    if (claim.cases.length === 0) return [[...first, "", "", claim.status]];
    return claim.cases.map(({ name }, i) => {
      const decides = "judged" in claim ? claim.judged.includes(name) : i === 0;
      const status = decides ? (holds ? claim.status : `NOT ${claim.status}`) : "";
      return [...(i === 0 ? first : ["", ""]), name, digits(measured[i]), status];
    });
  });
  const table = plainTable({
    head: [["claim", "published", "measured on", "value", "status"]],
    rows,
    left: [0, 2, 4],
    widths: [34, null, 46, null, null],
  });
  const notes = judged.map(
    ({ claim }) => `${claim.id}: ${claim.published.verified}. ${claim.why} ${claim.take}\n`,
  );
  return `${table}\n${notes.join("")}`;
}

/** The same as plain data. */
export const claimJson = (judged: readonly JudgedClaim[]): string =>
  `${JSON.stringify(
    judged.map(({ claim: { cases, ...claim }, measured, holds }) => ({
      ...claim,
      cases: cases.map(({ name, runs }, i) => ({ name, runs, measured: measured[i] })),
      holds,
    })),
    null,
    2,
  )}\n`;
