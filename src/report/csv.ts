import { type CycleBreakdown, type EventCounts, emptyBreakdown } from "../events.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import type { LayerReport, LayerResult, Report } from "./report.ts";

type Cell = string | number;
type Column = readonly [
  name: string,
  cell: (layer: LayerReport, machine: string, result: LayerResult, phase: Phase) => Cell,
];

const causes = Object.keys(emptyBreakdown()) as (keyof CycleBreakdown)[];
const events: readonly (keyof EventCounts)[] = [
  ...(["fmapReadBytes", "emapReadBytes", "gradientWriteBytes"] as const),
  ...(["dramReadBytes", "dramWriteBytes", "traceVectors", "weightReadBytes", "mapWriteBytes"] as const),
];

/**
 * The columns, named as in the JSON: first the layer's work, then the machine's result. `busyPeCycles` to
 * `fillDrainPeCycles` are its breakdown and add up to macs x cycles; after them event counts, the mapping in words, and the phase. The
 * bound is that of the weight gradient alone.
 */
const columns: readonly Column[] = [
  ["layer", ({ name }) => name],
  ["accelerator", (_, machine) => machine],
  ["denseMacs", ({ denseMacs }) => denseMacs],
  ["validMacs", (layer, _, __, phase) => layer.phaseValidMacs?.[phase] ?? layer.validMacs],
  ["fmapDensity", ({ densities }) => densities.fmap],
  ["emapDensity", ({ densities }) => densities.emap],
  ["maskDensity", ({ densities }) => densities.mask],
  ["boundCycles", ({ boundCycles }, _, __, phase) => (phase === "wg" ? boundCycles : "")],
  ["boundBy", ({ boundBy }, _, __, phase) => (phase === "wg" ? boundBy : "")],
  ["cycles", (_, __, { cycles }) => cycles],
  ["macs", (_, __, { macs }) => macs],
  ["macUtilization", (_, __, { macUtilization }) => macUtilization],
  ...causes.map((cause): Column => [`${cause}PeCycles`, (_, __, { breakdown }) => breakdown[cause]]),
  ...events.map((event): Column => [event, (_, __, { events }) => events[event] ?? 0]),
  ["mapping", (_, __, { mapping }) => mapping],
  ["phase", (_, __, ___, phase) => phase],
];

/** One line for each layer, phase and machine under one of names; RFC 4180: CRLF, quotes where a cell needs them. */
export function reportCsv({ layers }: Report): string {
  const rows = layers.flatMap((layer) =>
    phaseNames.flatMap((phase) => {
      const results = phase === "wg" ? layer.results : (layer.phases?.[phase] ?? {});
      return Object.entries(results).map(([machine, result]) =>
        columns.map(([, cell]) => cell(layer, machine, result, phase)),
      );
    }),
  );
  return csv([columns.map(([name]) => name), ...rows]);
}

/** Rows of cells, the headings first. */
export const csv = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(quotedCell).join(",")}\r\n`).join("");

function quotedCell(cell: Cell): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
