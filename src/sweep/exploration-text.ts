import { csv } from "../report/csv.ts";
import type { DataTable } from "../report/figures/figure.ts";
import {
  allOf,
  brief,
  counted,
  grouped,
  jsonText,
  percent,
  printable,
  threeDigits,
  times,
} from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { textLines } from "../report/text-lines.ts";
import { bestPoints, type Exploration, type ExplorationPoint } from "./exploration.ts";
import type { MachineResult } from "./point.ts";
import { sensitivities } from "./sensitivity.ts";
import { gridSize, type PointValues } from "./space.ts";

/** The JSON document of an exploration. */
export const explorationJson = (exploration: Exploration): string => jsonText(exploration);

/** `swg.columns=8 swg.rows=4`; of the machines before anything changed "as given" */
export const valuesText = (values: PointValues): string =>
  printable(
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ") || "as given",
  );

/** What was searched, in a line. */
export function explorationTitle({ axes, works }: Exploration): string {
  return printable(`Search of ${allOf(axes.map(({ name }) => name))}: weight gradients of ${allOf(works)}`);
}

/** How many points there are of each kind, and how they were chosen. */
export function explorationSentences({
  search,
  counts,
  axes,
  objectives,
  front,
  where,
  works,
  remarks,
  missing,
}: Exploration): string[] {
  const chosen = {
    grid: "every combination",
    samples: "drawn as a Latin hypercube",
    nsga2: "chosen by NSGA-II",
  }[search.kind];
  const { looked, counted: count, leftOut, impossible, skipped } = counts;
  const others = [
    ...(leftOut > 0 ? [`${grouped(leftOut)} left out by --where`] : []),
    ...(impossible > 0 ? [`${grouped(impossible)} that no machine can be or that cannot run the work`] : []),
    ...(skipped > 0 ? [`${grouped(skipped)} whose bound is dominated`] : []),
    ...(missing.length > 0 ? [`${grouped(missing.length)} not computed yet`] : []),
  ];
  const size = gridSize(axes);
  const asked = search.kind !== "grid" && search.asked > size ? search.asked : undefined;
  return [
    ...(asked === undefined
      ? []
      : [`${grouped(asked)} points were asked for, and there are ${grouped(size)}.`]),
    `${counted(looked, "point")}, ${chosen}${others.length > 0 ? `; of them ${allOf(others)}` : ""}.`,
    ...remarks.map(printable),
    ...(where === undefined ? [] : [printable(`Points count where ${where}.`)]),
    ...(works.length > 1
      ? [`Numbers are geometric means over ${counted(works.length, "training step")}.`]
      : []),
    `Of ${grouped(count)} that count, ${grouped(front.length)} ${front.length === 1 ? "is" : "are"} on the front of ${allOf(objectives.map(({ name }) => name))}, all to be small.`,
  ];
}

/** Points of the front that are printed; CSV and JSON have all. */
const mostRows = 40;

/** Columns of a terminal. */
const terminal = 80;

/** An exploration for people: the front, the best in each objective beside the machines as given, and what mattered. */
export function explorationText(exploration: Exploration): string {
  const { front, points, axes } = exploration;
  const found = frontPoints(exploration);
  const whole = frontTable(exploration, found.slice(0, mostRows), axes);
  const fits = whole.split("\n").every((line) => line.length <= terminal);
  const different = fits ? found : differentPoints(found);
  const shown = different.slice(0, mostRows);
  const more = different.length - shown.length;
  const parts = [
    textLines([explorationTitle(exploration)]),
    textLines(explorationSentences(exploration)),
    ...(points.length > 0 ? [fits ? whole : frontTable(exploration, shown, [])] : []),
    ...(more > 0 ? [textLines([`${counted(more, "more point")} of the front: --format csv has them.`])] : []),
    ...(different.length < front.length
      ? [
          textLines([
            "Points of the front with the same numbers stand there once: what they differ in does not change them.",
          ]),
        ]
      : []),
    ...(points.length > 0 && !fits
      ? [textLines(commonSentence(exploration)), ...valueTables(exploration, shown), bestTable(exploration)]
      : []),
    textLines([...bestSentences(exploration, fits), ...impossibleSentences(exploration)]),
    ...(points.length > 2 ? [sensitivityTable(exploration)] : []),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** The front, the first objective growing. */
export function frontPoints({ front, points }: Exploration): ExplorationPoint[] {
  const found = front.map((i) => points[i]);
  return found.sort((a, b) => a.objectives[0] - b.objectives[0]);
}

/** Of points one after the other with the same objectives the first. */
const differentPoints = (points: readonly ExplorationPoint[]): ExplorationPoint[] =>
  points.filter(
    ({ objectives }, i) => i === 0 || objectives.some((value, k) => value !== points[i - 1].objectives[k]),
  );

/** The axes in whose values points of the front differ. */
const differing = ({ front, points, axes }: Exploration) =>
  axes.filter(({ name }) => new Set(front.map((i) => points[i].values[name])).size > 1);

/** What all points of the front have in common: none where it is one point, or nothing. */
function commonSentence(exploration: Exploration): string[] {
  const { front, points, axes } = exploration;
  const [first] = front.map((i) => points[i]);
  const others = differing(exploration);
  const common = axes.filter((axis) => !others.includes(axis));
  const values = common.map(({ name }) => `${name}=${first.values[name]}`);
  return front.length > 1 && common.length > 0 ? [printable(`All of them have ${allOf(values)}.`)] : [];
}

/** What points of the front differ in, by their numbers in its table: axes one beside the other as far as a terminal goes. */
function valueTables(exploration: Exploration, shown: readonly ExplorationPoint[]): string[] {
  const columns = differing(exploration).map(({ name }) => {
    const at = name.lastIndexOf(".") + 1;
    return {
      head: [name.slice(0, at), name.slice(at)].map(printable),
      cells: shown.map(({ values }) => String(values[name])),
    };
  });
  const widthOf = ({ head, cells }: (typeof columns)[number]) =>
    2 + Math.max(...[...head, ...cells].map(({ length }) => length));
  const blocks: (typeof columns)[] = [];
  let room = 0;
  for (const column of columns) {
    if (widthOf(column) > room) {
      blocks.push([]);
      room = terminal - "point".length;
    }
    blocks.at(-1)!.push(column);
    room -= widthOf(column);
  }
  return blocks.map((block) =>
    plainTable({
      head: [
        ...(block.some(({ head }) => head[0] !== "") ? [["", ...block.map(({ head }) => head[0])]] : []),
        ["point", ...block.map(({ head }) => head[1])],
      ],
      rows: shown.map((_, i) => [String(i + 1), ...block.map(({ cells }) => cells[i])]),
      left: [],
    }),
  );
}

function frontTable(
  { objectives, given }: Exploration,
  shown: readonly ExplorationPoint[],
  axes: Exploration["axes"],
): string {
  const numbers = (point: ExplorationPoint) =>
    point.objectives.map((value, i) =>
      given ? `${threeDigits(value)} ${share(value, given.objectives[i])}` : threeDigits(value),
    );
  const first = axes.length > 0 ? axes.map(({ name }) => printable(name)) : ["point"];
  const valuesOf = (point: ExplorationPoint, i: number) =>
    axes.length > 0 ? axes.map(({ name }) => String(point.values[name])) : [String(i + 1)];
  const foot = given && [...first.map((_, i) => (i === 0 ? "as given" : "")), ...numbers(given)];
  return plainTable({
    head: [[...first, ...objectives.map(({ name }) => printable(name))]],
    rows: shown.map((point, i) => [...valuesOf(point, i), ...numbers(point)]),
    ...(foot && { foot: [foot] }),
    left: [],
  });
}

/** The best point of each objective beside the machines as given: a line for each axis. */
function bestTable(exploration: Exploration): string {
  const { axes, objectives, own, given } = exploration;
  const best = bestPoints(exploration);
  const numbers = (i: number) => best.map((point) => brief(point.objectives[i]));
  return plainTable({
    head: [
      ["", ...(given ? ["as"] : []), ...best.map(() => "least")],
      ["", ...(given ? ["given"] : []), ...objectives.map(({ name }) => printable(name))],
    ],
    rows: axes.map(({ name }) => [
      name,
      ...(given ? [String(own[name] ?? "")] : []),
      ...best.map(({ values }) => String(values[name])),
    ]),
    foot: objectives.map(({ name }, i) => [
      name,
      ...(given ? [brief(given.objectives[i])] : []),
      ...numbers(i),
    ]),
    left: [0],
    shorten: true,
  });
}

/** "(0.80x)" of what is given */
const share = (value: number, of: number): string => `(${times(value / of)})`;

/** Which point is best in each objective. */
function bestSentences(exploration: Exploration, withValues: boolean): string[] {
  const { objectives, given } = exploration;
  return bestPoints(exploration).map((best, i) => {
    const than = given ? `, ${times(best.objectives[i] / given.objectives[i])} of the machines as given` : "";
    return `Least ${objectives[i].name}: ${threeDigits(best.objectives[i])}${than}${withValues ? `, at ${valuesText(best.values)}` : ""}.`;
  });
}

/** Each reason once, with its first point. */
function impossibleSentences({ impossible }: Exploration): string[] {
  const reasons = new Map<string, { count: number; values: PointValues; why: string }>();
  for (const { values, why } of impossible) {
    const kind = why.replace(/\d+(\.\d+)?/g, "N");
    reasons.set(kind, { values, why, ...reasons.get(kind), count: (reasons.get(kind)?.count ?? 0) + 1 });
  }
  return Array.from(
    reasons.values(),
    ({ count, values, why }) =>
      `Impossible, ${counted(count, "point")}: ${printable(why)} (${valuesText(values)}).`,
  );
}

function sensitivityTable(exploration: Exploration): string {
  const { objectives } = exploration;
  const rows = sensitivities(exploration).map(({ axis, shares }) => [axis.name, ...shares.map(percent)]);
  const table = plainTable({
    head: [["", ...objectives.map(({ name }) => name)]],
    rows,
    left: [0],
  });
  const about =
    "How much each explains: the share of the variance of an objective's logarithm that lies between its values.";
  return `${textLines([about])}\n${table}`;
}

/** The table of an exploration, as CSV. */
export function explorationCsv(exploration: Exploration): string {
  const { columns, rows } = explorationTable(exploration);
  return csv([columns, ...rows]);
}

/** One row for each point that counts, and one for the machines as given; all that is known of each machine and work. "" stands for nothing. */
export function explorationTable(exploration: Exploration): DataTable {
  const { axes, objectives, points, front, given, works } = exploration;
  const labels = Object.keys((given ?? points[0])?.result.machines ?? {});
  const onFront = new Set(front);
  const columns = [
    ...axes.map(({ name }) => name),
    "front",
    ...objectives.map(({ name }) => `objective.${name}`),
    ...labels.flatMap((label) => machineColumns(label, works)),
    ...works.flatMap((work) => [`validMacs@${work}`, `boundCycles@${work}`]),
  ];
  const row = (point: ExplorationPoint, front: number | "") => [
    ...axes.map(({ name }) => point.values[name] ?? ""),
    front,
    ...point.objectives,
    ...labels.flatMap((label) => machineNumbers(point.result.machines[label])),
    ...point.result.works.flatMap(({ validMacs, boundCycles }) => [validMacs, boundCycles]),
  ];
  const ofPoints = points.map((point, i) => row(point, onFront.has(i) ? 1 : 0));
  return { columns, rows: given ? [row(given, ""), ...ofPoints] : ofPoints };
}

const machineColumns = (label: string, works: readonly string[]): string[] => [
  `${label}.clockMhz`,
  `${label}.multipliers`,
  `${label}.areaMm2`,
  ...works.flatMap((work) =>
    ["cycles", "energyPj", "onChipPj"].map((measure) => `${label}.${measure}@${work}`),
  ),
];

const machineNumbers = ({ clockMhz, multipliers, areaMm2, works }: MachineResult): number[] => [
  clockMhz,
  multipliers,
  areaMm2,
  ...works.flatMap(({ cycles, energyPj, onChipPj }) => [cycles, energyPj, onChipPj]),
];
