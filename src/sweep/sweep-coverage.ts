import { coverageSentences, type ReportCoverage } from "../report/coverage.ts";
import { coverageHeading, coverageLines, coverageTable } from "../report/coverage-text.ts";
import type { Page } from "../report/page.ts";
import type { Sweep } from "./sweep.ts";

/** What is said of the reports of a sweep, each once, with the values of which it is true; "" for all of them. */
function saidOf<T>({ points }: Sweep, said: (coverage: ReportCoverage) => readonly T[]) {
  const found = new Map<string, { what: T; values: string[] }>();
  for (const { value, report } of points)
    for (const what of said(report.coverage)) {
      const key = JSON.stringify(what);
      if (!found.has(key)) found.set(key, { what, values: [] });
      found.get(key)!.values.push(String(value));
    }
  return Array.from(found.values(), ({ what, values }) => ({
    what,
    where: values.length === points.length ? "" : values.join(", "),
  }));
}

const linesOf = (sweep: Sweep, lines: (coverage: ReportCoverage) => readonly string[]): string[] =>
  saidOf(sweep, lines).map(({ what, where }) =>
    where === "" ? what : `At ${sweep.axis.name} ${where}: ${what}`,
  );

/** `coverageSentences` of every value; one that is not true of all values says of which it is. */
export const sweepCoverageSentences = (sweep: Sweep): string[] => linesOf(sweep, coverageSentences);

/** `coverageLines`, in the same way. */
export const sweepCoverageLines = (sweep: Sweep): string[] => linesOf(sweep, coverageLines);

/** What a page says before anything else; nothing where nothing is missing. */
export function sweepNotice(sweep: Sweep): Pick<Page, "notice"> {
  const rows = saidOf(sweep, (coverage) => coverageTable(coverage).rows);
  if (rows.length === 0) return {};
  const [{ report }] = sweep.points;
  const table = {
    columns: [sweep.axis.name, ...coverageTable(report.coverage).columns],
    rows: rows.map(({ what, where }) => [where || "all", ...what]),
  };
  return { notice: { heading: coverageHeading, about: sweepCoverageSentences(sweep).join(" "), table } };
}
