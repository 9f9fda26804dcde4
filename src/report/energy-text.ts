import { type EnergyPart, energyParts, sparsityParts } from "../energy/energy.ts";
import { counted, grouped, inWords, percent, threeDigits, timeOf, times } from "./format.ts";
import { plainTable } from "./plain-table.ts";
import type { Report } from "./report.ts";
import { type Yardsticks, yardsticks } from "./yardsticks.ts";

/** Energy and area of each machine, and where the energy of `subject` goes. */
export function energyText(report: Report, subject: string): string {
  const { pricing, totals } = report;
  const names = [subject, ...Object.keys(totals.results).filter((name) => name !== subject)];
  const title =
    `Energy and area at ${pricing.nm} nm, ${pricing.voltage} V, beside ${pricing.dram} (${pricing.dramPjPerBit} pJ a bit). ` +
    "TOPS/W counts 2 operations\nfor each valid MAC (effective) or dense MAC (dense-equivalent). All prices: swg list energy\n\n";
  return `${title}${machines(report, names)}\n${together(report, names)}\n${parts(report, subject)}`;
}

/** What speed costs, and how fast each machine would be at the clock that its own gates allow. */
function together(report: Report, names: readonly string[]): string {
  const { machines, totals } = report;
  const beside = (name: string, yardstick: keyof Yardsticks) =>
    times(yardsticks(report, name)[yardstick] / yardsticks(report, names[0])[yardstick]);
  return plainTable({
    head: [
      ["", "", `vs ${names[0]}`, "", { content: "at a clock of its own", colSpan: 3 }],
      ["machine", "cycles", "mm2 x cycles", "pJ x cycles", "gates in a cycle", "MHz", "time"],
    ],
    rows: names.map((name) => {
      const { longestWayGates, ownClockMhz } = machines[name];
      const { cycles } = totals.results[name];
      return [
        name,
        grouped(cycles),
        beside(name, "areaCycles"),
        beside(name, "energyCycles"),
        grouped(longestWayGates),
        threeDigits(ownClockMhz),
        timeOf(cycles, ownClockMhz),
      ];
    }),
    left: [0],
  });
}

function machines({ machines, totals }: Report, names: readonly string[]): string {
  return plainTable({
    head: [
      [
        "",
        "area,",
        { content: "pJ a valid MAC", colSpan: 2 },
        { content: "effective TOPS/W", colSpan: 2 },
        { content: "dense-equivalent TOPS/W", colSpan: 2 },
      ],
      ["machine", "mm2", "on chip", "with DRAM", "on chip", "with DRAM", "on chip", "with DRAM"],
    ],
    rows: names.map((name) => {
      const { energy } = totals.results[name];
      const ofValid = (pj: number) => (totals.validMacs > 0 ? threeDigits(pj / totals.validMacs) : "none");
      return [
        name,
        threeDigits(machines[name].areaMm2.total),
        ofValid(energy.onChipPj),
        ofValid(energy.totalPj),
        ...[energy.effectiveTopsPerWattOnChip, energy.effectiveTopsPerWatt].map(threeDigits),
        ...[energy.denseEquivalentTopsPerWattOnChip, energy.denseEquivalentTopsPerWatt].map(threeDigits),
      ];
    }),
    left: [0],
  });
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
      `  ${percent(share).padStart(7)}  ${inWords(part).padEnd(width)}  ${partWords[part]}\n`,
  );
  const bound = layers.filter(({ results }) => results[subject].roofline.roof === "dram").length;
  const withRows = layers.filter(({ results }) => results[subject].roofline.withRows?.roof === "dram").length;
  const { fmapBytes, emapBytes, gradientBytes, maskBytes } = dram;
  const bytes = fmapBytes + emapBytes + gradientBytes + maskBytes;
  const share = (n: number) => percent(n / bytes);
  const ofMask = maskBytes > 0 ? `, mask ${share(maskBytes)}` : "";
  return (
    `Where the ${threeDigits(energy.totalPj / 1e6)} µJ of ${subject} went; sparsity itself\n` +
    `(${sparsityParts.map(inWords).join(", ")}) took ${percent(energy.sparsityPj / energy.onChipPj)} of what is on chip:\n` +
    `${lines.join("")}\n` +
    `DRAM moved ${grouped(bytes)} bytes: fmap ${share(fmapBytes)}, emap ${share(emapBytes)}, gradient ${share(gradientBytes)}${ofMask}. It is the roof of ` +
    `${bound} of ${counted(layers.length, "layer")},\nand of ${withRows} if nothing hides the rows that it opens.\n`
  );
}
