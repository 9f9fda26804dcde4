import type { Ablation, AblationRow } from "./ablation.ts";
import { grouped, times } from "./format.ts";
import type { PlainTable } from "./plain-table.ts";

/** Both directions of the ablation, with port limits, and the cycles without them; JSON has the rest. */
export function ablationTables({ full, removed, added }: Ablation): PlainTable[] {
  const table = (title: string, rows: readonly AblationRow[]): PlainTable => ({
    head: [
      ["", { content: "with port limits", colSpan: 3 }, "without"],
      [title, "cycles", "vs full", "over dense", "cycles"],
    ],
    rows: rows.map(({ machine, limitedPorts, unlimitedPorts }) => [
      machine,
      grouped(limitedPorts.cycles),
      times(limitedPorts.cycles / full.limitedPorts.cycles),
      times(limitedPorts.speedupOverDense),
      grouped(unlimitedPorts.cycles),
    ]),
    left: [0],
    shorten: true,
  });
  return [table("each mechanism removed", [full, ...removed]), table("mechanisms added in turn", added)];
}
