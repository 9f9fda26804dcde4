import { allOf, threeDigits, times } from "./format.ts";
import type { Report } from "./report.ts";

/** What speed costs: the lower, the better. A machine can win either one alone by being small, or slow. */
export interface Yardsticks {
  /** mm2 x cycles of all layers: what as many of these machines on a chip would take */
  readonly areaCycles: number;
  /** pJ on chip x cycles of all layers */
  readonly energyCycles: number;
}

export function yardsticks({ machines, totals }: Report, name: string): Yardsticks {
  const { cycles, energy } = totals.results[name];
  return {
    areaCycles: machines[name].areaMm2.total * cycles,
    energyCycles: energy.onChipPj * cycles,
  };
}

/** The machines of a run by cycles, area and energy together, in sentences; none for a machine alone. */
export function together(report: Report, subject: string): string[] {
  const names = Object.keys(report.totals.results);
  if (names.length === 1) return [];
  const others = names.filter((name) => name !== subject);
  const own = yardsticks(report, subject);
  const against = (yardstick: keyof Yardsticks) =>
    allOf(others.map((other) => `${times(yardsticks(report, other)[yardstick] / own[yardstick])} ${other}`));
  const best = (yardstick: keyof Yardsticks) =>
    names.reduce((least, name) =>
      yardsticks(report, name)[yardstick] < yardsticks(report, least)[yardstick] ? name : least,
    );
  const [byArea, byEnergy] = [best("areaCycles"), best("energyCycles")];
  return [
    `Of what ${subject} takes in mm2 x cycles, the others take: ${against("areaCycles")}; in pJ x cycles: ${against("energyCycles")}.`,
    byArea === byEnergy
      ? `The best of this run is ${byArea}, in mm2 x cycles and in pJ x cycles.`
      : `None of this run is best in both: ${byArea} takes the least mm2 x cycles, ${byEnergy} the least pJ x cycles.`,
  ];
}

/** Area and energy of a machine beside its cycles, to end a sentence with. */
export function costWords({ machines, totals }: Report, name: string): string {
  const { energy } = totals.results[name];
  const pj =
    totals.validMacs > 0
      ? ` and ${threeDigits(energy.onChipPj / totals.validMacs)} pJ a valid MAC on chip`
      : "";
  return `on ${threeDigits(machines[name].areaMm2.total)} mm2${pj}`;
}
