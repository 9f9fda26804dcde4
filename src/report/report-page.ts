import { idleCauses } from "../events.ts";
import { coverageSentences, type ReportCoverage } from "./coverage.ts";
import { coverageHeading, coverageTable, isPartial } from "./coverage-text.ts";
import type { DataTable, Figure } from "./figures/figure.ts";
import { inWords, percent } from "./format.ts";
import { type Page, pageHtml } from "./page.ts";
import { rankingData } from "./ranking.ts";
import type { MachineReport, Report } from "./report.ts";
import { summary, titleOf } from "./text.ts";
import { whySentences } from "./why.ts";

/** The HTML page of a report: what was run, how it went in sentences, its figures, and the numbers by layer. */
export const reportPage = (report: Report, figures: readonly Figure[]): string =>
  pageHtml({
    title: titleOf(report),
    ...noticeOf(report.coverage),
    first: { table: rankingData(report), about: whySentences(report) },
    summary: summary(report, report.subject),
    figures,
    sections: [
      { heading: "The work of each layer", table: workOf(report) },
      { heading: "Cycles and utilisation of each machine", table: resultsOf(report) },
      {
        heading: "What was run",
        about: `Parameters that differ from the machine's own; swg list NAME shows all. Simulated by the engine "${report.engine}".`,
        table: machinesTable(report),
      },
      {
        heading: "Why a MAC has nothing to do",
        about: "The causes in the figures, one for each idle MAC-cycle.",
        table: {
          columns: ["cause", "meaning"],
          rows: Object.entries(idleCauses).map(([cause, meaning]) => [inWords(cause), meaning]),
        },
      },
    ],
  });

/** What is not in the numbers of a page; nothing where all is. */
const noticeOf = (coverage: ReportCoverage): Pick<Page, "notice"> =>
  isPartial(coverage)
    ? {
        notice: {
          heading: coverageHeading,
          about: coverageSentences(coverage).join(" "),
          table: coverageTable(coverage),
        },
      }
    : {};

const workOf = ({ layers, totals }: Report): DataTable => ({
  columns: [
    "layer",
    "dense MACs",
    "valid MACs",
    "fmap density",
    "emap density",
    "mask density",
    "bound (cycles)",
    "set by",
  ],
  rows: [
    ...layers.map(({ name, denseMacs, validMacs, densities, boundCycles, boundBy }) => [
      name,
      denseMacs,
      validMacs,
      percent(densities.fmap),
      percent(densities.emap),
      percent(densities.mask),
      boundCycles,
      boundBy,
    ]),
    ["all layers", totals.denseMacs, totals.validMacs, "", "", "", totals.boundCycles, ""],
  ],
});

function resultsOf({ layers, totals }: Report): DataTable {
  const machines = Object.keys(totals.results);
  return {
    columns: ["layer", ...machines.flatMap((name) => [`${name} cycles`, `${name} utilisation`])],
    rows: [...layers, { ...totals, name: "all layers" }].map(({ name, results }) => [
      name,
      ...machines.flatMap((machine) => [results[machine].cycles, percent(results[machine].macUtilization)]),
    ]),
  };
}

/** What each machine is, and its parameters that are not the declared ones. */
export const machinesTable = ({ machines }: Report): DataTable => ({
  columns: ["machine", "what it is", "changed parameters"],
  rows: Object.entries(machines).map(([label, machine]) => {
    const changed = Object.entries(machine.declared).map(
      ([name, value]) => `${name}=${machine.parameters[name]} (${value})`,
    );
    return [label, `${machine.title}${originOf(label, machine)}`, changed.join(", ") || "none"];
  }),
});

/** Which machine a label stands for, where it does not say so itself. */
function originOf(label: string, { accelerator, module }: MachineReport): string {
  if (module) {
    const key = module.key === undefined ? "" : `, ${module.key}`;
    return ` (${module.path}${key}, SHA-256 ${module.sha256})`;
  }
  return accelerator === undefined || accelerator === label ? "" : ` (${accelerator})`;
}
