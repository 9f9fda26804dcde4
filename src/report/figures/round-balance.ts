import { balanceBins, balanceBinWidth, type RoundBalance } from "../../events.ts";
import { percent } from "../format.ts";
import type { Report } from "../report.ts";
import type { Figure } from "./figure.ts";
import { markOf } from "./marks.ts";
import { points } from "./points.ts";

/** Where a bin begins: cycles beyond those of evenly spread pairs, in percent of these. */
const firstOf = (bin: number): number => 100 * bin * balanceBinWidth;

/** How even the rounds of `subject` are over all layers: a histogram, with every PE alone and as it ran. */
export function roundBalance({ totals }: Report, subject: string): Figure[] {
  const { balance } = totals.results[subject];
  if (!balance) return [];
  const all = balance.asRun.reduce((sum, pairs) => sum + pairs, 0);
  if (all === 0) return [];
  const bins = [...Array(balanceBins).keys()];
  const shareIn = (pairs: readonly number[]) => bins.map((bin) => pairs[bin] / all);
  const even = (kind: keyof RoundBalance) => percent(balance[kind][0] / all);
  const words = {
    name: "round-balance",
    title: `How even the rounds of ${subject} are, over all layers`,
    caption:
      `If every PE multiplied its own pairs, ${even("alone")} of all valid pairs would be in rounds that take less than ` +
      `${firstOf(1)} % longer than if their pairs were spread evenly; as it ran, ${even("asRun")} are. The last point ` +
      `stands for everything above ${firstOf(balanceBins - 1)} %.`,
  };
  const series = [
    { label: "every PE alone", kind: "alone" },
    { label: "as it ran", kind: "asRun" },
  ] as const;
  return [
    {
      ...words,
      svg: points({
        ...words,
        description: words.caption,
        series: series.map(({ label, kind }, i) => ({
          label,
          mark: markOf(1 - i),
          line: true,
          points: shareIn(balance[kind]).map((share, bin) => ({
            x: (firstOf(bin) + firstOf(bin + 1)) / 2,
            y: 100 * share,
          })),
        })),
        x: {
          scale: "linear",
          label: "cycles of a round beyond those that evenly spread pairs would take (%)",
        },
        y: { scale: "linear", label: "valid pairs (%)" },
      }),
      data: {
        columns: ["fromPercent", "toPercent", "validPairs.alone", "validPairs.asRun"],
        rows: bins.map((bin) => [
          firstOf(bin),
          bin === balanceBins - 1 ? "" : firstOf(bin + 1),
          balance.alone[bin],
          balance.asRun[bin],
        ]),
      },
    },
  ];
}
