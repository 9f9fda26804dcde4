import * as Plot from "@observablehq/plot";
import { draw } from "./drawing.ts";
import type { Figure } from "./figure.ts";
import { fills, paint } from "./palette.ts";
import { type Rows, rowLayout, rowPlaces } from "./rows.ts";
import { type Axis, scaleOf } from "./scale.ts";
import { fontSize } from "./svg-text.ts";

/** One part of every bar, always with the same fill; left out where no bar has it. */
interface Stack {
  readonly label: string;
  /** [row], the foot's last; not negative */
  readonly lengths: readonly number[];
}

/** Bars under one another, each cut into the same parts in the same order. */
interface StackedBars extends Omit<Figure, "svg"> {
  readonly rows: Rows;
  readonly stacks: readonly Stack[];
  /** linear */
  readonly x: Axis;
  /** pixels */
  readonly width: number;
}

export function stackedBars({ rows, stacks, x, width, ...figure }: StackedBars): Figure {
  const { name, title, caption } = figure;
  const { axis, ...layout } = rowLayout(rows, width);
  const places = rowPlaces(rows);
  const ends = places.map(() => 0);
  const filled = stacks
    .map((stack, i) => ({ ...stack, fill: fills[i] }))
    .filter(({ lengths }) => lengths.some((length) => length > 0));
  const bars = filled.map(({ lengths, fill }) => {
    const parts = places.map((y, row) => {
      const x1 = ends[row];
      ends[row] += lengths[row];
      return { y, x1, x2: ends[row] };
    });
    const shown = parts.filter(({ x1, x2 }) => x2 > x1);
    return Plot.barX(shown, { x1: "x1", x2: "x2", y: "y", fill: paint(name, fill) });
  });
  const across = scaleOf(x, ends);
  const svg = draw({
    name,
    title,
    description: caption,
    width,
    legend: filled.map(({ label, fill }) => ({ label, sample: fill })),
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
  return { ...figure, svg };
}
