import { csv, reportCsvRows } from "../report/csv.ts";
import { allOf, grouped, jsonText, percent, printable, shortened, times } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { reportText } from "../report/text.ts";
import { textLines } from "../report/text-lines.ts";
import type { LayerDrift, StepsReport } from "./drift.ts";
import { sweepOfSteps } from "./drift.ts";
import { machinesOf } from "./sweep.ts";
import { sweepCoverageSentences } from "./sweep-coverage.ts";
import { sweepMultipliersSentences } from "./sweep-text.ts";

/** The JSON document of several steps. */
export const stepsJson = (report: StepsReport): string => jsonText(report);

/** The lines of every step's report, the step first in each. */
export function stepsCsv({ steps }: StepsReport): string {
  const [[head]] = steps.map(reportCsvRows);
  const rows = steps.flatMap((report) =>
    reportCsvRows(report)
      .slice(1)
      .map((row) => [report.trace.step, ...row]),
  );
  return csv([["step", ...head], ...rows]);
}

/** Every step's report for people, and what changed between them. */
export const stepsText = (report: StepsReport): string =>
  [...report.steps.map(reportText), driftText(report)].join("\n\n");

/** What the steps are of, in a line. */
export function driftTitle({ steps }: StepsReport): string {
  const { network, dataset } = steps[0].trace;
  return printable(
    `Drift over training: weight gradients of ${network} on ${dataset}, steps ${steps.map(({ trace }) => trace.step).join(", ")}`,
  );
}

function driftText(report: StepsReport): string {
  const parts = [
    `${driftTitle(report)}\n`,
    stepTable(report),
    layerTable(report),
    textLines([...sweepCoverageSentences(sweepOfSteps(report)), ...driftSummary(report)]),
  ];
  return parts.join("\n");
}

/** A line for each step. */
function stepTable(report: StepsReport): string {
  const [subject, ...others] = machinesOf(sweepOfSteps(report));
  return plainTable({
    head: [
      [
        "",
        "",
        { content: "nonzero", colSpan: 3 },
        "",
        "ideal",
        "bound,",
        { content: subject, colSpan: 2 },
        ...others.map((name) => ({ content: name, colSpan: 2 })),
      ],
      [
        "step",
        "updates",
        "fmap",
        "emap",
        "mask",
        "valid MACs",
        "speedup",
        "cycles",
        "cycles",
        "use",
        ...others.flatMap(() => ["cycles", `${subject} is`]),
      ],
    ],
    rows: report.drift.steps.map(
      ({ step, optimizerStep, densities, validMacs, denseMacs, boundCycles, results }) => [
        String(step),
        optimizerStep === undefined ? "-" : grouped(optimizerStep),
        ...[densities.fmap, densities.emap, densities.mask].map(percent),
        grouped(validMacs),
        validMacs > 0 ? times(denseMacs / validMacs) : "none",
        grouped(boundCycles),
        grouped(results[subject].cycles),
        percent(results[subject].macUtilization),
        ...others.flatMap((name) => [grouped(results[name].cycles), times(results[name].subjectSpeedup)]),
      ],
    ),
    left: [],
  });
}

/** A line for each layer: the first step that has it, and the last. */
function layerTable(report: StepsReport): string {
  const [subject] = machinesOf(sweepOfSteps(report));
  const change = ({ steps }: LayerDrift, words: (step: LayerDrift["steps"][number]) => string) =>
    [steps[0], steps[steps.length - 1]].map(words);
  return plainTable({
    head: [
      [
        "",
        { content: "fmap nonzero", colSpan: 2 },
        { content: "emap nonzero", colSpan: 2 },
        { content: `${subject} cycles`, colSpan: 2 },
      ],
      ["layer", ...[0, 1, 2].flatMap(() => ["first", "last"])],
    ],
    rows: report.drift.layers.map((layer) => [
      shortened(layer.name, 20),
      ...change(layer, ({ densities }) => percent(densities.fmap)),
      ...change(layer, ({ densities }) => percent(densities.emap)),
      ...change(layer, ({ cycles }) => grouped(cycles[subject])),
    ]),
    left: [0],
  });
}

/** Sums over other layers are no drift: says which steps have how many, where they do not have the same. */
function otherLayers({ steps }: Pick<StepsReport, "steps">): string[] {
  const names = steps.map(({ layers }) => JSON.stringify(layers.map(({ name }) => name).sort()));
  if (new Set(names).size === 1) return [];
  const counts = steps.map(({ trace, layers }) => `${grouped(layers.length)} in step ${trace.step}`);
  return [`Mind that the steps do not have the same layers, over which their sums are: ${allOf(counts)}.`];
}

/** Plain sentences: how far the last step is from the first. */
export function driftSummary({ drift: { steps }, ...report }: StepsReport): string[] {
  const [subject, ...others] = machinesOf(sweepOfSteps(report));
  const [first, last] = [steps[0], steps[steps.length - 1]];
  const from = (words: (step: (typeof steps)[number]) => string) => `${words(first)} to ${words(last)}`;
  const speedups = others.map(
    (other) =>
      `its speedup over ${other} from ${from(({ results }) => times(results[other].subjectSpeedup))}`,
  );
  return [
    ...otherLayers(report),
    ...sweepMultipliersSentences(sweepOfSteps(report)),
    `From step ${first.step} to step ${last.step} the nonzeros of the fmap go from ${from(({ densities }) => percent(densities.fmap))}, ` +
      `of the emap from ${from(({ densities }) => percent(densities.emap))} (means over the layers, by their dense MACs).`,
    `${subject}'s cycles go from ${from(({ results }) => grouped(results[subject].cycles))}${speedups.map((words) => `, ${words}`).join("")}.`,
  ];
}
