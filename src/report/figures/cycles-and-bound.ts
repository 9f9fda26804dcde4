import { grouped, shortened, times } from "../format.ts";
import type { Report } from "../report.ts";
import type { Figure } from "./figure.ts";
import { markOf } from "./marks.ts";
import { points } from "./points.ts";

/** Each layer's cycles on every machine against its bound. */
export function cyclesAndBound({ layers, totals }: Report, subject: string, width: number): Figure[] {
  const machines = [subject, ...Object.keys(totals.results).filter((name) => name !== subject)];
  const ratio = (layer: (typeof layers)[number]) => layer.results[subject].cycles / layer.boundCycles;
  const furthest = layers.reduce((worst, layer) => (ratio(layer) > ratio(worst) ? layer : worst));
  const bounds = layers.map(({ boundCycles }) => boundCycles);
  const [least, most] = [Math.min(...bounds), Math.max(...bounds)];
  // one place alone would make a line of no length
  const span = least < most ? [least, most] : [least / 2, most * 2];
  const words = {
    name: "cycles-and-bound",
    title: "Cycles of each layer against its bound",
    caption:
      `On the line a layer takes as long as its bound; over all layers ${subject} takes ` +
      `${times(totals.results[subject].cycles / totals.boundCycles)} that, and ` +
      `${times(ratio(furthest))} in ${shortened(furthest.name, 28)}, where it is furthest off.`,
  };
  const cycles = { scale: "log" as const, numbers: grouped };
  return [
    {
      ...words,
      svg: points({
        ...words,
        description: words.caption,
        width,
        series: machines.map((machine, i) => ({
          label: machine,
          mark: markOf(i),
          points: layers.map(({ boundCycles, results }) => ({ x: boundCycles, y: results[machine].cycles })),
        })),
        x: { ...cycles, label: "bound (cycles)" },
        y: { ...cycles, label: "cycles" },
        reference: { label: "cycles = bound", points: span.map((bound) => ({ x: bound, y: bound })) },
      }),
      data: {
        columns: ["layer", "boundCycles", "boundBy", ...machines.map((machine) => `cycles.${machine}`)],
        rows: layers.map(({ name, boundCycles, boundBy, results }) => [
          name,
          boundCycles,
          boundBy,
          ...machines.map((machine) => results[machine].cycles),
        ]),
      },
    },
  ];
}
