import { labelled } from "../report/figures/labels.ts";
import { type FigureOptions, type FileSet, figureFileSet, textBytes } from "../report/write-report.ts";
import { changesArea, rowsOf, type Sweep } from "./sweep.ts";
import { sweepNotice } from "./sweep-coverage.ts";
import { sweepCsv, sweepJson, sweepSummary, sweepText, sweepTitle } from "./sweep-text.ts";

/**
 * Every file of a sweep: sweep.json, sweep.csv, sweep.txt, the page sweep.html, and figures/, drawn as asked for. Aborting `signal`
 * stops it. Throws `InputError` for labels as `labelled` does.
 */
export async function sweepFiles(
  sweep: Sweep,
  signal?: AbortSignal,
  { column = false, labels = new Map() }: FigureOptions = {},
): Promise<FileSet> {
  const { sweepFigures } = await import("./sweep-figures.ts");
  const { pageHtml } = await import("../report/page.ts");
  const { machinesTable } = await import("../report/report-page.ts");
  const { columnWidth } = await import("../report/figures/svg-text.ts");
  const named =
    labels.size === 0
      ? sweep
      : {
          ...sweep,
          points: sweep.points.map((point) => ({ ...point, report: labelled(point.report, labels) })),
        };
  const figures = sweepFigures(named);
  const [{ value, report }] = sweep.points;
  const page = pageHtml({
    title: sweepTitle(sweep),
    ...sweepNotice(sweep),
    summary: sweepSummary(sweep),
    figures,
    sections: [
      { heading: "Every value", table: valuesTable(sweep) },
      {
        heading: "What was run",
        about: `Parameters that differ from the machine's own, at ${sweep.axis.name}=${value}. Simulated by the engine "${report.engine}".`,
        table: machinesTable(report),
      },
    ],
  });
  return {
    "sweep.json": textBytes(sweepJson(sweep)),
    "sweep.csv": textBytes(sweepCsv(sweep)),
    "sweep.txt": textBytes(sweepText(sweep)),
    "sweep.html": textBytes(page),
    ...(await figureFileSet(column ? sweepFigures(named, columnWidth) : figures, signal)),
  };
}

function valuesTable(sweep: Sweep) {
  const rows = rowsOf(sweep);
  const machines = Object.keys(rows[0].machines);
  const sized = machines.filter((name) => changesArea(sweep, name));
  return {
    columns: [
      sweep.axis.name,
      "valid MACs",
      "bound (cycles)",
      ...machines.flatMap((name) => [`${name} cycles`, `${name} utilisation`]),
      ...sized.map((name) => `${name} mm2`),
    ],
    rows: rows.map(({ value, validMacs, boundCycles, machines: results }) => [
      value,
      validMacs,
      boundCycles,
      ...machines.flatMap((name) => [results[name].cycles, results[name].macUtilization]),
      ...sized.map((name) => results[name].areaMm2),
    ]),
  };
}
