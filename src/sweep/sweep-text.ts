import { csv } from "../report/csv.ts";
import { allOf, grouped, percent, printable, threeDigits, times } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import {
  areaTime,
  changesArea,
  machinesOf,
  meanSpeedup,
  rowsOf,
  type Sweep,
  type SweepRow,
} from "./sweep.ts";

/** The JSON document of a sweep: a whole report for each value. */
export const sweepJson = (sweep: Sweep): string => `${JSON.stringify(sweep, null, 2)}\n`;

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
  const sized = changesArea(sweep);
  const least = Math.min(...rows.map((row) => areaTime(row, subject)));
  const table = plainTable({
    head: [
      [
        ...["", "", "bound,"],
        { content: subject, colSpan: sized ? 4 : 2 },
        ...others.map((name) => ({ content: name, colSpan: 3 })),
      ],
      [
        ...[sweep.axis.name, "valid MACs", "cycles", "cycles", "use"],
        ...(sized ? ["mm2", "mm2 x cycles"] : []),
        ...others.flatMap(() => ["cycles", "use", `${subject} is`]),
      ],
    ],
    rows: rows.map(({ value, validMacs, boundCycles, machines }, i) => [
      ...[String(value), grouped(validMacs), grouped(boundCycles)],
      ...[grouped(machines[subject].cycles), percent(machines[subject].macUtilization)],
      ...(sized ? [threeDigits(machines[subject].areaMm2), times(areaTime(rows[i], subject) / least)] : []),
      ...others.flatMap((name) => {
        const { cycles, macUtilization, subjectSpeedup } = machines[name];
        return [grouped(cycles), percent(macUtilization), times(subjectSpeedup)];
      }),
    ]),
    left: [],
  });
  return `${sweepTitle(sweep)}\n\n${table}\n${sweepSummary(sweep).join("\n")}\n`;
}

/** Plain sentences: from which to which number each thing goes, and at which values. */
export function sweepSummary(sweep: Sweep): string[] {
  const rows = rowsOf(sweep);
  const [subject, ...others] = machinesOf(sweep);
  const range = (number: (row: SweepRow) => number, words: (value: number) => string) => {
    const least = rows.reduce((a, b) => (number(b) < number(a) ? b : a));
    const largest = rows.reduce((a, b) => (number(b) > number(a) ? b : a));
    const at = (row: SweepRow) => `${words(number(row))} (at ${row.value})`;
    return words(number(least)) === words(number(largest))
      ? words(number(least))
      : `${at(least)} to ${at(largest)}`;
  };
  const faster = others.map(
    (other) => `${range((row) => row.machines[other].subjectSpeedup, times)} as fast as ${other}`,
  );
  const use = range((row) => row.machines[subject].macUtilization, percent);
  const picojoules = range(
    ({ machines, validMacs }) => machines[subject].totalPj / validMacs,
    (pj) => `${threeDigits(pj)} pJ`,
  );
  const area = range(
    ({ machines }) => machines[subject].areaMm2,
    (mm2) => `${threeDigits(mm2)} mm2`,
  );
  const best = rows.reduce((a, b) => (areaTime(b, subject) < areaTime(a, subject) ? b : a));
  const means = others.flatMap((other) => {
    const mean = meanSpeedup(sweep, other);
    return mean === undefined ? [] : [`${times(mean)} as fast as ${other}`];
  });
  return [
    ...(others.length > 0 ? [`${subject} is ${allOf(faster)}.`] : []),
    ...(means.length > 0 ? [`In the geometric mean it is ${allOf(means)}.`] : []),
    `Its multipliers do useful work in ${use} of their cycles.`,
    ...(rows.every(({ validMacs }) => validMacs > 0)
      ? [`A valid MAC costs it ${picojoules}, DRAM included.`]
      : []),
    ...(changesArea(sweep) ? [`Its area is ${area}; mm2 x cycles is least at ${best.value}.`] : []),
  ];
}

/** One line for each value and machine. */
export function sweepCsv(sweep: Sweep): string {
  const rows = rowsOf(sweep).flatMap(({ value, denseMacs, validMacs, boundCycles, machines }) =>
    Object.entries(machines).map(([name, { cycles, macs, macUtilization, subjectSpeedup, ...energy }]) => [
      ...[value, name, denseMacs, validMacs, boundCycles, cycles, macs, macUtilization, subjectSpeedup],
      ...[energy.onChipPj, energy.totalPj, energy.areaMm2],
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
  return csv([[sweep.axis.name, "accelerator", ...work, ...result], ...rows]);
}
