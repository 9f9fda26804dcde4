import * as Plot from "@observablehq/plot";
import { shortened } from "../format.ts";
import { draw } from "./drawing.ts";
import type { Mark } from "./marks.ts";
import { longestLabel, rowLayout, rowPlaces } from "./rows.ts";
import { fontSize, textWidth } from "./svg-text.ts";

/** Things that are drawn as one kind of line down the rows. */
export interface ParallelSeries {
  readonly label: string;
  readonly mark: Mark;
  readonly opacity: number;
  /** [line][row], from 0 at the left to 1 at the right; undefined: no place in this row, where the line is broken */
  readonly lines: readonly (readonly (number | undefined)[])[];
}

/** Parallel coordinates, with their axes under one another so that long names can be read: a line goes down through all rows. */
export interface ParallelRows {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** each axis, and what stands at its two ends */
  readonly rows: readonly { readonly label: string; readonly left: string; readonly right: string }[];
  /** drawn in this order */
  readonly series: readonly ParallelSeries[];
}

/** Pixels between two axes in which lines can be followed, beyond the height of a usual row. */
const heightOfRow = 34;

export function parallelRows({ rows, series, ...words }: ParallelRows): string {
  const labels = rows.map(({ label }) => label);
  const { marginLeft, marginTop, y } = rowLayout({ labels });
  const places = rowPlaces({ labels });
  const lines = series.flatMap(({ mark: { colour, dashes }, opacity, lines }) =>
    lines.map((line) =>
      Plot.line(
        line.map((x, row) => ({ x: x ?? Number.NaN, y: places[row] })),
        {
          x: "x",
          y: "y",
          stroke: colour,
          strokeOpacity: opacity,
          strokeWidth: 1.2,
          ...(dashes && { strokeDasharray: dashes }),
        },
      ),
    ),
  );
  const widest = (end: "left" | "right") => Math.max(...rows.map((row) => textWidth(row[end])));
  const besideEnds = widest("left") + 16;
  const end = { y: (_: unknown, i: number) => places[i], fontSize, lineAnchor: "middle" } as const;
  return draw({
    ...words,
    legend: series.map(({ label, mark }) => ({ label, sample: mark, line: true })),
    plot: {
      height: marginTop + 10 + rows.length * heightOfRow,
      marginTop,
      marginBottom: 10,
      marginLeft: marginLeft + besideEnds,
      marginRight: widest("right") + 14,
      x: { domain: [0, 1], axis: null },
      y: { ...y, type: "point", padding: 0.5, axis: null },
      marks: [
        Plot.ruleY(places, { strokeOpacity: 0.3 }),
        ...lines,
        Plot.text(rows, { ...end, x: () => 0, text: "left", textAnchor: "end", dx: -6 }),
        Plot.text(rows, { ...end, x: () => 1, text: "right", textAnchor: "start", dx: 6 }),
        Plot.text(rows, {
          ...end,
          x: () => 0,
          text: ({ label }) => shortened(label, longestLabel),
          textAnchor: "end",
          dx: -besideEnds,
        }),
      ],
    },
  });
}
