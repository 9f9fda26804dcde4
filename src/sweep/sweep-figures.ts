import { withCaveats } from "../report/figures/caveats.ts";
import { dotRows } from "../report/figures/dot-rows.ts";
import type { Figure } from "../report/figures/figure.ts";
import { markOf } from "../report/figures/marks.ts";
import { points } from "../report/figures/points.ts";
import type { Axis } from "../report/figures/scale.ts";
import { pageWidth } from "../report/figures/svg-text.ts";
import { grouped } from "../report/format.ts";
import { boundName } from "../report/report.ts";
import {
  areaTime,
  changesArea,
  machinesOf,
  meanSpeedup,
  rowsOf,
  type Sweep,
  type SweepRow,
  sameMultipliers,
} from "./sweep.ts";
import { sweepCoverageSentences } from "./sweep-coverage.ts";
import { sweepMultipliersSentences } from "./sweep-text.ts";

/** What a figure of a sweep has on its y axis: a number of each machine, and one that no machine changes. */
interface Shown {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly machines: readonly string[];
  readonly of: (row: SweepRow, machine: string) => number;
  readonly limit?: { readonly label: string; readonly of: (row: SweepRow) => number };
  /** over all values, where it makes sense */
  readonly mean?: (machine: string) => number | undefined;
  readonly y: Axis;
  /** where machines are equal */
  readonly rule?: number;
  readonly width: number;
}

const ideal = ({ denseMacs, validMacs }: SweepRow): number => denseMacs / validMacs;

/** 2500000 as "2.5M" */
const compact = (value: number): string => value.toLocaleString("en-US", { notation: "compact" });

/** Speedup, cycles, utilisation and energy over the axis of a sweep; `width` in pixels, as for `reportFigures`. */
export function sweepFigures(sweep: Sweep, width: number = pageWidth): Figure[] {
  const { name } = sweep.axis;
  const machines = machinesOf(sweep);
  const [subject, ...others] = machines;
  const [{ report }] = sweep.points;
  const { pricing } = report;
  const named = axisOf(sweep.axis).axis.scale === "names";
  const limit = named ? "A tick" : "The grey line";
  const alike = sameMultipliers(sweep);
  const bound = boundName(report);
  const shown: Omit<Shown, "width">[] = [
    {
      name: "sweep-speedup",
      title: `Speedup of ${subject} over the other machines, by ${name}`,
      caption: alike
        ? `${limit} is what leaving out every zero would gain over a dense array.`
        : "What leaving out every zero would gain is not drawn, for it holds between equal numbers of MACs.",
      machines: others,
      of: (row, machine) => row.machines[machine].subjectSpeedup,
      mean: (machine) => meanSpeedup(sweep, machine),
      ...(alike && { limit: { label: "dense MACs / valid MACs", of: ideal } }),
      y: { label: `cycles of the other machine / cycles of ${subject}`, scale: "log" },
      rule: 1,
    },
    {
      name: "sweep-cycles",
      title: `Cycles of all layers, by ${name}`,
      caption: `${limit} is ${bound}, which no machine of that size can beat.`,
      machines,
      of: (row, machine) => row.machines[machine].cycles,
      limit: { label: "bound", of: (row) => row.boundCycles },
      y: { label: "cycles", scale: "log", numbers: named ? compact : grouped },
    },
    {
      name: "sweep-utilization",
      title: `MAC utilisation over all layers, by ${name}`,
      caption: `${limit} is the utilisation of ${subject} if every layer took as long as ${bound}.`,
      machines,
      of: (row, machine) => 100 * row.machines[machine].macUtilization,
      limit: {
        label: "bound",
        of: (row) => (100 * row.validMacs) / (row.machines[subject].macs * row.boundCycles),
      },
      y: { label: "valid MACs / (MACs in the array x cycles) (%)", domain: [0, 100] },
    },
    {
      name: "sweep-energy",
      title: `Energy for each valid MAC, by ${name}`,
      caption: `At ${pricing.nm} nm beside ${pricing.dram}, DRAM included.`,
      machines,
      of: (row, machine) => row.machines[machine].totalPj / row.validMacs,
      y: { label: "energy of a valid MAC (pJ)", scale: "log" },
    },
    ...(machines.some((machine) => changesArea(sweep, machine))
      ? [
          {
            name: "sweep-area",
            title: `Area x cycles, by ${name}`,
            caption: `At ${pricing.nm} nm. Two sizes of a machine that differ in both are compared by it; less is better.`,
            machines,
            of: areaTime,
            y: { label: "mm2 x cycles", scale: "log", numbers: compact } as const,
          },
        ]
      : []),
  ];
  const caveats = [...sweepCoverageSentences(sweep), ...sweepMultipliersSentences(sweep)];
  return shown
    .filter(({ machines }) => machines.length > 0)
    .map((one) => withCaveats(figureOf(sweep, { ...one, width }), caveats));
}

function figureOf(sweep: Sweep, shown: Shown): Figure {
  const { machines, of, limit, name, title, caption } = shown;
  const rows = rowsOf(sweep);
  return {
    name,
    title,
    caption,
    svg: axisOf(sweep.axis).axis.scale === "names" ? rowsSvg(sweep, shown) : pointsSvg(sweep, shown),
    data: {
      columns: [sweep.axis.name, ...machines, ...(limit ? [limit.label] : [])],
      rows: rows.map((row) => [
        row.value,
        ...machines.map((machine) => of(row, machine)),
        ...(limit ? [limit.of(row)] : []),
      ]),
    },
  };
}

/** The mark that a machine has in every figure of a sweep. */
const markIn = (sweep: Sweep, machine: string) => markOf(machinesOf(sweep).indexOf(machine));

function pointsSvg(sweep: Sweep, { machines, of, limit, y, ...words }: Shown): string {
  const rows = rowsOf(sweep);
  const { axis, place } = axisOf(sweep.axis);
  return points({
    ...words,
    description: words.caption,
    x: axis,
    y,
    series: machines.map((machine) => ({
      label: machine,
      mark: markIn(sweep, machine),
      line: true,
      points: rows.map((row) => ({ x: place(row.value), y: of(row, machine) })),
    })),
    ...(limit && {
      reference: {
        label: limit.label,
        points: rows.map((row) => ({ x: place(row.value), y: limit.of(row) })),
      },
    }),
  });
}

/** Values that are names have no order: a row for each, and one for their mean. */
function rowsSvg(sweep: Sweep, { machines, of, limit, mean, y, rule, ...words }: Shown): string {
  const rows = rowsOf(sweep);
  const means = machines.map((machine) => mean?.(machine));
  const foot = means.some((value) => value !== undefined) ? { foot: "geometric mean" } : {};
  return dotRows({
    ...words,
    description: words.caption,
    x: y,
    ...(rule !== undefined && { rule }),
    rows: { labels: rows.map(({ value }) => String(value)), ...foot },
    series: [
      ...(limit ? [{ label: limit.label, sample: "tick" as const, values: rows.map(limit.of) }] : []),
      ...machines.map((machine, i) => ({
        label: machine,
        sample: markIn(sweep, machine),
        values: [...rows.map((row) => of(row, machine)), means[i]],
      })),
    ],
  });
}

const mostTicks = 12;

/**
 * The x axis of a sweep, and where a value stands on it. Densities are shown as shares of zeros. Numbers that span a
 * factor of eight or more are spaced by their ratios; names, and numbers in no order, evenly.
 */
function axisOf({ name, values, unit }: Sweep["axis"]): {
  axis: Axis;
  place: (value: number | string) => number | string;
} {
  const same = (value: number | string) => value;
  const numbers = values.filter((value) => typeof value === "number");
  const label = unit === undefined ? name : `${name} (${unit})`;
  if (numbers.length < values.length) return { axis: { label, scale: "names" }, place: same };
  const domain = [Math.min(...numbers), Math.max(...numbers)] as const;
  const [, tensor] = /^density\.(.*)$/.exec(name) ?? [];
  if (tensor !== undefined) {
    const zeros = (value: number | string) => Number((100 * (1 - Number(value))).toPrecision(12));
    const ends = [zeros(domain[1]), zeros(domain[0])] as const;
    return {
      axis: { label: `zeros in ${tensor === "maps" ? "fmap and emap" : tensor} (%)`, domain: ends },
      place: zeros,
    };
  }
  const at = values.length <= mostTicks ? { at: values } : {};
  const scale = domain[0] > 0 && domain[1] / domain[0] >= 8 ? "log" : "linear";
  return { axis: { label, scale, domain, ...at }, place: same };
}
