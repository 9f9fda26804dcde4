import { phaseNames } from "../workload/phase.ts";
import { grouped, percent, threeDigits } from "./format.ts";
import type { PlainTable } from "./plain-table.ts";
import type { MachineReport, Report, TotalResult } from "./report.ts";

/** What stands where a machine leaves a phase to another one. */
const none = "-";

/** Cycles, utilisation and energy of each machine in each phase that was asked for, and over all of these where it computes each. */
export function phaseTable({ machines, totals }: Report): PlainTable {
  const phases = phaseNames.flatMap((phase) => {
    const results = totals.phases?.[phase];
    return results ? [{ phase, results }] : [];
  });
  const rows = Object.keys(machines).flatMap((name) => {
    const results = phases.map(({ phase, results }) => ({
      phase,
      result: results[name] as TotalResult | undefined,
    }));
    const computed = results.flatMap(({ result }) => result ?? []);
    const whole = computed.length === results.length;
    return [
      ...results.map(({ phase, result }) => [name, phase, ...(result ? cellsOf(result) : nothing)]),
      [name, "together", ...(whole ? cellsTogether(computed) : nothing)],
    ];
  });
  return {
    head: [["machine", "phase", "cycles", "use", "µJ on chip", "with DRAM"]],
    rows,
    left: [0, 1],
    shorten: true,
  };
}

const nothing = [none, none, none, none];

const cellsOf = ({ cycles, macUtilization, energy }: TotalResult): string[] => [
  grouped(cycles),
  percent(macUtilization),
  microjoules(energy.onChipPj),
  microjoules(energy.totalPj),
];

const cellsTogether = (results: readonly TotalResult[]): string[] => [
  grouped(sum(results.map(({ cycles }) => cycles))),
  "",
  microjoules(sum(results.map(({ energy }) => energy.onChipPj))),
  microjoules(sum(results.map(({ energy }) => energy.totalPj))),
];

const microjoules = (pj: number): string => threeDigits(pj / 1e6);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** SWG's estimate stands beside a chip's measurements: a reader has to know. */
const pricedAs = ({ pricedAsLnpu }: MachineReport): string =>
  pricedAsLnpu?.includes("wg")
    ? "at LNPU's measured energy"
    : "with ff and bp at LNPU's measured energy, wg at SWG's estimated one (D33)";

/** A sentence for each machine whose energy follows from LNPU's measurements. */
export function efficiencySentences({ machines, totals }: Report): string[] {
  return Object.entries(totals.denseTopsPerWatt ?? {}).flatMap(([name, efficiency]) => {
    const parts = Object.entries(efficiency).map(([phase, value]) => `${value.toFixed(2)} in ${phase}`);
    return parts.length > 0
      ? [`${name} ${pricedAs(machines[name])}, FP8, dense-equivalent TOPS/W on chip: ${parts.join(", ")}.`]
      : [];
  });
}
