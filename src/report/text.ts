import { ablationTable } from "./ablation-table.ts";
import { energyText } from "./energy-text.ts";
import { grouped, inWords, percent, printable, timeOf, times } from "./format.ts";
import { losses, lossWords, machineTables, workTable } from "./layer-tables.ts";
import { efficiencySentences, phaseTable } from "./phase-table.ts";
import { type Report, subjectOf } from "./report.ts";

/** A report for people: the work, the machines, and in sentences why it is not faster. */
export function reportText(report: Report): string {
  const subject = subjectOf(report);
  const parts = [
    `${printable(titleOf(report))}\n`,
    workTable(report),
    machineTables(report, subject),
    `${summary(report, subject).join("\n")}\n`,
    peCycles(report, subject),
    ...(report.totals.phases ? [stepText(report)] : []),
    energyText(report, subject),
    ...(report.ablation ? [`What each mechanism of swg is worth\n`, ablationTable(report.ablation)] : []),
  ];
  return parts.join("\n");
}

/** What was run, in a line; names in it are as the trace has them. */
export const titleOf = ({ trace: { network, dataset, step, batch } }: Report): string =>
  `Weight gradients of ${network} on ${dataset}: training step ${step}, batch ${batch}`;

/** Plain sentences: time, speedups, bound, and what a reader could misread. */
export function summary({ layers, totals, machines }: Report, subject: string): string[] {
  const { cycles, macs, macUtilization, speedupOver } = totals.results[subject];
  const { clockMhz, unlimitedPorts } = machines[subject].parameters;
  const time = typeof clockMhz === "number" ? `, ${timeOf(cycles, clockMhz)} at ${clockMhz} MHz` : "";
  const speedups = Object.entries(speedupOver).map(([other, speedup]) => `${times(speedup)} over ${other}`);
  const binding = (["compute", "buffer", "dram"] as const)
    .map((by) => ({ by, count: layers.filter(({ boundBy }) => boundBy === by).length }))
    .filter(({ count }) => count > 0)
    .map(({ by, count }) => `${by} in ${grouped(count)}`);
  const others = Object.entries(totals.results).filter(([, result]) => result.macs !== macs);
  return [
    `${subject} takes ${grouped(cycles)} cycles${time}.`,
    ...(speedups.length > 0 ? [`Its speedup is ${speedups.join(", ")}.`] : []),
    `The bound is ${grouped(totals.boundCycles)} cycles (set by ${binding.join(", ")} of ${layers.length} layers); ` +
      `${subject} takes ${times(cycles / totals.boundCycles)} as long.`,
    `Its ${grouped(macs)} multipliers do useful work in ${percent(macUtilization)} of their cycles.`,
    ...(unlimitedPorts === true
      ? [
          `Its ports are unlimited in this run; the bound is that of the given widths, so it may be slower than the machine.`,
        ]
      : []),
    ...others.map(
      ([name, result]) =>
        `Mind that ${name} has ${grouped(result.macs)} multipliers, ${subject} ${grouped(macs)}.`,
    ),
  ];
}

/** The phases that were asked for, summed over the layers. */
function stepText(report: Report): string {
  const title = "Phases of the training step\n\n";
  const first = "The first layer of the network needs no bp.\n";
  if (Object.keys(report.totals.phases ?? {}).length === 0) return title + first;
  const sentences = [...efficiencySentences(report), "A dash: the machine leaves the phase to another one."];
  return `${title}${phaseTable(report)}\n${sentences.join("\n")}\n${first}`;
}

function peCycles({ totals }: Report, subject: string): string {
  const result = totals.results[subject];
  const lines = [
    [percent(result.macUtilization), "useful", "a valid pair was multiplied"],
    ...losses(result, totals.validMacs).map(({ cause, share }) => [
      percent(share),
      inWords(cause),
      lossWords[cause],
    ]),
  ];
  const width = Math.max(...lines.map(([, name]) => name.length));
  const list = lines.map(([share, name, why]) => `  ${share.padStart(7)}  ${name.padEnd(width)}  ${why}\n`);
  return `Where the ${grouped(result.macs * result.cycles)} PE-cycles of ${subject} went:\n${list.join("")}`;
}
