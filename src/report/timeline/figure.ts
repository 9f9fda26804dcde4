import * as Plot from "@observablehq/plot";
import { type IdleCause, idleCauses } from "../../events.ts";
import type { MacState, Timeline } from "../../hardware/timeline/timeline.ts";
import { draw } from "../figures/drawing.ts";
import { fills, paint } from "../figures/palette.ts";
import { fontSize } from "../figures/svg-text.ts";
import { grouped, inWords } from "../format.ts";

const name = "timeline";
const causes = Object.keys(idleCauses) as IdleCause[];

/** What a PE can do, in the order of the legend. */
const uses: readonly { readonly label: string; readonly is: (state: MacState, pe: number) => boolean }[] = [
  { label: "multiplies its own pair", is: (state, pe) => state === pe },
  { label: "multiplies for another PE", is: (state, pe) => typeof state === "number" && state !== pe },
  ...causes.map((cause) => ({ label: inWords(cause), is: (state: MacState) => state === cause })),
];

interface Bar {
  readonly pe: number;
  readonly use: number;
  readonly x1: number;
  readonly x2: number;
}

/** A timeline of at least one cycle as an SVG: a row for each PE, cycles to the right. */
export function timelineFigure(timeline: Timeline): string {
  const { spans, pes, column, layerCycles } = timeline;
  const bars = Array.from({ length: pes }, (_, pe) => barsOf(timeline, pe)).flat();
  const [from, to] = [spans[0].from, spans.at(-1)!.to];
  const used = uses.map((use, at) => ({ ...use, at })).filter(({ at }) => bars.some(({ use }) => use === at));
  const rowHeight = 14;
  return draw({
    name,
    title: `Column ${column} in cycles ${grouped(from)} to ${grouped(to - 1)} of ${grouped(layerCycles)}`,
    description: "A row for each PE, cycles to the right: whether it multiplies, for whom, or why not.",
    legend: used.map(({ label, at }) => ({ label, sample: fills[at] })),
    plot: {
      height: pes * rowHeight + 48,
      marginTop: 8,
      marginBottom: 40,
      marginLeft: 46,
      x: { domain: [from, to], label: null },
      y: { domain: Array.from({ length: pes }, (_, pe) => pe), type: "band", padding: 0.12, label: null },
      marks: [
        ...used.map(({ at }) =>
          Plot.barX(
            bars.filter(({ use }) => use === at),
            { x1: "x1", x2: "x2", y: "pe", fill: paint(name, fills[at]) },
          ),
        ),
        Plot.axisY({ fontSize, tickSize: 0, tickFormat: (pe: number) => `PE ${pe}` }),
        Plot.axisX({ fontSize, label: "cycle", labelAnchor: "center", labelArrow: "none" }),
      ],
    },
  });
}

function barsOf({ spans }: Timeline, pe: number): Bar[] {
  const bars: Bar[] = [];
  for (const { from, to, states } of spans) {
    const use = uses.findIndex(({ is }) => is(states[pe], pe));
    const last = bars.at(-1);
    if (last?.use === use) bars[bars.length - 1] = { ...last, x2: to };
    else bars.push({ pe, use, x1: from, x2: to });
  }
  return bars;
}
