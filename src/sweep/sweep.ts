import { type Report, subjectOf } from "../report/report.ts";
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
}

/** Machines of a sweep, the one that it is about first: SWG where it is in it. */
export function machinesOf({ points: [{ report }] }: Sweep): string[] {
  const subject = subjectOf(report);
  return [subject, ...Object.keys(report.machines).filter((name) => name !== subject)];
}

/** The numbers of a sweep without its layers. */
export function rowsOf(sweep: Sweep): SweepRow[] {
  const [subject] = machinesOf(sweep);
  return sweep.points.map(({ value, report: { totals } }) => {
    const { denseMacs, validMacs, boundCycles, results } = totals;
    const machines = Object.entries(results).map(([name, { cycles, macs, macUtilization }]) => [
      name,
      { cycles, macs, macUtilization, subjectSpeedup: cycles / results[subject].cycles },
    ]);
    return { value, denseMacs, validMacs, boundCycles, machines: Object.fromEntries(machines) };
  });
}
