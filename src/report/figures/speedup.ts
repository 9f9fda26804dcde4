import { allOf, times } from "../format.ts";
import { multipliersSentences } from "../multipliers.ts";
import type { Report } from "../report.ts";
import { dotRows } from "./dot-rows.ts";
import type { Figure } from "./figure.ts";
import { markOf } from "./marks.ts";

/** How much faster `subject` is than each other machine, by layer; nothing where there is no other. */
export function speedup({ layers, totals }: Report, subject: string, width: number): Figure[] {
  const others = Object.keys(totals.results).filter((name) => name !== subject);
  if (others.length === 0) return [];
  const all = [...layers, { ...totals, name: "all layers" }];
  const over = (other: string) => all.map(({ results }) => results[other].cycles / results[subject].cycles);
  const ideal = all.map(({ denseMacs, validMacs }) => (validMacs > 0 ? denseMacs / validMacs : undefined));
  const compared = others.map((other) => {
    const byLayer = over(other).slice(0, -1);
    const range = `${times(Math.min(...byLayer))} to ${times(Math.max(...byLayer))}`;
    return `${times(totals.results[subject].speedupOver[other])} as fast as ${other} (by layer ${range})`;
  });
  // what a dense array would take follows from the dense MACs only if it is as large as `subject`
  const alike = multipliersSentences({ totals }).length === 0;
  const gain = alike
    ? "a tick is what leaving out every zero would gain"
    : "what leaving out every zero would gain is not drawn, for it holds between equal numbers of MACs";
  const words = {
    name: "speedup",
    title: `Speedup of ${subject} over the other machines, by layer`,
    caption: `Over all layers ${subject} is ${allOf(compared)}; ${gain}.`,
  };
  const columns = ["layer", ...others.map((other) => `speedupOver.${other}`), "denseMacs/validMacs"];
  const speedups = others.map(over);
  return [
    {
      ...words,
      svg: dotRows({
        ...words,
        description: words.caption,
        width,
        rows: { labels: layers.map(({ name }) => name), foot: "all layers" },
        series: [
          ...(alike ? [{ label: "dense MACs / valid MACs", sample: "tick" as const, values: ideal }] : []),
          ...others.map((other, i) => ({
            label: `over ${other}`,
            sample: markOf(i + 1),
            values: speedups[i],
          })),
        ],
        x: { scale: "log", label: `cycles of the other machine / cycles of ${subject}` },
        rule: 1,
      }),
      data: {
        columns,
        rows: all.map(({ name }, i) => [name, ...speedups.map((values) => values[i]), ideal[i] ?? ""]),
      },
    },
  ];
}
