import * as Plot from "@observablehq/plot";
import { draw } from "./drawing.ts";
import type { LegendEntry } from "./legend.ts";
import type { Mark } from "./marks.ts";
import { type Fill, paint } from "./palette.ts";
import { type Rows, rowLayout, rowPlaces } from "./rows.ts";
import { type Axis, hasPlace, scaleOf } from "./scale.ts";
import { fontSize } from "./svg-text.ts";

/** A value in every row, drawn as a point, an upright tick, or a bar from 0. Undefined: none in this row. */
export interface RowSeries {
  readonly label: string;
  readonly sample: Mark | Fill | "tick";
  /** [row], the foot's last */
  readonly values: readonly (number | undefined)[];
  /** how its values are written, at the right of the rows */
  readonly numbers?: (value: number) => string;
}

/** Rows under one another with points, ticks and bars on one axis. */
export interface DotRows {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** pixels; as wide as a page without it */
  readonly width?: number;
  readonly rows: Rows;
  /** drawn in this order */
  readonly series: readonly RowSeries[];
  readonly x: Axis;
  /** a line down the figure, where things are equal */
  readonly rule?: number;
}

export function dotRows({ rows, series, x, rule, ...words }: DotRows): string {
  const { axis, marginRight, ...layout } = rowLayout(rows, words.width);
  const places = rowPlaces(rows);
  const shown = series.map((one) => ({
    ...one,
    data: places
      .map((y, row) => ({ y, x: one.values[row] }))
      .filter((point): point is { y: number; x: number } => hasPlace(x, point.x)),
  }));
  const values = shown.flatMap(({ data }) => data.map((point) => point.x));
  const across = scaleOf(x, rule === undefined ? values : [rule, ...values], words.width);
  const place = { x: "x", y: "y" };
  const drawn = shown.flatMap(({ sample, data, numbers = () => "" }) => {
    const written = { y: "y", frameAnchor: "right", textAnchor: "start", dx: 8, fontSize } as const;
    const text = (point: { x: number }) => numbers(point.x);
    return [
      sample === "tick"
        ? Plot.tickX(data, { ...place, stroke: "currentColor", strokeWidth: 2, inset: -1 })
        : "symbol" in sample
          ? Plot.dot(data, { ...place, symbol: sample.symbol, stroke: sample.colour, strokeWidth: 1.5 })
          : Plot.barX(data, { ...place, fill: paint(words.name, sample) }),
      Plot.text(data, { ...written, text }),
    ];
  });
  return draw({
    ...words,
    legend: series.map(({ label, sample }): LegendEntry => ({ label, sample })),
    plot: {
      ...layout,
      x: across.scale,
      marginRight: series.some(({ numbers }) => numbers) ? marginRight + 30 : marginRight,
      marks: [
        Plot.gridX({ ...across.ticks, strokeOpacity: 0.15 }),
        Plot.ruleY(places, { strokeOpacity: 0.1 }),
        ...(rule === undefined ? [] : [Plot.ruleX([rule], { strokeOpacity: 0.6 })]),
        ...drawn,
        axis,
        Plot.axisX({ ...across.axis, ...across.ticks, fontSize }),
      ],
    },
  });
}
