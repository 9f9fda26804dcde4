import Table from "cli-table3";

/** One cell may span several columns. */
type Cell = string | { readonly content: string; readonly colSpan: number };

export interface PlainTable {
  /** lines of headings */
  readonly head: readonly (readonly Cell[])[];
  readonly rows: readonly (readonly string[])[];
  /** rows under a rule of their own */
  readonly foot?: readonly (readonly string[])[];
  /** columns that hold text and start at the left; numbers end at the right */
  readonly left: readonly number[];
  /** [column] characters after which a cell is wrapped; null: never */
  readonly widths?: readonly (number | null)[];
}

const none = { top: "", "top-mid": "", "top-left": "", "top-right": "" } as const;
const noneBelow = { bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" } as const;
const noSides = { left: "", "left-mid": "", right: "", "right-mid": "" } as const;
const noRules = { mid: "", "mid-mid": "", middle: "  " } as const;

/** A table without lines between columns or rows: a rule under the headings and above the foot. */
export function plainTable({ head, rows, foot = [], left, widths = [] }: PlainTable): string {
  const columns = rows[0].length;
  const table = new Table({
    chars: { ...none, ...noneBelow, ...noSides, ...noRules },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
    colAligns: Array.from({ length: columns }, (_, i) => (left.includes(i) ? "left" : "right")),
    ...{ colWidths: [...widths], wordWrap: true },
  });
  const spanning = head.map((cells) =>
    cells.map((cell) => (typeof cell === "string" ? cell : { ...cell, hAlign: "center" as const })),
  );
  table.push(...spanning, ...rows.map((row) => [...row]), ...foot.map((row) => [...row]));
  const lines = table.toString().split("\n");
  const rule = "─".repeat(Math.max(...lines.map((line) => line.length)));
  lines.splice(head.length, 0, rule);
  if (foot.length > 0) lines.splice(-foot.length, 0, rule);
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}
