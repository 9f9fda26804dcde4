import type { Report } from "../report/report.ts";
import type { SweepAxis } from "./axis.ts";

/** The same run for each value of an axis: what `swg sweep --format json` prints. */
export interface Sweep {
  readonly schemaVersion: 1;
  readonly axis: SweepAxis;
  /** in the order of the axis' values */
  readonly points: readonly { readonly value: number | string; readonly report: Report }[];
}

/** One value of a sweep, summed over the layers. */
export interface SweepRow {
  readonly value: number | string;
  readonly denseMacs: number;
  readonly validMacs: number;
  readonly boundCycles: number;
  /** by machine */
  readonly machines: Readonly<Record<string, SweepResult>>;
}

export interface SweepResult {
  readonly cycles: number;
  readonly macs: number;
  readonly macUtilization: number;
  /** this machine's cycles / those of the machine that the sweep is about */
  readonly subjectSpeedup: number;
  readonly onChipPj: number;
  readonly totalPj: number;
  readonly areaMm2: number;
}

/** Machines of a sweep, the one that it is about first. */
export function machinesOf({ points: [{ report }] }: Sweep): string[] {
  const { subject, machines } = report;
  return [subject, ...Object.keys(machines).filter((name) => name !== subject)];
}

/** The numbers of a sweep without its layers. */
export function rowsOf(sweep: Sweep): SweepRow[] {
  const [subject] = machinesOf(sweep);
  return sweep.points.map(({ value, report: { totals, machines: built } }) => {
    const { denseMacs, validMacs, boundCycles, results } = totals;
    const machines = Object.entries(results).map(([name, { cycles, macs, macUtilization, energy }]) => [
      name,
      {
        cycles,
        macs,
        macUtilization,
        subjectSpeedup: cycles / results[subject].cycles,
        onChipPj: energy.onChipPj,
        totalPj: energy.totalPj,
        areaMm2: built[name].areaMm2.total,
      },
    ]);
    return { value, denseMacs, validMacs, boundCycles, machines: Object.fromEntries(machines) };
  });
}

/** Whether the values make a machine larger or smaller. */
export const changesArea = (sweep: Sweep, name: string): boolean =>
  new Set(rowsOf(sweep).map(({ machines }) => machines[name].areaMm2)).size > 1;

/** Area x cycles of a machine, less being better: what two sizes of it are compared by. */
export const areaTime = ({ machines }: SweepRow, name: string): number =>
  machines[name].areaMm2 * machines[name].cycles;

/** Axes whose values are training steps: other work, over which a geometric mean makes sense. */
export const stepAxes = ["network", "trace"] as const;

/** Geometric mean of a number at all values; undefined where the values are no training steps of their own. */
export function meanOverSteps(sweep: Sweep, number: (row: SweepRow) => number): number | undefined {
  if (!stepAxes.some((name) => name === sweep.axis.name)) return undefined;
  const logarithms = rowsOf(sweep).map((row) => Math.log(number(row)));
  return Math.exp(logarithms.reduce((sum, log) => sum + log, 0) / logarithms.length);
}

/** Geometric mean of the speedup over `other`; undefined as there. */
export const meanSpeedup = (sweep: Sweep, other: string): number | undefined =>
  meanOverSteps(sweep, ({ machines }) => machines[other].subjectSpeedup);

/** Whether every machine has as many multipliers as every other, at every value. */
export const sameMultipliers = (sweep: Sweep): boolean =>
  new Set(rowsOf(sweep).flatMap(({ machines }) => Object.values(machines).map(({ macs }) => macs))).size ===
  1;
