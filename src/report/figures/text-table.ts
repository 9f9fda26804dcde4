import * as Plot from "@observablehq/plot";
import { draw } from "./drawing.ts";
import { fontSize, pageWidth, textWidth } from "./svg-text.ts";

/** Words and numbers in rows and columns. */
export interface TextTable {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** [column] lines of its heading */
  readonly head: readonly (readonly string[])[];
  /** [row][column] */
  readonly rows: readonly (readonly string[])[];
  /** columns of words, which start at the left; numbers end at the right */
  readonly words: readonly number[];
  /** the row before which a rule is drawn */
  readonly rule?: number;
}

const rowHeight = 17;

/** A table as a drawing, as wide as a figure. */
export function textTable({ head, rows, words, rule, ...drawing }: TextTable): string {
  const widths = head.map((lines, i) => Math.max(...[...lines, ...rows.map((row) => row[i])].map(textWidth)));
  const gap = (pageWidth - widths.reduce((sum, width) => sum + width, 0)) / (widths.length - 1);
  const starts = widths.map((_, i) => widths.slice(0, i).reduce((sum, width) => sum + width + gap, 0));
  const headLines = Math.max(...head.map(({ length }) => length));
  const top = headLines * rowHeight;
  const cells = [
    ...head.flatMap((lines, column) =>
      lines.map((text, i) => ({ text, column, y: (headLines - lines.length + i + 0.5) * rowHeight })),
    ),
    ...rows.flatMap((row, i) =>
      row.map((text, column) => ({ text, column, y: top + 4 + (i + 0.5) * rowHeight })),
    ),
  ];
  const side = (isWords: boolean) =>
    Plot.text(
      cells.filter(({ column }) => words.includes(column) === isWords),
      {
        x: ({ column }: { column: number }) => starts[column] + (isWords ? 0 : widths[column]),
        y: "y",
        text: "text",
        textAnchor: isWords ? "start" : "end",
        fontSize,
      },
    );
  const rules = [top + 2, ...(rule === undefined ? [] : [top + 4 + rule * rowHeight])];
  const height = top + 8 + rows.length * rowHeight;
  return draw({
    ...drawing,
    plot: {
      height,
      marginTop: 0,
      marginBottom: 0,
      marginLeft: 0,
      marginRight: 0,
      axis: null,
      x: { type: "identity" },
      y: { type: "identity" },
      marks: [Plot.ruleY(rules, { strokeOpacity: 0.6 }), side(true), side(false)],
    },
  });
}
