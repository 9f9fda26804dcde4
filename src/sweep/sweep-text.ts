import { coverageHeading, coverageText } from "../report/coverage-text.ts";
import { coverageColumns, coverageCounts, coverageRows, csv } from "../report/csv.ts";
import { allOf, grouped, jsonText, percent, printable, threeDigits, times } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { textLines } from "../report/text-lines.ts";
import {
  areaTime,
  changesArea,
  machinesOf,
  meanOverSteps,
  meanSpeedup,
  rowsOf,
  type Sweep,
  type SweepRow,
  sameMultipliers,
} from "./sweep.ts";
import { sweepCoverageLines, sweepCoverageSentences } from "./sweep-coverage.ts";

/** The JSON document of a sweep: a whole report for each value. */
export const sweepJson = (sweep: Sweep): string => jsonText(sweep);

/** What was swept, in a line. */
export function sweepTitle({ axis, points }: Sweep): string {
  const all = (label: "network" | "dataset") =>
    allOf([...new Set(points.map(({ report }) => report.trace[label]))]);
  return printable(`Sweep of ${axis.name}: weight gradients of ${all("network")} on ${all("dataset")}`);
}

/** A sweep for people: a line for each value. */
export function sweepText(sweep: Sweep): string {
  const [subject, ...others] = machinesOf(sweep);
  const rows = rowsOf(sweep);
  const sized = [subject, ...others].filter((name) => changesArea(sweep, name));
  const area = (row: SweepRow, name: string) => {
    const least = Math.min(...rows.map((other) => areaTime(other, name)));
    return sized.includes(name)
      ? [threeDigits(row.machines[name].areaMm2), times(areaTime(row, name) / least)]
      : [];
  };
  const areaHead = (name: string) => (sized.includes(name) ? ["mm2", "mm2 x cycles"] : []);
  const table = plainTable({
    head: [
      [
        "",
        "",
        "bound,",
        { content: subject, colSpan: 2 + areaHead(subject).length },
        ...others.map((name) => ({ content: name, colSpan: 3 + areaHead(name).length })),
      ],
      [
        sweep.axis.name,
        "valid MACs",
        "cycles",
        "cycles",
        "use",
        ...areaHead(subject),
        ...others.flatMap((name) => ["cycles", "use", `${subject} is`, ...areaHead(name)]),
      ],
    ],
    rows: rows.map((row) => {
      const { value, validMacs, boundCycles, machines } = row;
      return [
        String(value),
        grouped(validMacs),
        grouped(boundCycles),
        grouped(machines[subject].cycles),
        percent(machines[subject].macUtilization),
        ...area(row, subject),
        ...others.flatMap((name) => {
          const { cycles, macUtilization, subjectSpeedup } = machines[name];
          return [grouped(cycles), percent(macUtilization), times(subjectSpeedup), ...area(row, name)];
        }),
      ];
    }),
    left: [],
  });
  const missing = sweepCoverageLines(sweep);
  const head = missing.length > 0 ? `${coverageHeading}\n\n${coverageText(missing)}\n` : "";
  return `${sweepTitle(sweep)}\n\n${head}${table}\n${textLines([...sweepCoverageSentences(sweep), ...sweepSummary(sweep)])}`;
}

/** "12.3 (at 4) to 45.6 (at 8)", or one number where it is the same at every value. */
function rangeOf(
  rows: readonly SweepRow[],
  number: (row: SweepRow) => number,
  words: (value: number) => string,
): string {
  const least = rows.reduce((a, b) => (number(b) < number(a) ? b : a));
  const largest = rows.reduce((a, b) => (number(b) > number(a) ? b : a));
  const at = (row: SweepRow) => `${words(number(row))} (at ${row.value})`;
  return words(number(least)) === words(number(largest))
    ? words(number(least))
    : `${at(least)} to ${at(largest)}`;
}

/** A sentence where machines, or a machine at the values, differ in their multipliers; none where they do not. */
export function sweepMultipliersSentences(sweep: Sweep): string[] {
  if (sameMultipliers(sweep)) return [];
  const rows = rowsOf(sweep);
  const words = machinesOf(sweep).map(
    (name) => `${name} ${rangeOf(rows, ({ machines }) => machines[name].macs, grouped)}`,
  );
  return [`Mind that numbers of MACs differ: ${allOf(words)}.`];
}

/** Plain sentences: from which to which number each thing goes, and at which values. */
export function sweepSummary(sweep: Sweep): string[] {
  const rows = rowsOf(sweep);
  const [subject, ...others] = machinesOf(sweep);
  const range = (number: (row: SweepRow) => number, words: (value: number) => string) =>
    rangeOf(rows, number, words);
  const faster = others.map(
    (other) => `${range((row) => row.machines[other].subjectSpeedup, times)} as fast as ${other}`,
  );
  const use = range((row) => row.machines[subject].macUtilization, percent);
  const picojoules = range(
    ({ machines, validMacs }) => machines[subject].totalPj / validMacs,
    (pj) => `${threeDigits(pj)} pJ`,
  );
  const areas = [subject, ...others]
    .filter((name) => changesArea(sweep, name))
    .map((name) => {
      const best = rows.reduce((a, b) => (areaTime(b, name) < areaTime(a, name) ? b : a));
      const mm2 = range(
        ({ machines }) => machines[name].areaMm2,
        (size) => `${threeDigits(size)} mm2`,
      );
      return `The area of ${name} is ${mm2}; its mm2 x cycles, here as so many times the least, are least at ${best.value}.`;
    });
  const means = others.flatMap((other) => {
    const mean = meanSpeedup(sweep, other);
    return mean === undefined ? [] : [`${times(mean)} as fast as ${other}`];
  });
  return [
    ...sweepMultipliersSentences(sweep),
    ...(others.length > 0 ? [`${subject} is ${allOf(faster)}.`] : []),
    ...(means.length > 0 ? [`In the geometric mean it is ${allOf(means)}.`, costSentence(sweep)] : []),
    `${others.length > 0 ? "Its" : `${subject}'s`} multipliers do useful work in ${use} of their cycles.`,
    ...(rows.every(({ validMacs }) => validMacs > 0)
      ? [`A valid MAC costs it ${picojoules}, DRAM included.`]
      : []),
    ...areas,
  ];
}

/** What the others take of the subject's area x cycles and energy, over training steps. */
function costSentence(sweep: Sweep): string {
  const [subject, ...others] = machinesOf(sweep);
  const taken = (cost: (row: SweepRow, name: string) => number) =>
    others.map((name) => {
      const mean = meanOverSteps(sweep, (row) => cost(row, name) / cost(row, subject))!;
      return `${times(mean)} ${name}`;
    });
  return `Of what ${subject} takes in mm2 x cycles, in the geometric mean the others take: ${taken(areaTime).join(", ")}; in pJ, DRAM included: ${taken(({ machines }, name) => machines[name].totalPj).join(", ")}.`;
}

/** One line for each value and machine; then one for each thing that a value's report does not hold, as in `coverageRows`. */
export function sweepCsv(sweep: Sweep): string {
  const coverages = sweep.points.map(({ report }) => report.coverage);
  const rows = rowsOf(sweep).flatMap(({ value, denseMacs, validMacs, boundCycles, machines }, i) =>
    Object.entries(machines).map(([name, { cycles, macs, macUtilization, subjectSpeedup, ...energy }]) => [
      value,
      name,
      denseMacs,
      validMacs,
      boundCycles,
      cycles,
      macs,
      macUtilization,
      subjectSpeedup,
      energy.onChipPj,
      energy.totalPj,
      energy.areaMm2,
      ...coverageCounts(coverages[i]),
      "",
      "",
    ]),
  );
  const [subject] = machinesOf(sweep);
  const work = ["denseMacs", "validMacs", "boundCycles"];
  const result = [
    "cycles",
    "macs",
    "macUtilization",
    `speedupOf.${subject}`,
    "onChipPj",
    "totalPj",
    "areaMm2",
  ];
  const head = [sweep.axis.name, "accelerator", ...work, ...result];
  const missing = sweep.points.flatMap(({ value }, i) =>
    coverageRows(coverages[i]).map(([layer, remark]) => [
      value,
      ...head.slice(1).map(() => ""),
      ...coverageCounts(coverages[i]),
      layer,
      remark,
    ]),
  );
  return csv([[...head, ...coverageColumns, "layer", "remark"], ...rows, ...missing]);
}
