import { accelerators } from "../accelerators/index.ts";
import { idleCauses } from "../events.ts";
import { defaults } from "../parameter.ts";
import { coverageSentences, type ReportCoverage } from "./coverage.ts";
import { coverageHeading, coverageTable, isPartial } from "./coverage-text.ts";
import type { DataTable, Figure } from "./figures/figure.ts";
import { inWords } from "./format.ts";
import { type Page, pageHtml } from "./page.ts";
import { type Report, subjectOf } from "./report.ts";
import { summary, titleOf } from "./text.ts";

/** The HTML page of a report: what was run, how it went in sentences, its figures, and the numbers by layer. */
export const reportPage = (report: Report, figures: readonly Figure[]): string =>
  pageHtml({
    title: titleOf(report),
    ...noticeOf(report.coverage),
    summary: summary(report, subjectOf(report)),
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
        heading: "Why a PE has nothing to do",
        about: "The causes in the figures, one for each idle PE-cycle.",
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
      densities.fmap,
      densities.emap,
      densities.mask,
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
      ...machines.flatMap((machine) => [results[machine].cycles, results[machine].macUtilization]),
    ]),
  };
}

/** What each machine is, and its parameters that are not the declared ones. */
export const machinesTable = ({ machines }: Report): DataTable => ({
  columns: ["machine", "what it is", "changed parameters"],
  rows: Object.entries(machines).map(([name, { title, parameters }]) => {
    const usual: Readonly<Record<string, unknown>> = defaults(accelerators[name]?.parameters ?? {});
    const changed = Object.entries(parameters).filter(([key, value]) => usual[key] !== value);
    const list = changed.map(([key, value]) => `${key}=${value} (${usual[key]})`).join(", ");
    return [name, title, list || "none"];
  }),
});
