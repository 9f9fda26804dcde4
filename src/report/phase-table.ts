import { phaseNames } from "../workload/phase.ts";
import { grouped, percent, threeDigits } from "./format.ts";
import { plainTable } from "./plain-table.ts";
import type { MachineReport, Report, TotalResult } from "./report.ts";

/** What stands where a machine leaves a phase to another one. */
const none = "-";

/** Cycles and utilisation of each machine in each phase that was asked for, and its cycles over all of these. */
export const phaseTable = (report: Report): string =>
  byPhase(report, {
    columns: ["cycles", "use"],
    cells: ({ cycles, macUtilization }) => [grouped(cycles), percent(macUtilization)],
    together: (results) => [grouped(sum(results.map(({ cycles }) => cycles)))],
    columnsTogether: ["cycles"],
  });

/** The same of energy, by the tables of prices. */
export const phaseEnergyTable = (report: Report): string =>
  byPhase(report, {
    columns: ["µJ on chip", "with DRAM"],
    cells: ({ energy }) => [energy.onChipPj, energy.totalPj].map(microjoules),
    together: (results) => [
      microjoules(sum(results.map(({ energy }) => energy.onChipPj))),
      microjoules(sum(results.map(({ energy }) => energy.totalPj))),
    ],
    columnsTogether: ["µJ on chip", "with DRAM"],
  });

interface PhaseColumns {
  readonly columns: readonly string[];
  readonly cells: (result: TotalResult) => readonly string[];
  readonly columnsTogether: readonly string[];
  readonly together: (results: readonly TotalResult[]) => readonly string[];
}

/** A line for each machine; over all phases only where it computes each. */
function byPhase(
  { machines, totals }: Report,
  { columns, cells, columnsTogether, together }: PhaseColumns,
): string {
  const phases = phaseNames.flatMap((phase) => {
    const results = totals.phases?.[phase];
    return results ? [{ phase, results }] : [];
  });
  const rows = Object.keys(machines).map((name) => {
    const results = phases.map(({ results }) => results[name] as TotalResult | undefined);
    const computed = results.flatMap((result) => result ?? []);
    return [
      name,
      ...results.flatMap((result) => (result ? cells(result) : columns.map(() => none))),
      ...(computed.length === results.length ? together(computed) : columnsTogether.map(() => none)),
    ];
  });
  return plainTable({
    head: [
      [
        "",
        ...phases.map(({ phase }) => ({ content: phase, colSpan: columns.length })),
        { content: "together", colSpan: columnsTogether.length },
      ],
      ["machine", ...phases.flatMap(() => columns), ...columnsTogether],
    ],
    rows,
    left: [0],
  });
}

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
