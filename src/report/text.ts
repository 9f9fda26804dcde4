import { ablationTables } from "./ablation-table.ts";
import { coverageSentences, type ReportCoverage } from "./coverage.ts";
import { coverageHeading, coverageLines, coverageText, isPartial } from "./coverage-text.ts";
import { energyText } from "./energy-text.ts";
import {
  allOf,
  counted,
  grouped,
  inWords,
  percent,
  printable,
  shortened,
  threeDigits,
  timeOf,
  times,
} from "./format.ts";
import { losses, lossWords, otherTables, subjectTable, workTable } from "./layer-tables.ts";
import { efficiencySentences, phaseTable } from "./phase-table.ts";
import { plainTable } from "./plain-table.ts";
import { rankingTable } from "./ranking.ts";
import { boundName, isSwgReport, type Report } from "./report.ts";
import { standing } from "./standing.ts";
import { textLines } from "./text-lines.ts";
import { whySentences, whyTable } from "./why.ts";
import { costWords, together } from "./yardsticks.ts";

/** A report for people: who is best, why it is not faster, and then the work, the machines and where it all went. */
export function reportText(report: Report): string {
  const { subject, why } = report;
  const partial = isPartial(report.coverage);
  const parts = [
    textLines([printable(titleOf(report))]),
    ...(partial ? [`${coverageHeading}\n\n${coverageText(coverageLines(report.coverage))}`] : []),
    plainTable(rankingTable(report)),
    ...paragraphs(whySentences(report)),
    ...(why ? [plainTable(whyTable(report, why))] : []),
    textLines(summary(report, subject)),
    plainTable(workTable(report)),
    plainTable(subjectTable(report, subject)),
    ...otherTables(report, subject).map(plainTable),
    mappings(report, subject),
    // once more behind the totals, for who reads from the end
    ...(partial ? [textLines(coverageSentences(report.coverage))] : []),
    peCycles(report, subject),
    ...(report.totals.phases ? [stepText(report)] : []),
    energyText(report, subject),
    ...(report.ablation
      ? [`What each mechanism of ${subject} is worth\n`, ...ablationTables(report.ablation).map(plainTable)]
      : []),
  ];
  return parts.join("\n");
}

const paragraphs = (sentences: readonly string[]): string[] =>
  sentences.length > 0 ? [textLines(sentences)] : [];

/** How `subject` laid each layer over its array; those that are laid alike in one paragraph. */
function mappings({ layers }: Report, subject: string): string {
  const alike = new Map<string, string[]>();
  for (const { name, results } of layers) {
    const { mapping } = results[subject];
    alike.set(mapping, [...(alike.get(mapping) ?? []), shortened(name, 20)]);
  }
  const lines = Array.from(alike, ([mapping, names]) => `  ${names.join(", ")}: ${mapping}`);
  return `How ${subject} laid the layers over its array:\n${textLines(lines, "    ")}`;
}

/** What was run, in a line; names in it are as the trace has them. */
export const titleOf = ({ trace: { network, dataset, step, batch } }: Report): string =>
  `Weight gradients of ${network} on ${dataset}: training step ${step}, batch ${batch}`;

/** Plain sentences: time, speedups, bound, and what a reader could misread. */
export function summary(report: Report, subject: string): string[] {
  const { layers, totals, machines } = report;
  const { cycles, macs, macUtilization, speedupOver } = totals.results[subject];
  const { clockMhz, parameters } = machines[subject];
  const time = `${timeOf(cycles, clockMhz)} at ${clockMhz} MHz`;
  const speedups = Object.entries(speedupOver).map(([other, speedup]) => `${times(speedup)} over ${other}`);
  const binding = (["compute", "buffer", "dram"] as const)
    .map((by) => ({ by, count: layers.filter(({ boundBy }) => boundBy === by).length }))
    .filter(({ count }) => count > 0)
    .map(({ by, count }) => `${by} in ${grouped(count)}`);
  const bound = capitalized(boundName(report));
  return [
    ...mixedFormats(report, subject),
    `${subject} takes ${grouped(cycles)} cycles, ${time}, ${costWords(report, subject)}.`,
    ...together(report, subject),
    ...(speedups.length > 0 ? [`Its speedup is ${speedups.join(", ")}.`] : []),
    `${bound} is ${grouped(totals.boundCycles)} cycles (set by ${binding.join(", ")} of ${counted(layers.length, "layer")}); ` +
      `${subject} takes ${times(cycles / totals.boundCycles)} as long.`,
    `Its ${grouped(macs)} multipliers do useful work in ${percent(macUtilization)} of their cycles.`,
    ...(parameters.unlimitedPorts === true
      ? [
          `Its ports are unlimited in this run; the bound is that of the given widths, so it may be slower than the machine.`,
        ]
      : []),
    ...unequal(report, subject),
    ...stopped(report),
    ...standing(report, subject),
  ];
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** At equal area, who is far below it: an array stops at the most that its parameter may be. */
function stopped({ machines, equalAreaMm2 }: Report): string[] {
  if (equalAreaMm2 === undefined) return [];
  return Object.entries(machines)
    .filter(([, { areaMm2 }]) => areaMm2.total < 0.9 * equalAreaMm2)
    .map(
      ([label, { areaMm2 }]) =>
        `Mind that ${label} has ${threeDigits(areaMm2.total)} mm2: its array can grow no further.`,
    );
}

/** Numbers of multipliers, where they are not the same. */
function unequal(report: Report, subject: string): string[] {
  const { machines, totals, equalAreaMm2 } = report;
  const size = isSwgReport(machines[subject]) ? subject : "swg with its defaults";
  const others = Object.keys(totals.results).filter((name) => name !== subject);
  const multipliers = (name: string) => grouped(totals.results[name].macs);
  const otherwise = others.filter((name) => totals.results[name].macs !== totals.results[subject].macs);
  return equalAreaMm2 === undefined
    ? otherwise.map(
        (name) =>
          `Mind that ${name} has ${multipliers(name)} multipliers, ${subject} ${multipliers(subject)}.`,
      )
    : [
        `At ${threeDigits(equalAreaMm2)} mm2 each, the area of ${size}, the machines have these multipliers: ` +
          `${allOf([subject, ...others].map((name) => `${name} ${multipliers(name)}`))}. The bound stays that of ${size}.`,
      ];
}

/** Formats of values that are not the subject's: fewer bytes and smaller multipliers are no merit of a machine. */
function mixedFormats({ machines, totals }: Report, subject: string): string[] {
  const others = Object.keys(totals.results).filter((name) => name !== subject);
  const formatOf = (name: string) => machines[name].format;
  const formats = new Set(others.map(formatOf).filter((format) => format !== formatOf(subject)));
  return Array.from(formats, (format) => {
    const those = others.filter((name) => formatOf(name) === format);
    const verb = those.length === 1 ? "computes" : "compute";
    return `Mind that ${allOf(those)} ${verb} in ${format}, ${subject} in ${formatOf(subject)}${isSwgReport(machines[subject]) ? ", whose bytes set the bound" : ""}.`;
  });
}

/** The phases that were asked for, summed over the layers. */
function stepText(report: Report): string {
  const title = "Phases of the training step\n\n";
  const first = textLines(withoutBpSentences(report.coverage));
  if (Object.keys(report.totals.phases ?? {}).length === 0) return title + first;
  const leavesOne = Object.values(report.totals.phases ?? {}).some((results) =>
    Object.keys(report.machines).some((name) => !Object.hasOwn(results, name)),
  );
  const sentences = [
    ...efficiencySentences(report),
    ...(leavesOne ? ["A dash: the machine leaves the phase to another one."] : []),
  ];
  return `${title}${plainTable(phaseTable(report))}\n${textLines(sentences)}${first}`;
}

/** Why BP's numbers are of a layer less, where they are. */
function withoutBpSentences({ withoutBp, leftOutWithWeights }: ReportCoverage): string[] {
  if (withoutBp === undefined) return [];
  const name = shortened(withoutBp, 40);
  return [
    leftOutWithWeights > 0
      ? `bp is without ${name}, the first layer that is not left out: it is taken to need none.`
      : `bp is without ${name}: the first layer of the network needs none.`,
  ];
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
  const list = lines.map(([share, name, why]) => `  ${share.padStart(7)}  ${name.padEnd(width)}  ${why}`);
  const indent = " ".repeat(width + 13);
  return `Where the ${grouped(result.macs * result.cycles)} MAC-cycles of ${subject} went:\n${textLines(list, indent)}`;
}
