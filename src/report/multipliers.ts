import { allOf, grouped } from "./format.ts";
import type { Report } from "./report.ts";

/** A sentence where machines differ in their multipliers, whose cycles alone then say little; none where they do not. */
export function multipliersSentences({ totals }: Pick<Report, "totals">): string[] {
  const machines = Object.entries(totals.results);
  if (new Set(machines.map(([, { macs }]) => macs)).size === 1) return [];
  const words = machines.map(([name, { macs }]) => `${name} ${grouped(macs)}`);
  return [`Mind that numbers of MACs differ: ${allOf(words)}.`];
}
