import { InputError, unknownName } from "../input-error.ts";
import type { MachineResult, PointResult, WorkResult } from "./point.ts";

/** A number that a point has of a machine, in one work. */
interface Measure {
  readonly about: string;
  readonly unit: string;
  readonly of: (machine: MachineResult, work: number, works: readonly WorkResult[]) => number;
  /** it is the machine's alone: known before anything is simulated */
  readonly still?: true;
  /** more is better: no objective, all of which are minimised */
  readonly moreIsBetter?: true;
}

const microseconds: Measure["of"] = ({ works, clockMhz }, work) => works[work].cycles / clockMhz;

/** What points can be searched and left out by, by name. */
export const measures: Readonly<Record<string, Measure>> = {
  cycles: { about: "all layers", unit: "cycles", of: ({ works }, work) => works[work].cycles },
  microseconds: { about: "cycles / clockMhz", unit: "µs", of: microseconds },
  energyPj: { about: "DRAM included", unit: "pJ", of: ({ works }, work) => works[work].energyPj },
  onChipPj: { about: "energy without DRAM", unit: "pJ", of: ({ works }, work) => works[work].onChipPj },
  edp: {
    about: "energyPj x microseconds",
    unit: "pJ x µs",
    of: (machine, work, works) => machine.works[work].energyPj * microseconds(machine, work, works),
  },
  areaMm2: { about: "the machine's area", unit: "mm2", of: ({ areaMm2 }) => areaMm2, still: true },
  mm2xcycles: {
    about: "areaMm2 x cycles",
    unit: "mm2 x cycles",
    of: ({ areaMm2, works }, work) => areaMm2 * works[work].cycles,
  },
  multipliers: {
    about: "in the array",
    unit: "multipliers",
    of: ({ multipliers }) => multipliers,
    still: true,
  },
  macUtilization: {
    about: "valid MACs / (multipliers x cycles)",
    unit: "share",
    of: ({ multipliers, works }, work, all) => all[work].validMacs / (multipliers * works[work].cycles),
    moreIsBetter: true,
  },
};

/** Over the works: their geometric mean; the one number where there is one. */
export function meanOf(name: string, { machines, works }: PointResult, label: string): number {
  const { of, still } = measures[name];
  if (still || works.length === 1) return of(machines[label], 0, works);
  const logarithms = works.map((_, work) => Math.log(of(machines[label], work, works)));
  return Math.exp(logarithms.reduce((sum, log) => sum + log, 0) / works.length);
}

/** What a search makes small. */
export interface Objective {
  /** as typed: `cycles`, `dense.cycles`, `cycles@resnet20`, `cycles@worst` */
  readonly name: string;
  readonly measure: string;
  readonly unit: string;
  readonly of: (result: PointResult) => number;
}

/** Objectives that nobody chose. */
export const usualObjectives = "cycles,areaMm2,energyPj";

/**
 * Reads names separated by commas, each `[LABEL.]MEASURE[@WORK]`: of the machine that the search is about where no label is
 * given; the geometric mean over all works where no work is; the largest where it is `worst`. Throws `InputError`.
 */
export function parseObjectives(
  names: readonly string[],
  subject: string,
  labels: readonly string[],
  works: readonly string[],
): Objective[] {
  return names.map((name) => {
    const [, label = subject, measure, work] = /^(?:([^.@]+)\.)?([^.@]+)(?:@(.+))?$/.exec(name) ?? [];
    const known = Object.keys(measures).filter((one) => !measures[one].moreIsBetter);
    if (measure === undefined || !known.includes(measure)) throw unknownName("objective", name, known);
    if (!labels.includes(label))
      throw new InputError(
        `objective ${name}: accelerator "${label}" is not in this run; in it: ${labels.join(", ")}`,
      );
    const { of, unit } = measures[measure];
    return { name, measure, unit, of: overWorks(measure, of, label, work, works) };
  });
}

function overWorks(
  measure: string,
  of: Measure["of"],
  label: string,
  work: string | undefined,
  works: readonly string[],
): Objective["of"] {
  if (work === undefined) return (result) => meanOf(measure, result, label);
  if (work === "worst")
    return ({ machines, works: all }) => Math.max(...all.map((_, i) => of(machines[label], i, all)));
  const index = works.indexOf(work);
  if (index < 0) throw unknownName(`work in objective ${measure}@`, work, [...works, "worst"]);
  return ({ machines, works: all }) => of(machines[label], index, all);
}
