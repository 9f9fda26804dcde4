import * as Plot from "@observablehq/plot";
import { draw } from "./drawing.ts";
import type { Mark } from "./marks.ts";
import { type Axis, hasPlace, scaleOf } from "./scale.ts";
import { columnWidth, fontSize } from "./svg-text.ts";

/** Points of one kind; with `line`, joined in their order. */
export interface PointSeries {
  readonly label: string;
  readonly mark: Mark;
  readonly line?: boolean;
  readonly points: readonly Point[];
}

interface Point {
  readonly x: number | string;
  readonly y: number;
}

/** Points and lines between two axes: a sweep, a scatter plot, a roofline. */
export interface Points {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** pixels; as wide as a page without it */
  readonly width?: number;
  readonly series: readonly PointSeries[];
  readonly x: Axis;
  readonly y: Axis;
  /** a line behind the points */
  readonly reference?: { readonly label: string; readonly points: readonly Point[] };
}

export function points({ series, x, y, reference, ...words }: Points): string {
  const drawable = (all: readonly Point[]) =>
    all.filter((point) => hasPlace(x, point.x) && hasPlace(y, point.y));
  const all = drawable([...series.flatMap(({ points }) => points), ...(reference?.points ?? [])]);
  const across = scaleOf(
    x,
    all.map((point) => point.x),
    words.width,
  );
  const up = scaleOf(
    y,
    all.map((point) => point.y),
  );
  const place = { x: "x", y: "y" };
  const drawn = series.flatMap(({ mark: { colour, symbol, dashes }, line, points }) => {
    const shown = drawable(points);
    const stroke = { ...place, stroke: colour, strokeWidth: 1.5 };
    const joined = line ? [Plot.line(shown, { ...stroke, ...(dashes && { strokeDasharray: dashes }) })] : [];
    return [...joined, Plot.dot(shown, { ...stroke, symbol })];
  });
  return draw({
    ...words,
    legend: [
      ...series.map(({ label, mark, line = false }) => ({ label, sample: mark, line })),
      ...(reference ? [{ label: reference.label, sample: "line" as const }] : []),
    ],
    plot: {
      height: words.width === columnWidth ? 230 : 320,
      marginTop: 10,
      marginBottom: 40,
      marginLeft: 76,
      marginRight: 24,
      x: across.scale,
      y: up.scale,
      marks: [
        Plot.gridX({ ...across.ticks, strokeOpacity: 0.12 }),
        Plot.gridY({ ...up.ticks, strokeOpacity: 0.12 }),
        Plot.axisX({ ...across.axis, ...across.ticks, fontSize }),
        Plot.axisY({ ...up.axis, ...up.ticks, fontSize }),
        ...(reference ? [Plot.line(reference.points, { ...place, strokeOpacity: 0.6 })] : []),
        ...drawn,
      ],
    },
  });
}
