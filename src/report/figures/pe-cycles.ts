import { type IdleCause, idleCauses } from "../../events.ts";
import { grouped, inWords, percent } from "../format.ts";
import { losses } from "../layer-tables.ts";
import type { LayerResult, Report } from "../report.ts";
import type { Figure } from "./figure.ts";
import type { Rows } from "./rows.ts";
import { stackedBars } from "./stacked-bars.ts";

/** What a machine did: its results, and the pairs that it had to multiply. */
interface Work {
  readonly name: string;
  readonly validMacs: number;
  readonly result: Omit<LayerResult, "mapping" | "roofline">;
}

/** Where the MAC-cycles of `subject` went, by layer, and those of every machine over all layers. */
export function peCycles({ layers, totals }: Report, subject: string, width: number): Figure[] {
  const { validMacs } = totals;
  const [first] = losses(totals.results[subject], validMacs);
  const useful = percent(totals.results[subject].macUtilization);
  const lost = first ? `; most is lost to ${inWords(first.cause)} (${percent(first.share)})` : "";
  const machines = Object.entries(totals.results).map(([name, result]) => ({ name, validMacs, result }));
  const all = { name: "all layers", validMacs, result: totals.results[subject] };
  return [
    figureOf(
      width,
      {
        name: "pe-cycles",
        title: `Where the MAC-cycles of ${subject} went, by layer`,
        caption: `Over all layers ${useful} of ${subject}'s MAC-cycles multiply a valid pair${lost}.`,
      },
      { labels: layers.map(({ name }) => name), foot: "all layers" },
      [...layers.map(({ name, validMacs, results }) => ({ name, validMacs, result: results[subject] })), all],
    ),
    figureOf(
      width,
      {
        name: "pe-cycles-by-machine",
        title: "Where each machine's MAC-cycles went, over all layers",
        caption:
          "The same work takes each machine a different number of MAC-cycles, which is written beside its name.",
      },
      { labels: machines.map(({ name, result }) => `${name}: ${grouped(result.macs * result.cycles)}`) },
      machines,
    ),
  ];
}

const causes = Object.keys(idleCauses) as IdleCause[];

/** Everything that a MAC can do in a cycle, always in this order. */
const uses: readonly { key: string; label: string; peCycles: (work: Work) => number }[] = [
  { key: "useful", label: "useful: a valid pair", peCycles: ({ validMacs }) => validMacs },
  {
    key: "uselessProducts",
    label: "useless products",
    peCycles: ({ validMacs, result }) => result.breakdown.busy - validMacs,
  },
  ...causes.map((cause) => ({
    key: cause,
    label: inWords(cause),
    peCycles: ({ result }: Work) => result.breakdown[cause],
  })),
];

function figureOf(
  width: number,
  words: Pick<Figure, "name" | "title" | "caption">,
  rows: Rows,
  works: readonly Work[],
): Figure {
  return stackedBars({
    ...words,
    width,
    rows,
    x: { label: "share of MAC-cycles (%)", domain: [0, 100] },
    stacks: uses.map(({ label, peCycles }) => ({
      label,
      lengths: works.map((work) => (100 * peCycles(work)) / (work.result.macs * work.result.cycles)),
    })),
    data: {
      columns: ["name", "macs", "cycles", ...uses.map(({ key }) => `${key}PeCycles`)],
      rows: works.map((work) => [
        work.name,
        work.result.macs,
        work.result.cycles,
        ...uses.map(({ peCycles }) => peCycles(work)),
      ]),
    },
  });
}
