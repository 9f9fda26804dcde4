import * as Plot from "@observablehq/plot";
import { type IdleCause, idleCauses } from "../../events.ts";
import type { MacState, Timeline } from "../../hardware/timeline/timeline.ts";
import { draw } from "../figures/drawing.ts";
import { fills, paint } from "../figures/palette.ts";
import { fontSize } from "../figures/svg-text.ts";
import { grouped, inWords } from "../format.ts";

const name = "timeline";
const causes = Object.keys(idleCauses) as IdleCause[];

/** What a MAC of a PE can do, in the order of the legend. */
const uses: readonly { readonly label: string; readonly is: (state: MacState, pe: number) => boolean }[] = [
  { label: "multiplies a pair of its PE", is: (state, pe) => state === pe },
  { label: "multiplies for another PE", is: (state, pe) => typeof state === "number" && state !== pe },
  ...causes.map((cause) => ({ label: inWords(cause), is: (state: MacState) => state === cause })),
];

interface Bar {
  readonly mac: number;
  readonly use: number;
  readonly x1: number;
  readonly x2: number;
}

/** A timeline of at least one cycle as an SVG: a row for each MAC, cycles to the right. */
export function timelineFigure(timeline: Timeline): string {
  const { spans, macs, column, layerCycles } = timeline;
  const bars = spans.flatMap((_, mac) => barsOf(timeline, mac));
  const [from, to] = [spans[0][0].from, spans[0].at(-1)!.to];
  const used = uses.map((use, at) => ({ ...use, at })).filter(({ at }) => bars.some(({ use }) => use === at));
  const rowHeight = 14;
  return draw({
    name,
    title: `Column ${column} in cycles ${grouped(from)} to ${grouped(to - 1)} of ${grouped(layerCycles)}`,
    description: "A row for each MAC, cycles to the right: whether it multiplies, for whom, or why not.",
    legend: used.map(({ label, at }) => ({ label, sample: fills[at] })),
    plot: {
      height: spans.length * rowHeight + 48,
      marginTop: 8,
      marginBottom: 40,
      marginLeft: 58,
      x: { domain: [from, to], label: null },
      y: { domain: [...spans.keys()], type: "band", padding: 0.12, label: null },
      marks: [
        ...used.map(({ at }) =>
          Plot.barX(
            bars.filter(({ use }) => use === at),
            { x1: "x1", x2: "x2", y: "mac", fill: paint(name, fills[at]) },
          ),
        ),
        Plot.axisY({ fontSize, tickSize: 0, tickFormat: (mac: number) => macName(mac, macs) }),
        Plot.axisX({ fontSize, label: "cycle", labelAnchor: "center", labelArrow: "none" }),
      ],
    },
  });
}

const macName = (mac: number, macs: number): string => `PE ${Math.floor(mac / macs)}.${mac % macs}`;

function barsOf({ spans, macs }: Timeline, mac: number): Bar[] {
  const bars: Bar[] = [];
  for (const { from, to, state } of spans[mac]) {
    const use = uses.findIndex(({ is }) => is(state, Math.floor(mac / macs)));
    const last = bars.at(-1);
    if (last?.use === use) bars[bars.length - 1] = { ...last, x2: to };
    else bars.push({ mac, use, x1: from, x2: to });
  }
  return bars;
}
