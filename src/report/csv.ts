import { energyParts } from "../energy/energy.ts";
import { type CycleBreakdown, type EventCounts, emptyBreakdown, noEvents } from "../events.ts";
import type { LayerReport, LayerResult, Report } from "./report.ts";

type Cell = string | number;
type Column = readonly [
  name: string,
  cell: (layer: LayerReport, machine: string, result: LayerResult) => Cell,
];

const causes = Object.keys(emptyBreakdown()) as (keyof CycleBreakdown)[];
/** `macs` is the machine's multipliers here, and the products it made are `busyPeCycles` */
const events = (Object.keys(noEvents()) as (keyof EventCounts)[]).filter((event) => event !== "macs");
const rooflines = [
  ...(["validOpsPerByte", "denseOpsPerByte", "achievedGops", "denseEquivalentGops"] as const),
  ...(["attainableGops", "roof"] as const),
];

/**
 * The columns, named as in the JSON: first the layer's work, then the machine's result. `busyPeCycles` to
 * `fillDrainPeCycles` are its breakdown and add up to macs x cycles; after them event counts, pJ by
 * part (they add up to `totalPj`), rows of DRAM, the layer's point on the roofline, and the mapping in words.
 */
const columns: readonly Column[] = [
  ["layer", ({ name }) => name],
  ["accelerator", (_, machine) => machine],
  ["denseMacs", ({ denseMacs }) => denseMacs],
  ["validMacs", ({ validMacs }) => validMacs],
  ["fmapDensity", ({ densities }) => densities.fmap],
  ["emapDensity", ({ densities }) => densities.emap],
  ["maskDensity", ({ densities }) => densities.mask],
  ["boundCycles", ({ boundCycles }) => boundCycles],
  ["boundBy", ({ boundBy }) => boundBy],
  ["cycles", (_, __, { cycles }) => cycles],
  ["macs", (_, __, { macs }) => macs],
  ["macUtilization", (_, __, { macUtilization }) => macUtilization],
  ...causes.map((cause): Column => [`${cause}PeCycles`, (_, __, { breakdown }) => breakdown[cause]]),
  ...events.map((event): Column => [event, (_, __, { events }) => events[event]]),
  ...energyParts.map((part): Column => [`${part}Pj`, (_, __, { energy }) => energy.partsPj[part]]),
  ["totalPj", (_, __, { energy }) => energy.totalPj],
  ["effectiveTopsPerWatt", (_, __, { energy }) => energy.effectiveTopsPerWatt],
  ["denseEquivalentTopsPerWatt", (_, __, { energy }) => energy.denseEquivalentTopsPerWatt],
  ["rowHits", (_, __, { dram }) => dram.rowHits],
  ["rowMisses", (_, __, { dram }) => dram.rowMisses],
  ...rooflines.map((name): Column => [name, (_, __, { roofline }) => roofline[name]]),
  ["mapping", (_, __, { mapping }) => mapping],
];

/** One line for each layer and machine under one of names; RFC 4180: CRLF, quotes where a cell needs them. */
export function reportCsv({ layers }: Report): string {
  const rows = layers.flatMap((layer) =>
    Object.entries(layer.results).map(([machine, result]) =>
      columns.map(([, cell]) => cell(layer, machine, result)),
    ),
  );
  return [columns.map(([name]) => name), ...rows]
    .map((row) => `${row.map(quotedCell).join(",")}\r\n`)
    .join("");
}

function quotedCell(cell: Cell): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
