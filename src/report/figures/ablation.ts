import type { AblationRow } from "../ablation.ts";
import { times } from "../format.ts";
import type { Report } from "../report.ts";
import { dotRows } from "./dot-rows.ts";
import type { Figure } from "./figure.ts";
import { markOf } from "./marks.ts";
import { plainFill } from "./palette.ts";

/** What each mechanism of SWG is worth: added in turn, and removed; nothing for a report without an ablation. */
export function ablation({ ablation }: Report, subject: string, width: number): Figure[] {
  if (!ablation) return [];
  const { full, removed, added } = ablation;
  const speedup = (row: AblationRow) => times(row.limitedPorts.speedupOverDense);
  const slowest = removed.reduce((a, b) => (b.limitedPorts.cycles > a.limitedPorts.cycles ? b : a));
  return [
    ladder(added, width, {
      name: "ablation-added",
      title: `The mechanisms of ${subject}, added in turn`,
      caption: `From ${speedup(added[0])} to ${speedup(full)} over a dense array of as many MACs, step by step.`,
    }),
    ladder([full, ...removed], width, {
      name: "ablation-removed",
      title: `Each mechanism of ${subject} removed`,
      caption: `The full machine reaches ${speedup(full)} over a dense array; ${slowest.machine} it is ${speedup(slowest)}.`,
    }),
  ];
}

const ladder = (
  steps: readonly AblationRow[],
  width: number,
  words: Pick<Figure, "name" | "title" | "caption">,
): Figure => ({
  ...words,
  svg: dotRows({
    ...words,
    description: words.caption,
    width,
    rows: { labels: steps.map(({ machine }) => machine) },
    series: [
      {
        label: "with port limits (numbers at the right)",
        sample: plainFill,
        numbers: times,
        values: steps.map(({ limitedPorts }) => limitedPorts.speedupOverDense),
      },
      {
        label: "without port limits",
        sample: markOf(1),
        values: steps.map(({ unlimitedPorts }) => unlimitedPorts.speedupOverDense),
      },
    ],
    x: { label: "cycles of a dense array of as many MACs / cycles" },
    rule: 1,
  }),
  data: {
    columns: [
      "machine",
      "cycles",
      "speedupOverDense",
      "unlimitedPorts.cycles",
      "unlimitedPorts.speedupOverDense",
    ],
    rows: steps.map(({ machine, limitedPorts, unlimitedPorts }) => [
      machine,
      limitedPorts.cycles,
      limitedPorts.speedupOverDense,
      unlimitedPorts.cycles,
      unlimitedPorts.speedupOverDense,
    ]),
  },
});
