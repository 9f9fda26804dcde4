import * as Plot from "@observablehq/plot";
import { shortened } from "../format.ts";
import { columnWidth, fontSize, pageWidth, textWidth } from "./svg-text.ts";

export const longestLabel = 36;
/** The same in a figure of one column. */
const longestInColumn = 22;

/** Things under one another, their names at the left: the layout of every figure with a row for each layer. */
export interface Rows {
  readonly labels: readonly string[];
  /** stands apart under the others: what holds for all of them */
  readonly foot?: string;
}

/**
 * The part of a plot that lays rows out. In marks, `y` is a row's index; the foot's is `labels.length + 1`. Long names
 * are cut in the middle.
 */
export function rowLayout({ labels, foot }: Rows, width = pageWidth) {
  const names = [...labels, ...(foot === undefined ? [] : ["", foot])].map((label) =>
    shortened(label, width === columnWidth ? longestInColumn : longestLabel),
  );
  const rowHeight = labels.length > 30 ? 13 : 17;
  const [marginTop, marginBottom] = [6, 38];
  const ticks = names.map((_, i) => i).filter((i) => names[i] !== "");
  return {
    height: marginTop + marginBottom + names.length * rowHeight,
    marginTop,
    marginBottom,
    marginRight: 24,
    marginLeft: 10 + Math.max(...names.map(textWidth)),
    y: { domain: [...names.keys()], type: "band" as const, label: null, padding: 0.22 },
    axis: Plot.axisY(ticks, { tickFormat: (i: number) => names[i], tickSize: 0, fontSize, label: null }),
  };
}

/** The `y` of each row in the order of its numbers. */
export const rowPlaces = ({ labels, foot }: Rows): number[] => [
  ...labels.keys(),
  ...(foot === undefined ? [] : [labels.length + 1]),
];
