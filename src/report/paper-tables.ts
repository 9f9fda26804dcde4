import { ablationTables } from "./ablation-table.ts";
import { clockTable, efficiencyTable } from "./energy-text.ts";
import { otherTables, subjectTable, workTable } from "./layer-tables.ts";
import { phaseTable } from "./phase-table.ts";
import type { PlainTable } from "./plain-table.ts";
import { rankingTable } from "./ranking.ts";
import type { Report } from "./report.ts";
import { inMarkdown, latexTable, markdownTable } from "./table-formats.ts";
import { titleOf } from "./text.ts";
import { whySentences, whyTable } from "./why.ts";

/** The tables of a report, each with its caption, in the order of its text. */
function tablesOf(report: Report): { readonly caption: string; readonly table: PlainTable }[] {
  const { subject, why, totals, ablation } = report;
  return [
    { caption: "Cycles, area and energy of each machine", table: rankingTable(report) },
    ...(why ? [{ caption: `Cycles of ${why.layer} with a limit lifted`, table: whyTable(report, why) }] : []),
    { caption: "The work in each layer", table: workTable(report) },
    { caption: `Each layer on ${subject}`, table: subjectTable(report, subject) },
    ...otherTables(report, subject).map((table) => ({ caption: "Each layer on the other machines", table })),
    ...(Object.keys(totals.phases ?? {}).length > 0
      ? [{ caption: "Phases of the training step", table: phaseTable(report) }]
      : []),
    { caption: "Efficiency of each machine", table: efficiencyTable(report) },
    { caption: "Each machine at a clock of its own", table: clockTable(report) },
    ...(ablation ? ablationTables(ablation) : []).map((table) => ({
      caption: `What each mechanism of ${subject} is worth`,
      table,
    })),
  ];
}

/** A report's tables, and why its machine is not faster, for a page or an issue. */
export function reportMarkdown(report: Report): string {
  const tables = tablesOf(report).map(
    ({ caption, table }) => `### ${inMarkdown(caption)}\n\n${markdownTable(table)}`,
  );
  const why = whySentences(report).map((sentence) => `${inMarkdown(sentence)}\n`);
  return [`## ${inMarkdown(titleOf(report))}\n`, ...why, ...tables].join("\n");
}

/** A report's tables for a paper; the package booktabs sets them. */
export const reportLatex = (report: Report): string =>
  [
    "% \\usepackage{booktabs}\n",
    ...tablesOf(report).map(({ caption, table }) => latexTable(caption, table)),
  ].join("\n");
