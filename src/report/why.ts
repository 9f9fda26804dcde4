import { type Machine, subjectOf } from "../accelerators/machine.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { OccupancySource } from "../trace/occupancy.ts";
import { grouped, inWords, percent, shortened, threeDigits, times } from "./format.ts";
import { type Loss, losses, lossWords } from "./layer-tables.ts";
import { type LiftedLimits, liftedMachines, limits } from "./lifted-limits.ts";
import type { PlainTable } from "./plain-table.ts";
import type { LayerReport, Report } from "./report.ts";
import { type RunOptions, runTrace } from "./run-trace.ts";

/** The layer in which the report's machine takes the most cycles beyond its bound: where there is most to win. */
const slowestLayer = ({ layers, subject }: Report): LayerReport =>
  layers.reduce((worst, layer) => (excess(layer, subject) > excess(worst, subject) ? layer : worst));

const excess = ({ results, boundCycles }: LayerReport, subject: string): number =>
  results[subject].cycles - boundCycles;

/** What has to be run to answer why a report's machine is not faster: one layer, on these machines. Throws `InputError` for a machine that is not SWG. */
export const whyRun = (report: Report, machines: readonly Machine[]) => ({
  layers: [slowestLayer(report).name],
  machines: liftedMachines(subjectOf(machines)),
});

/** The same report, with what a run of `whyRun` found out. */
export function withWhy(report: Report, lifted: Report): Report {
  const [{ name, results }] = lifted.layers;
  const found = Object.entries(results).map(([limit, { cycles }]) => ({
    limit,
    words: limits[limit].words,
    cycles,
    areaMm2: lifted.machines[limit].areaMm2.total,
  }));
  return { ...report, why: { layer: name, limits: found.sort((a, b) => a.cycles - b.cycles) } };
}

/**
 * Runs the layer of a report that is farthest from its bound again, each limit of its machine lifted in turn, and gives the report with the
 * answer. `trace`, `machines` and `options` are those of the report. Throws `InputError` for a machine that is not SWG.
 */
export function whyNotFaster(
  report: Report,
  trace: OccupancySource,
  machines: readonly Machine[],
  kernel: Kernel,
  options: Pick<RunOptions, "onProgress"> = {},
): Report {
  const { layers, machines: lifted } = whyRun(report, machines);
  return withWhy(report, runTrace(trace, lifted, kernel, { ...options, layers }));
}

/** In sentences why the report's machine is not faster: the layer, the cause, how it is mapped, and what would help most. */
export function whySentences(report: Report): string[] {
  const { subject, why } = report;
  const layer = slowestLayer(report);
  const { cycles, mapping } = layer.results[subject];
  if (excess(layer, subject) <= 0) return [];
  const name = shortened(layer.name, 40);
  const [loss] = losses(layer.results[subject], layer.validMacs);
  const lost = loss ? `, and loses most to ${causeOf(loss)}` : "";
  return [
    `Why is ${subject} not faster? In ${name} it is farthest from its bound: ${grouped(cycles)} cycles for ` +
      `${grouped(layer.boundCycles)}, ${percent(excess(layer, subject) / beyond(report))} of all beyond the bounds${lost}.` +
      `${why ? ` ${helpOf(why, cycles)}` : ""}`,
    `It is mapped as ${mapping}.`,
    ...(why?.limits.some((limit) => limit.cycles > cycles)
      ? ["Mind that it may be slower with a limit less: the layer is then mapped anew, by an estimate."]
      : []),
  ];
}

/** Cycles beyond the bounds of all layers that have some. */
const beyond = ({ layers, subject }: Report): number =>
  layers.reduce((sum, layer) => sum + Math.max(0, excess(layer, subject)), 0);

const causeOf = ({ cause, share }: Loss): string =>
  `${inWords(cause)}: in ${percent(share)} of its MAC-cycles ${lossWords[cause]}`;

function helpOf({ limits }: LiftedLimits, cycles: number): string {
  const [best, second] = limits.filter((limit) => limit.cycles < cycles);
  if (best === undefined) return "No limit helps that is lifted alone.";
  const then = ({ words, cycles: less }: (typeof limits)[number]) =>
    `${words} (${grouped(less)} cycles, ${times(cycles / less)} as fast)`;
  return `What would help most: ${then(best)}${second ? `, then ${then(second)}` : ""}.`;
}

/** Cycles of the layer that is farthest from its bound with each limit lifted, and mm2 of the machine then. */
export function whyTable(report: Report, { layer, limits }: LiftedLimits): PlainTable {
  const { cycles } = report.layers.find(({ name }) => name === layer)!.results[report.subject];
  const { total } = report.machines[report.subject].areaMm2;
  return {
    head: [[`${shortened(layer, 24)} with`, "cycles", "speedup", "mm2"]],
    rows: [
      [`${report.subject} as it is`, grouped(cycles), times(1), threeDigits(total)],
      ...limits.map(({ words, cycles: less, areaMm2 }) => [
        words,
        grouped(less),
        times(cycles / less),
        areaMm2 === undefined ? "" : threeDigits(areaMm2),
      ]),
    ],
    left: [0],
  };
}
