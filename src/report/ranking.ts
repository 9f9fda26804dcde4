import type { DataTable } from "./figures/figure.ts";
import { grouped, threeDigits, times } from "./format.ts";
import type { PlainTable } from "./plain-table.ts";
import type { Report } from "./report.ts";
import { yardsticks } from "./yardsticks.ts";

/** The same table on a page. */
export function rankingData(report: Report): DataTable {
  const pj = ["pJ a valid MAC, on chip", "with DRAM"];
  return {
    columns: ["machine", "cycles", "mm2", `mm2 x cycles vs ${report.subject}`, ...pj],
    rows: rankingTable(report).rows.map((row) => row.map(String)),
  };
}

/** The machines of a run, the one that takes the least mm2 x cycles first: what speed costs each of them in area and energy. */
export function rankingTable(report: Report): PlainTable {
  const { machines, totals, subject } = report;
  const own = yardsticks(report, subject).areaCycles;
  const ofValid = (pj: number) => (totals.validMacs > 0 ? threeDigits(pj / totals.validMacs) : "none");
  const ranked = Object.keys(totals.results)
    .map((name) => ({ name, areaCycles: yardsticks(report, name).areaCycles }))
    .sort((a, b) => a.areaCycles - b.areaCycles);
  return {
    head: [
      ["", "", "", "mm2 x cycles", { content: "pJ a valid MAC", colSpan: 2 }],
      ["machine", "cycles", "mm2", `vs ${subject}`, "on chip", "with DRAM"],
    ],
    rows: ranked.map(({ name, areaCycles }) => [
      name,
      grouped(totals.results[name].cycles),
      threeDigits(machines[name].areaMm2.total),
      times(areaCycles / own),
      ofValid(totals.results[name].energy.onChipPj),
      ofValid(totals.results[name].energy.totalPj),
    ]),
    left: [0],
    shorten: true,
  };
}
