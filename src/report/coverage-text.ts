import type { LeftOut } from "../trace/coverage.ts";
import { coverageSentences, type ReportCoverage } from "./coverage.ts";
import type { DataTable } from "./figures/figure.ts";
import { counted, grouped, printable, shortened } from "./format.ts";
import { textLines } from "./text-lines.ts";

/** The heading over what follows from a coverage, wherever it stands. */
export const coverageHeading = "What these numbers cover";

const indent = "  ";
const namesShown = 12;
const longestName = 60;

/** "conv1, conv2 and 30 more": names from outside, as many as one can read. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, namesShown).map((name) => shortened(name, longestName));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${grouped(more)} more` : shown.join(", ");
}

const weightsInWords = ({ weights }: LeftOut): string =>
  weights ? "with weights" : "without weights, so no gradient is missing";

const leftOutLines = (one: LeftOut): string =>
  `left out: ${grouped(one.names.length)} ${shortened(one.operator, longestName)}: ${printable(one.why)}\n` +
  `${indent}${weightsInWords(one)}: ${listed(one.names)}`;

const withWeightsFirst = (leftOut: readonly LeftOut[]): LeftOut[] => [
  ...leftOut.filter(({ weights }) => weights),
  ...leftOut.filter(({ weights }) => !weights),
];

/** What is left out, how many layers were not asked for, and how the source was read, each in a line or two; none where all is there. */
export function coverageLines(coverage: ReportCoverage): string[] {
  const { leftOut, notes } = coverage;
  return [
    ...coverageSentences(coverage),
    ...withWeightsFirst(leftOut).map(leftOutLines),
    ...notes.map((note) => `note: ${printable(note)}`),
  ];
}

/** The same as a table for a page: a row for each reason. */
export const coverageTable = ({ leftOut, notes }: ReportCoverage): DataTable => ({
  columns: ["what", "how many", "weights", "why", "names"],
  rows: [
    ...withWeightsFirst(leftOut).map(({ operator, why, names, weights }) => [
      printable(operator),
      names.length,
      weights ? "yes" : "no",
      printable(why),
      listed(names),
    ]),
    ...notes.map((note) => ["note", "", "", printable(note), ""]),
  ],
});

/** `coverageLines`, or lines like them, no longer than a line of text is. */
export const coverageText = (lines: readonly string[]): string => textLines(lines, indent);

/** Whether there is anything that `coverageLines` would say. */
export const isPartial = (coverage: ReportCoverage): boolean => coverageLines(coverage).length > 0;

/** What of its network a trace or an ONNX file holds, for a command that lists its layers; a line each. */
export function sourceCoverageText(coverage: ReportCoverage): string {
  const { operatorsWithWeights, leftOutWithWeights } = coverage;
  const whole = operatorsWithWeights !== undefined && leftOutWithWeights === 0;
  const all = whole ? [`Left out: none of ${counted(operatorsWithWeights, "operator")} with weights.`] : [];
  return coverageText([...all, ...coverageLines(coverage)]);
}
