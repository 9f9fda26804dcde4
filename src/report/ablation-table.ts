import type { Ablation, AblationResult, AblationRow } from "./ablation.ts";
import { grouped, percent, times } from "./format.ts";
import type { PlainTable } from "./plain-table.ts";

/** Both directions of the ablation, with and without port limits. */
export function ablationTables({ full, removed, added }: Ablation): PlainTable[] {
  const table = (title: string, rows: readonly AblationRow[]): PlainTable => ({
    head: [
      [
        "",
        { content: "with port limits", colSpan: 3 },
        { content: "without port limits", colSpan: 3 },
        "cycles",
      ],
      [title, "cycles", "use", "over dense", "cycles", "use", "over dense", "vs full"],
    ],
    rows: rows.map((row) => [
      row.machine,
      ...numbers(row.limitedPorts),
      ...numbers(row.unlimitedPorts),
      times(row.limitedPorts.cycles / full.limitedPorts.cycles),
    ]),
    left: [0],
  });
  return [table("each mechanism removed", [full, ...removed]), table("mechanisms added in turn", added)];
}

const numbers = ({ cycles, macUtilization, speedupOverDense }: AblationResult): string[] => [
  grouped(cycles),
  percent(macUtilization),
  times(speedupOverDense),
];
