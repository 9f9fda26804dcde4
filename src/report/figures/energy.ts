import { energyParts } from "../../energy/energy.ts";
import type { EnergyResult } from "../energy-result.ts";
import { inWords, percent, threeDigits } from "../format.ts";
import type { Report } from "../report.ts";
import type { Figure } from "./figure.ts";
import type { Rows } from "./rows.ts";
import { stackedBars } from "./stacked-bars.ts";

/** What pairs cost on a machine. */
interface Cost {
  readonly name: string;
  readonly validMacs: number;
  readonly energy: EnergyResult;
}

/** pJ a valid MAC; 0 where there is none. */
const ofValid = ({ validMacs }: Cost, pj: number): number => (validMacs > 0 ? pj / validMacs : 0);

/** What a valid MAC costs `subject`, by layer, and every machine over all layers, part by part. */
export function energy({ layers, totals, pricing }: Report, subject: string, width: number): Figure[] {
  const { validMacs } = totals;
  const all = { name: "all layers", validMacs, energy: totals.results[subject].energy };
  const { onChipPj, sparsityPj, totalPj } = all.energy;
  const at = `at ${pricing.nm} nm beside ${pricing.dram}`;
  const machines = [subject, ...Object.keys(totals.results).filter((name) => name !== subject)].map(
    (name): Cost => ({ name, validMacs, energy: totals.results[name].energy }),
  );
  const label = (cost: Cost) => `${cost.name}: ${threeDigits(ofValid(cost, cost.energy.totalPj))} pJ`;
  return [
    figureOf(
      width,
      {
        name: "energy",
        title: `Energy of ${subject} for each valid MAC, by layer`,
        caption:
          `${at[0].toUpperCase()}${at.slice(1)} a valid MAC costs ${threeDigits(ofValid(all, totalPj))} pJ over all layers, ` +
          `${threeDigits(ofValid(all, onChipPj))} of them on chip; ${percent(sparsityPj / onChipPj)} of that is for finding ` +
          "pairs, balance and bitmaps.",
      },
      { labels: layers.map(({ name }) => name), foot: "all layers" },
      [
        ...layers.map(({ name, validMacs, results }) => ({
          name,
          validMacs,
          energy: results[subject].energy,
        })),
        all,
      ],
    ),
    figureOf(
      width,
      {
        name: "energy-by-machine",
        title: "Energy of each machine for each valid MAC, over all layers",
        caption: `All machines ${at}; the sum of a bar's parts is written beside its name.`,
      },
      { labels: machines.map(label) },
      machines,
    ),
  ];
}

function figureOf(
  width: number,
  words: Pick<Figure, "name" | "title" | "caption">,
  rows: Rows,
  costs: readonly Cost[],
): Figure {
  return stackedBars({
    ...words,
    width,
    rows,
    x: { label: "energy of a valid MAC (pJ)" },
    stacks: energyParts.map((part) => ({
      label: inWords(part),
      lengths: costs.map((cost) => ofValid(cost, cost.energy.partsPj[part])),
    })),
    data: {
      columns: ["name", "validMacs", "totalPj", ...energyParts.map((part) => `${part}Pj`)],
      rows: costs.map(({ name, validMacs, energy }) => [
        name,
        validMacs,
        energy.totalPj,
        ...energyParts.map((part) => energy.partsPj[part]),
      ]),
    },
  });
}
