import type { Ablation, AblationResult, AblationRow } from "./ablation.ts";
import { grouped, percent, times } from "./format.ts";
import { plainTable } from "./plain-table.ts";

/** Both directions of the ablation, with and without port limits, one under the other. */
export function ablationTable({ full, removed, added }: Ablation): string {
  const table = (title: string, rows: readonly AblationRow[], change: (row: AblationRow) => string) =>
    plainTable({
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
        change(row),
      ]),
      left: [0],
    });
  const ofFull = (row: AblationRow) => times(row.limitedPorts.cycles / full.limitedPorts.cycles);
  return [
    table("each mechanism removed", [full, ...removed], ofFull),
    table("mechanisms added in turn", added, ofFull),
  ].join("\n");
}

const numbers = ({ cycles, macUtilization, speedupOverDense }: AblationResult): string[] => [
  grouped(cycles),
  percent(macUtilization),
  times(speedupOverDense),
];
