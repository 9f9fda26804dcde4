import type { Figure } from "../report/figures/figure.ts";
import { type FileSet, figureFileSet, reportFiles, textBytes } from "../report/write-report.ts";
import { type StepsReport, sweepOfSteps } from "./drift.ts";
import { driftSummary, driftTitle, stepsCsv, stepsJson, stepsText } from "./drift-text.ts";
import { machinesOf } from "./sweep.ts";
import { sweepCoverageSentences, sweepNotice } from "./sweep-coverage.ts";

/**
 * Every file of several steps: report.json, .csv, .txt and the page report.html with what changes between them, figures/, and
 * in a folder step-N the files of each step's own report. Aborting `signal` stops it.
 */
export async function stepsFiles(report: StepsReport, signal?: AbortSignal): Promise<FileSet> {
  const { sweepFigures } = await import("./sweep-figures.ts");
  const { densityFigure } = await import("./drift-figure.ts");
  const { withCaveats } = await import("../report/figures/caveats.ts");
  const { pageHtml } = await import("../report/page.ts");
  const sweep = sweepOfSteps(report);
  const densities = withCaveats(densityFigure(report.drift), sweepCoverageSentences(sweep));
  const figures: Figure[] = [densities, ...sweepFigures(sweep)];
  const page = pageHtml({
    title: driftTitle(report),
    ...sweepNotice(sweep),
    summary: driftSummary(report),
    figures,
    sections: [
      {
        heading: "Every step",
        about: `Each step's own page is in its folder: ${report.steps.map(({ trace }) => `step-${trace.step}/report.html`).join(", ")}.`,
        table: stepsTable(report),
      },
      { heading: "Every layer", table: layersTable(report) },
    ],
  });
  const files: Record<string, Uint8Array> = {
    "report.json": textBytes(stepsJson(report)),
    "report.csv": textBytes(stepsCsv(report)),
    "report.txt": textBytes(stepsText(report)),
    "report.html": textBytes(page),
    ...(await figureFileSet(figures, signal)),
  };
  for (const step of report.steps)
    for (const [name, content] of Object.entries(await reportFiles(step, signal)))
      files[`step-${step.trace.step}/${name}`] = content;
  return files;
}

function stepsTable(report: StepsReport) {
  const machines = machinesOf(sweepOfSteps(report));
  return {
    columns: [
      "step",
      "updates",
      "fmap density",
      "emap density",
      "mask density",
      "valid MACs",
      "bound (cycles)",
      ...machines.flatMap((name) => [`${name} cycles`, `${name} utilisation`]),
    ],
    rows: report.drift.steps.map(({ step, optimizerStep, densities, validMacs, boundCycles, results }) => [
      String(step),
      optimizerStep ?? "",
      densities.fmap,
      densities.emap,
      densities.mask,
      validMacs,
      boundCycles,
      ...machines.flatMap((name) => [results[name].cycles, results[name].macUtilization]),
    ]),
  };
}

function layersTable(report: StepsReport) {
  const machines = machinesOf(sweepOfSteps(report));
  return {
    columns: [
      "layer",
      "step",
      "fmap density",
      "emap density",
      "valid MACs",
      ...machines.map((name) => `${name} cycles`),
    ],
    rows: report.drift.layers.flatMap(({ name, steps }) =>
      steps.map(({ step, densities, validMacs, cycles }) => [
        name,
        String(step),
        densities.fmap,
        densities.emap,
        validMacs,
        ...machines.map((machine) => cycles[machine]),
      ]),
    ),
  };
}
