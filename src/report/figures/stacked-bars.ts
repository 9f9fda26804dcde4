import * as Plot from "@observablehq/plot";
import { draw } from "./drawing.ts";
import { type Fill, paint } from "./palette.ts";
import { type Rows, rowLayout, rowPlaces } from "./rows.ts";
import { type Axis, scaleOf } from "./scale.ts";
import { fontSize } from "./svg-text.ts";

/** One part of every bar. */
export interface Stack {
  readonly label: string;
  readonly fill: Fill;
  /** [row], the foot's last; not negative */
  readonly lengths: readonly number[];
}

/** Bars under one another, each cut into the same parts in the same order. */
export interface StackedBars {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly rows: Rows;
  readonly stacks: readonly Stack[];
  /** linear */
  readonly x: Axis;
}

export function stackedBars({ rows, stacks, x, ...words }: StackedBars): string {
  const { axis, ...layout } = rowLayout(rows);
  const places = rowPlaces(rows);
  const ends = places.map(() => 0);
  const bars = stacks.map(({ lengths, fill }) => {
    const parts = places.map((y, row) => {
      const x1 = ends[row];
      ends[row] += lengths[row];
      return { y, x1, x2: ends[row] };
    });
    const shown = parts.filter(({ x1, x2 }) => x2 > x1);
    return Plot.barX(shown, { x1: "x1", x2: "x2", y: "y", fill: paint(words.name, fill) });
  });
  const across = scaleOf(x, ends);
  return draw({
    ...words,
    legend: stacks.map(({ label, fill }) => ({ label, sample: fill })),
    plot: {
      ...layout,
      x: across.scale,
      marks: [
        Plot.gridX({ ...across.ticks, strokeOpacity: 0.15 }),
        ...bars,
        axis,
        Plot.axisX({ ...across.axis, ...across.ticks, fontSize }),
      ],
    },
  });
}
