import { dotRows } from "../report/figures/dot-rows.ts";
import type { Figure } from "../report/figures/figure.ts";
import { markOf } from "../report/figures/marks.ts";
import { points as pointsSvg } from "../report/figures/points.ts";
import type { Axis } from "../report/figures/scale.ts";
import { counted } from "../report/format.ts";
import type { Exploration, ExplorationPoint } from "./exploration.ts";
import { valuesText } from "./exploration-text.ts";
import { hypervolumes } from "./hypervolume.ts";
import { parallelFigure } from "./parallel-figure.ts";
import { effects, sensitivities } from "./sensitivity.ts";

/** Points behind the front that a figure has; of more, as many spread over all of them. */
const mostDrawn = 2000;

/** Every two objectives with the front, its parallel coordinates, what each parameter explains and each of its values does, and how the search came there. None where no point counts. */
export function explorationFigures(exploration: Exploration): Figure[] {
  const { objectives, points } = exploration;
  if (points.length === 0) return [];
  const pairs = objectives.flatMap((_, y) => objectives.slice(0, y).map((_, x) => [x, y] as const));
  return [
    ...pairs.map(([x, y]) => scatter(exploration, x, y)),
    ...(points.length > 1 ? [parallelFigure(exploration)] : []),
    ...(points.length > 2
      ? [sensitivityFigure(exploration), effectsFigure(exploration), ...hypervolumeFigure(exploration)]
      : []),
  ];
}

function scatter(exploration: Exploration, x: number, y: number): Figure {
  const { objectives, points, front, given } = exploration;
  const onFront = new Set(front);
  const behind = points.filter((_, i) => !onFront.has(i));
  const drawn = behind.filter((_, i) => i % Math.ceil(behind.length / mostDrawn) === 0);
  const best = front.map((i) => points[i]).sort((a, b) => a.objectives[x] - b.objectives[x]);
  const place = ({ objectives: values }: ExplorationPoint) => ({ x: values[x], y: values[y] });
  const series = [
    { label: "dominated", points: drawn },
    { label: "front", points: best },
    ...(given ? [{ label: "as given", points: [given] }] : []),
  ];
  const axis = (i: number): Axis => ({ label: labelOf(objectives[i]), scale: "log" });
  const fewer =
    behind.length > drawn.length
      ? ` Of ${counted(behind.length, "dominated point")}, ${drawn.length} are drawn.`
      : "";
  const words = {
    name: `exploration-${kebab(objectives[x].name)}-${kebab(objectives[y].name)}`,
    title: `${objectives[y].name} over ${objectives[x].name}`,
  };
  const caption = `The front is of ${objectives.length === 2 ? "these two" : "all"} objectives; less is better in each.${fewer}`;
  return {
    ...words,
    caption,
    svg: pointsSvg({
      ...words,
      description: caption,
      x: axis(x),
      y: axis(y),
      series: series.map(({ label, points: some }, i) => ({
        label,
        mark: markOf([1, 0, 2][i]),
        line: label === "front" && objectives.length === 2,
        points: some.map(place),
      })),
    }),
    data: {
      columns: ["point", "kind", objectives[x].name, objectives[y].name],
      rows: series.flatMap(({ label, points: some }) =>
        some.map((point) => [valuesText(point.values), label, point.objectives[x], point.objectives[y]]),
      ),
    },
  };
}

function sensitivityFigure(exploration: Exploration): Figure {
  const { objectives } = exploration;
  const found = sensitivities(exploration);
  const words = {
    name: "exploration-sensitivity",
    title: "How much each parameter explains",
  };
  const caption =
    "The share of the variance of each objective's logarithm, over the points that count, that lies between the values of a parameter.";
  const percents = (i: number) => found.map(({ shares }) => 100 * shares[i]);
  return {
    ...words,
    caption,
    svg: dotRows({
      ...words,
      description: caption,
      rows: { labels: found.map(({ axis }) => axis.name) },
      series: objectives.map(({ name }, i) => ({ label: name, sample: markOf(i), values: percents(i) })),
      x: { label: "explained (%)", domain: [0, 100] },
    }),
    data: {
      columns: ["parameter", ...objectives.map(({ name }) => name)],
      rows: found.map(({ axis, shares }) => [axis.name, ...shares.map((share) => 100 * share)]),
    },
  };
}

function effectsFigure(exploration: Exploration): Figure {
  const { objectives } = exploration;
  const found = effects(exploration);
  const words = { name: "exploration-effects", title: "What each value of a parameter does" };
  const caption =
    "Geometric means of the points with a value over those of all points that count; left of 1 is better. Where points were chosen, what was chosen along with a value has its share in this.";
  return {
    ...words,
    caption,
    svg: dotRows({
      ...words,
      description: caption,
      rows: { labels: found.map(({ axis, values }) => `${axis.name} ${values}`) },
      series: objectives.map(({ name }, i) => ({
        label: name,
        sample: markOf(i),
        values: found.map(({ ratios }) => ratios[i]),
      })),
      x: { label: "times the mean of all points", scale: "log" },
      rule: 1,
    }),
    data: {
      columns: ["parameter", "values", "points", ...objectives.map(({ name }) => name)],
      rows: found.map(({ axis, values, points, ratios }) => [axis.name, values, points, ...ratios]),
    },
  };
}

function hypervolumeFigure({ points, objectives }: Exploration): Figure[] {
  const found = hypervolumes(points.map((point) => point.objectives));
  if (found.length === 0) return [];
  const words = { name: "exploration-hypervolume", title: "How far the front came" };
  const caption = `The share of the box between the best and the worst ${objectives.map(({ name }) => name).join(", ")}, in logarithms, that the front of the first points dominates, in the order of the search.`;
  return [
    {
      ...words,
      caption,
      svg: pointsSvg({
        ...words,
        description: caption,
        x: { label: "points that count" },
        y: { label: "hypervolume (%)" },
        series: [
          {
            label: "front",
            mark: markOf(0),
            line: true,
            points: found.map(({ points: x, share }) => ({ x, y: 100 * share })),
          },
        ],
      }),
      data: {
        columns: ["points", "hypervolume (%)"],
        rows: found.map(({ points: count, share }) => [count, 100 * share]),
      },
    },
  ];
}

const labelOf = ({ name, unit }: Exploration["objectives"][number]): string =>
  name === unit ? name : `${name} (${unit})`;

/** `cycles@worst` as "cycles-worst" */
export const kebab = (name: string): string =>
  name
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
