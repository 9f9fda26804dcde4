import type * as Plot from "@observablehq/plot";
import { columnWidth, pageWidth } from "./svg-text.ts";

/** An axis: what it shows, with its unit, its scale, and how its numbers are written. */
export interface Axis {
  readonly label: string;
  /** linear by default; `names` puts every value at its own place, in the order of the data */
  readonly scale?: "linear" | "log" | "names";
  /** smallest and largest value; those of the data by default */
  readonly domain?: readonly [number, number];
  /** where it is marked; at round numbers by default */
  readonly at?: readonly (number | string)[];
  readonly numbers?: (value: number) => string;
}

/** Whether a value has a place on an axis: a logarithmic one has none for 0. */
export const hasPlace = ({ scale }: Axis, value: number | string | undefined): boolean =>
  typeof value === "number" ? Number.isFinite(value) && (scale !== "log" || value > 0) : value !== undefined;

/** Plot's options for an axis that shows `values`. A logarithmic one begins and ends at 1, 2 or 5 times a power of ten. */
export function scaleOf(axis: Axis, values: readonly (number | string)[], width = pageWidth) {
  const { label, scale = "linear", domain, at, numbers = plainNumber } = axis;
  const words = { label, labelAnchor: "center" as const, labelArrow: "none" as const };
  if (scale === "names") {
    const names: Plot.ScaleOptions = {
      type: "point",
      domain: [...new Set(values)],
      label: null,
      padding: 0.5,
    };
    return { scale: names, axis: words, ticks: {} };
  }
  const placed = (domain ?? values).filter((value) => hasPlace(axis, value)).map(Number);
  const [least, most] = [Math.min(...placed), Math.max(...placed)];
  const round = scale === "log" && !domain ? roundNumbers(least, most) : undefined;
  const marks = at ?? round;
  return {
    scale: {
      type: scale,
      domain: round ? [round[0], round.at(-1)!] : [least, most],
      label: null,
      ...(!domain && !round && { nice: true, zero: true }),
    } as Plot.ScaleOptions,
    // `tickFormat` would leave out some of a logarithmic axis's numbers
    axis: { ...words, text: round && isCrowded(round, width) ? atPowers(numbers) : numbers },
    ticks: marks ? { ticks: [...marks] } : {},
  };
}

/** Whether the numbers of a logarithmic axis would stand in each other. */
const isCrowded = (numbers: readonly number[], width: number): boolean =>
  width === columnWidth && numbers.length > 6;

/** Numbers at powers of ten alone. */
const atPowers = (numbers: (value: number) => string) => (value: number) =>
  Number.isInteger(Number(Math.log10(value).toFixed(9))) ? numbers(value) : "";

/** 1, 2 and 5 times powers of ten, from the last that is not above `least` to the first that is not below `most`. */
function roundNumbers(least: number, most: number): number[] {
  const powers = Math.floor(Math.log10(least));
  const numbers: number[] = [];
  for (let power = powers; numbers.length === 0 || numbers.at(-1)! < most; power++)
    for (const digit of [1, 2, 5]) numbers.push(Number(`${digit}e${power}`));
  const first = numbers.findLastIndex((number) => number <= least);
  const last = numbers.findIndex((number) => number >= most);
  return first === last ? numbers.slice(first, last + 2) : numbers.slice(Math.max(0, first), last + 1);
}

const grouped = (value: number): string => value.toLocaleString("en-GB", { maximumFractionDigits: 6 });

/** 1234.5 as "1,234.5", and 500 million as "500 M": more digits would stand in the words beside an axis */
const plainNumber = (value: number): string => (value < 1e7 ? grouped(value) : `${grouped(value / 1e6)} M`);
