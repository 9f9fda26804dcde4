import { nodes } from "../../energy/nodes/index.ts";
import { chipAt, publishedChips } from "../../energy/published-chips.ts";
import { threeDigits } from "../format.ts";
import type { Report } from "../report.ts";
import type { Figure } from "./figure.ts";
import { textTable } from "./text-table.ts";

/** A machine of the run, or a published chip, at its own node and at that of the run. */
interface Row {
  readonly name: string;
  readonly format: string;
  readonly node: string;
  readonly voltage: number;
  readonly areaMm2?: number;
  readonly effective?: number;
  readonly dense: number;
  readonly scaledMm2?: number;
  readonly scaledDense: number;
  readonly source: string;
  readonly verified: string;
}

/** A table of area and efficiency, on chip: this run's machines and published chips, all at the run's node. */
export function comparison({ machines, totals, pricing }: Report, subject: string): Figure[] {
  const names = [subject, ...Object.keys(totals.results).filter((name) => name !== subject)];
  const models = names.map((name): Row => {
    const { effectiveTopsPerWattOnChip: effective, denseEquivalentTopsPerWattOnChip: dense } =
      totals.results[name].energy;
    const areaMm2 = machines[name].areaMm2.total;
    return {
      name,
      format: machines[name].format,
      node: String(pricing.nm),
      voltage: pricing.voltage,
      areaMm2,
      effective,
      dense,
      scaledMm2: areaMm2,
      scaledDense: dense,
      source: "this run",
      verified: "model",
    };
  });
  const chips = publishedChips.map((chip): Row => {
    const scaled = chipAt(chip, pricing);
    return {
      name: chip.name,
      format: chip.format ?? "",
      node: chip.node,
      voltage: chip.voltage ?? nodes[chip.node].voltage,
      dense: chip.denseTopsPerWatt,
      ...(chip.areaMm2 !== undefined && { areaMm2: chip.areaMm2 }),
      ...(scaled.areaMm2 !== undefined && { scaledMm2: scaled.areaMm2 }),
      scaledDense: scaled.denseTopsPerWatt,
      source: chip.source,
      verified: chip.verified,
    };
  });
  const rows = [...models, ...chips];
  const target = `${pricing.nm} nm, ${pricing.voltage} V`;
  const words = {
    name: "comparison",
    title: `Area and efficiency of each machine, at ${target}`,
    caption:
      `On chip, without DRAM. Effective: 2 operations a valid MAC; dense-equivalent: 2 a dense MAC, skipped or not, so it ` +
      `grows with the zeros of what is run. Published chips ran other work, and are scaled to ${target} by Stillmaker and Baas.`,
  };
  const digits = (value: number | undefined) => (value === undefined ? "–" : threeDigits(value));
  const at = `at ${pricing.nm} nm`;
  return [
    {
      ...words,
      svg: textTable({
        ...words,
        description: words.caption,
        words: [0, 1, 9],
        rule: models.length,
        head: [
          ["machine"],
          ["format"],
          ["nm"],
          ["V"],
          ["mm2"],
          ["TOPS/W,", "effective"],
          ["TOPS/W,", "dense-eq."],
          ["mm2", at],
          ["dense-eq.", at],
          ["checked"],
        ],
        rows: rows.map((row) => [
          row.name,
          row.format || "–",
          row.node,
          String(row.voltage),
          ...[row.areaMm2, row.effective, row.dense].map(digits),
          ...[row.scaledMm2, row.scaledDense].map(digits),
          row.verified,
        ]),
      }),
      data: {
        columns: [
          "machine",
          "format",
          "node",
          "voltage",
          "areaMm2",
          "effectiveTopsPerWattOnChip",
          "denseEquivalentTopsPerWattOnChip",
          "areaMm2.scaled",
          "denseEquivalentTopsPerWattOnChip.scaled",
          "source",
          "verified",
        ],
        rows: rows.map((row) => [
          row.name,
          row.format,
          Number(row.node),
          row.voltage,
          row.areaMm2 ?? "",
          row.effective ?? "",
          row.dense,
          row.scaledMm2 ?? "",
          row.scaledDense,
          row.source,
          row.verified,
        ]),
      },
    },
  ];
}
