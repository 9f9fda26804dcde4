import { accelerators } from "../accelerators/index.ts";
import { phaseNames } from "../workload/phase.ts";
import { grouped, percent } from "./format.ts";
import { plainTable } from "./plain-table.ts";
import type { Report, TotalResult } from "./report.ts";

/** What stands where a machine leaves a phase to another one. */
const none = "-";

/** Cycles and utilisation of each machine in each phase that was asked for, and its cycles over all of these. */
export function phaseTable({ machines, totals }: Report): string {
  const phases = phaseNames.flatMap((phase) => {
    const results = totals.phases?.[phase];
    return results ? [{ phase, results }] : [];
  });
  const rows = Object.keys(machines).map((name) => {
    const results = phases.map(({ results }) => results[name] as TotalResult | undefined);
    const computed = results.flatMap((result) => result ?? []);
    const together = computed.reduce((sum, { cycles }) => sum + cycles, 0);
    return [
      name,
      ...results.flatMap((r) => (r ? [grouped(r.cycles), percent(r.macUtilization)] : [none, none])),
      computed.length === results.length ? grouped(together) : none,
    ];
  });
  return plainTable({
    head: [
      ["", ...phases.map(({ phase }) => ({ content: phase, colSpan: 2 })), "together"],
      ["machine", ...phases.flatMap(() => ["cycles", "use"]), "cycles"],
    ],
    ...{ rows, left: [0] },
  });
}

/** SWG's estimate stands beside a chip's measurements: a reader has to know. */
const pricedAs = (name: string): string =>
  accelerators[name].pricedAsLnpu?.includes("wg")
    ? "at LNPU's measured energy"
    : "with ff and bp at LNPU's measured energy, wg at SWG's estimated one (D33)";

/** A sentence for each machine whose energy follows from LNPU's measurements. */
export function efficiencySentences({ totals }: Report): string[] {
  return Object.entries(totals.denseTopsPerWatt ?? {}).flatMap(([name, efficiency]) => {
    const parts = Object.entries(efficiency).map(([phase, value]) => `${value.toFixed(2)} in ${phase}`);
    return parts.length > 0
      ? [`${name} ${pricedAs(name)}, FP8, dense-equivalent TOPS/W on chip: ${parts.join(", ")}.`]
      : [];
  });
}
