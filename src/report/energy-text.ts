import { type EnergyPart, energyParts, sparsityParts } from "../energy/energy.ts";
import { counted, grouped, inWords, percent, threeDigits, timeOf, times } from "./format.ts";
import { type PlainTable, plainTable } from "./plain-table.ts";
import type { Report } from "./report.ts";
import { textLines } from "./text-lines.ts";
import { yardsticks } from "./yardsticks.ts";

/** Efficiency of each machine, its own clock, and where the energy of `subject` goes. */
export function energyText(report: Report, subject: string): string {
  const { pricing } = report;
  const about = textLines([
    `Energy and area at ${pricing.nm} nm, ${pricing.voltage} V, beside ${pricing.dram} (${pricing.dramPjPerBit} pJ a bit). ` +
      "TOPS/W counts 2 operations for each valid MAC (effective) or dense MAC (dense-equivalent). All prices: swg list energy",
  ]);
  return `${about}\n${plainTable(efficiencyTable(report))}\n${plainTable(clockTable(report))}\n${parts(report, subject)}`;
}

/** The machines in the order of a table: the subject before all others. */
const inOrder = ({ totals, subject }: Report): string[] => [
  subject,
  ...Object.keys(totals.results).filter((name) => name !== subject),
];

/** pJ x cycles of each machine, and how fast it would be at the clock that its own gates allow. */
export function clockTable(report: Report): PlainTable {
  const { machines, totals, subject } = report;
  const own = yardsticks(report, subject).energyCycles;
  return {
    head: [
      ["", "pJ x cycles", { content: "at a clock of its own", colSpan: 3 }],
      ["machine", `vs ${subject}`, "gates in a cycle", "MHz", "time"],
    ],
    rows: inOrder(report).map((name) => {
      const { longestWayGates, ownClockMhz } = machines[name];
      return [
        name,
        times(yardsticks(report, name).energyCycles / own),
        grouped(longestWayGates),
        threeDigits(ownClockMhz),
        timeOf(totals.results[name].cycles, ownClockMhz),
      ];
    }),
    left: [0],
    shorten: true,
  };
}

/** TOPS/W of each machine. */
export function efficiencyTable(report: Report): PlainTable {
  return {
    head: [
      ["", { content: "effective TOPS/W", colSpan: 2 }, { content: "dense-equivalent TOPS/W", colSpan: 2 }],
      ["machine", "on chip", "with DRAM", "on chip", "with DRAM"],
    ],
    rows: inOrder(report).map((name) => {
      const { energy } = report.totals.results[name];
      return [
        name,
        ...[energy.effectiveTopsPerWattOnChip, energy.effectiveTopsPerWatt].map(threeDigits),
        ...[energy.denseEquivalentTopsPerWattOnChip, energy.denseEquivalentTopsPerWatt].map(threeDigits),
      ];
    }),
    left: [0],
    shorten: true,
  };
}

const partWords: Readonly<Record<EnergyPart, string>> = {
  mac: "multiplying and adding",
  fmapBuffers: "fmap values in the PEs",
  emapBuffers: "emap values in the PEs",
  operandBuffers: "values of either map in memories of the array",
  accumulators: "sums in the PEs",
  globalBuffer: "writing and reading the global buffer",
  interconnect: "wires between buffer and array, and adding up what leaves it",
  validDataTrace: "finding the pairs to multiply",
  balancer: "moving pairs to idle multipliers",
  bitmaps: "moving and reading bitmaps on chip",
  pairWires: "wires of pairs that move, and of their sums",
  sparsityClock: "clock of what finds and moves pairs",
  leakage: "SRAM that leaks",
  clock: "clock of all else",
  dram: "DRAM",
};

function parts({ totals, layers }: Report, subject: string): string {
  const { energy, dram } = totals.results[subject];
  const shown = energyParts
    .map((part) => ({ part, share: energy.partsPj[part] / energy.totalPj }))
    .filter(({ share }) => share >= 0.0005)
    .sort((a, b) => b.share - a.share);
  const width = Math.max(...shown.map(({ part }) => part.length + 2));
  const lines = shown.map(
    ({ part, share }) =>
      `  ${percent(share).padStart(7)}  ${inWords(part).padEnd(width)}  ${partWords[part]}`,
  );
  const bound = layers.filter(({ results }) => results[subject].roofline.roof === "dram").length;
  const withRows = layers.filter(({ results }) => results[subject].roofline.withRows?.roof === "dram").length;
  const { fmapBytes, emapBytes, gradientBytes, maskBytes } = dram;
  const bytes = fmapBytes + emapBytes + gradientBytes + maskBytes;
  const share = (n: number) => percent(n / bytes);
  const ofMask = maskBytes > 0 ? `, mask ${share(maskBytes)}` : "";
  return [
    textLines([
      `Where the ${threeDigits(energy.totalPj / 1e6)} µJ of ${subject} went; sparsity itself ` +
        `(${sparsityParts.map(inWords).join(", ")}) took ${percent(energy.sparsityPj / energy.onChipPj)} of what is on chip:`,
    ]),
    textLines(lines, " ".repeat(width + 13)),
    "\n",
    textLines([
      `DRAM moved ${grouped(bytes)} bytes: fmap ${share(fmapBytes)}, emap ${share(emapBytes)}, gradient ${share(gradientBytes)}${ofMask}. It is the roof of ` +
        `${bound} of ${counted(layers.length, "layer")}, and of ${withRows} if nothing hides the rows that it opens.`,
    ]),
  ].join("");
}
