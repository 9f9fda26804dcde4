import type { Figure } from "../report/figures/figure.ts";
import { markOf } from "../report/figures/marks.ts";
import { type ParallelRows, parallelRows } from "../report/figures/parallel-rows.ts";
import { brief } from "../report/format.ts";
import type { Exploration, ExplorationPoint } from "./exploration.ts";
import { frontPoints, valuesText } from "./exploration-text.ts";

/** Lines that a figure has of the front and of what is behind it; of more, as many spread over all of them. */
const mostLines = 150;

/** A row of the figure: an axis or an objective. */
interface Row {
  readonly ends: ParallelRows["rows"][number];
  /** 0 to 1; undefined where a point has none of its values, as machines as given may */
  readonly place: (point: ExplorationPoint) => number | undefined;
}

/** Parallel coordinates: what the machines of the front have in common, and how they differ. */
export function parallelFigure(exploration: Exploration): Figure {
  const { axes, objectives, points, front, given, own } = exploration;
  const rows = [
    ...axes.map(axisRow),
    ...objectives.map((objective, i) => objectiveRow(objective, i, exploration)),
  ];
  const onFront = new Set(front);
  const behind = points.filter((_, i) => !onFront.has(i));
  const kinds = [
    { label: "dominated", opacity: 0.15, mark: markOf(6), points: spread(behind) },
    { label: "front", opacity: 0.6, mark: markOf(0), points: spread(frontPoints(exploration)) },
    ...(given
      ? [{ label: "as given", opacity: 1, mark: markOf(1), points: [{ ...given, values: own }] }]
      : []),
  ].filter((kind) => kind.points.length > 0);
  const words = { name: "exploration-parallel", title: "Parameters and objectives of the front" };
  const caption = `A line for each point, down through its parameters and objectives; objectives are logarithmic, less is to the left. At most ${mostLines} lines of a kind are drawn.`;
  return {
    ...words,
    caption,
    svg: parallelRows({
      ...words,
      description: caption,
      rows: rows.map(({ ends }) => ends),
      series: kinds.map(({ label, opacity, mark, points: some }) => ({
        label,
        opacity,
        mark,
        lines: some.map((point) => rows.map(({ place }) => place(point))),
      })),
    }),
    data: {
      columns: ["point", "kind", ...axes.map(({ name }) => name), ...objectives.map(({ name }) => name)],
      rows: kinds.flatMap(({ label, points: some }) =>
        some.map((point) => [
          valuesText(point.values),
          label,
          ...axes.map(({ name }) => point.values[name] ?? ""),
          ...point.objectives,
        ]),
      ),
    },
  };
}

const spread = <T>(all: readonly T[]): T[] =>
  all.filter((_, i) => i % Math.ceil(all.length / mostLines) === 0);

/** Values stand at equal distances, numbers in their order, as a search steps over them. */
function axisRow({ name, values }: Exploration["axes"][number]): Row {
  const numbers = values.every((value) => typeof value === "number");
  const sorted = numbers ? values.toSorted((a, b) => Number(a) - Number(b)) : values;
  return {
    ends: { label: name, left: String(sorted[0]), right: String(sorted[sorted.length - 1]) },
    place(point) {
      const at = sorted.indexOf(point.values[name]);
      return at < 0 ? undefined : at / Math.max(1, sorted.length - 1);
    },
  };
}

function objectiveRow(
  { name }: Exploration["objectives"][number],
  i: number,
  { points, given }: Exploration,
): Row {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { objectives } of given ? [...points, given] : points) {
    least = Math.min(least, objectives[i]);
    most = Math.max(most, objectives[i]);
  }
  const span = Math.log(most / least);
  return {
    ends: { label: name, left: brief(least), right: brief(most) },
    place: ({ objectives }) => (span > 0 ? Math.log(objectives[i] / least) / span : 0.5),
  };
}
