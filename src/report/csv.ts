import { energyParts } from "../energy/energy.ts";
import { type CycleBreakdown, type EventCounts, emptyBreakdown, noEvents } from "../events.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import type { ReportCoverage } from "./coverage.ts";
import { printable } from "./format.ts";
import type { LayerReport, LayerResult, Report } from "./report.ts";

type Cell = string | number;
type Column = readonly [
  name: string,
  cell: (layer: LayerReport, machine: string, result: LayerResult, phase: Phase) => Cell,
];

const causes = Object.keys(emptyBreakdown()) as (keyof CycleBreakdown)[];
/** `macs` is the machine's multipliers here, and the products it made are `busyPeCycles` */
const events: readonly (keyof EventCounts)[] = [
  ...(Object.keys(noEvents()) as (keyof EventCounts)[]).filter((event) => event !== "macs"),
  ...(["weightReadBytes", "dramWeightReadBytes", "mapWriteBytes"] as const),
];
const rooflines = [
  ...(["validOpsPerByte", "denseOpsPerByte", "achievedGops", "denseEquivalentGops"] as const),
  ...(["attainableGops", "roof"] as const),
];

/**
 * The columns, named as in the JSON: first the layer's work, then the machine's result. `busyPeCycles` to
 * `fillDrainPeCycles` are its breakdown and add up to macs x cycles; after them event counts, pJ by part (they add up to
 * `totalPj`), rows of DRAM, the layer's point on the roofline, and the mapping in words. Behind them stand `coverageColumns`, a remark, and
 * the phase. The bound is that of the
 * weight gradient alone.
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
  ...energyParts.map((part): Column => [`${part}Pj`, (_, __, { energy }) => energy.partsPj[part]]),
  ["totalPj", (_, __, { energy }) => energy.totalPj],
  ["effectiveTopsPerWatt", (_, __, { energy }) => energy.effectiveTopsPerWatt],
  ["denseEquivalentTopsPerWatt", (_, __, { energy }) => energy.denseEquivalentTopsPerWatt],
  ["rowHits", (_, __, { dram }) => dram.rowHits],
  ["rowMisses", (_, __, { dram }) => dram.rowMisses],
  ...rooflines.map((name): Column => [name, (_, __, { roofline }) => roofline[name]]),
  ["mapping", (_, __, { mapping }) => mapping],
];

/** Alike in every line: how much of the network is in the lines with numbers. */
export const coverageColumns = ["layersRun", "layersInAll", "operatorsWithWeights", "leftOutWithWeights"];

/**
 * What a trace or a network lacks, as lines: `layer` names what is missing, `remark` says why, and every other cell but the
 * counts is empty, as readers of CSV know a value that is not there. So sums and groups by machine stay what they are. What
 * was assumed has a line without a layer.
 */
export function coverageRows({ leftOut, notes }: ReportCoverage): [name: string, remark: string][] {
  return [
    ...leftOut.flatMap(({ operator, why, names, weights }) =>
      names.map((name): [string, string] => [
        name,
        `left out: ${operator}${weights ? "" : " (without weights)"}: ${why}`,
      ]),
    ),
    ...notes.map((note): [string, string] => ["", note]),
  ];
}

/** The cells of `coverageColumns`. */
export const coverageCounts = (coverage: ReportCoverage): Cell[] => [
  coverage.layers - coverage.notAskedFor.length,
  coverage.layers,
  coverage.operatorsWithWeights ?? "",
  coverage.leftOutWithWeights,
];

/** One line for each layer, phase and machine under one of names, then those of `coverageRows`, as `csv` writes them. */
export const reportCsv = (report: Report): string => csv(reportCsvRows(report));

/** The cells of `reportCsv`, the names first. */
export function reportCsvRows({ layers, coverage }: Report): Cell[][] {
  const counts = coverageCounts(coverage);
  const head = [...columns.map(([name]) => name), ...coverageColumns, "remark", "phase"];
  const rows = layers.flatMap((layer) =>
    phaseNames.flatMap((phase) => {
      const results = phase === "wg" ? layer.results : (layer.phases?.[phase] ?? {});
      return Object.entries(results).map(([machine, result]) => [
        ...columns.map(([, cell]) => cell(layer, machine, result, phase)),
        ...counts,
        "",
        phase,
      ]);
    }),
  );
  const missing = coverageRows(coverage).map(([name, remark]) => [
    name,
    ...columns.slice(1).map(() => ""),
    ...counts,
    remark,
    "",
  ]);
  return [head, ...rows, ...missing];
}

/**
 * Rows of cells, the headings first. RFC 4180: CRLF, quotes where a cell needs them, also for the semicolons that some
 * spreadsheets cut at. Texts come from outside: they are printable, and none is a formula.
 */
export const csv = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(quotedCell).join(",")}\r\n`).join("");

function quotedCell(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const text = noFormula(printable(cell));
  return /[",;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A spreadsheet runs a text that begins so, also in its wide forms and behind spaces; after an apostrophe it does not. */
const noFormula = (text: string): string => (/^\s*[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text);
