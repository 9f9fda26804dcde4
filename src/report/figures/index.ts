import { coverageSentences } from "../coverage.ts";
import { counted, grouped } from "../format.ts";
import { multipliersSentences } from "../multipliers.ts";
import type { LayerReport, Report } from "../report.ts";
import { ablation } from "./ablation.ts";
import { withCaveats } from "./caveats.ts";
import { comparison } from "./comparison.ts";
import { cyclesAndBound } from "./cycles-and-bound.ts";
import { energy } from "./energy.ts";
import type { Figure } from "./figure.ts";
import { peCycles } from "./pe-cycles.ts";
import { roofline } from "./roofline.ts";
import { speedup } from "./speedup.ts";
import { pageWidth } from "./svg-text.ts";
import { utilization } from "./utilization.ts";

/** Every figure that a report can have, in a page's order. A new one is a file and a line here. */
const figures: readonly ((report: Report, subject: string, width: number) => Figure[])[] = [
  speedup,
  utilization,
  peCycles,
  cyclesAndBound,
  roofline,
  energy,
  comparison,
  ablation,
];

/**
 * The figures of a report: those that it has data for. Each says what is left out, and where machines differ in size. Of `width`
 * pixels: `columnWidth`, or `pageWidth`, which a table always has.
 */
export function reportFigures(report: Report, width = pageWidth): Figure[] {
  const caveats = [...coverageSentences(report.coverage), ...multipliersSentences(report)];
  const drawn = { ...report, layers: layersToDraw(report.layers) };
  const missing = report.layers.length - drawn.layers.length;
  const cut =
    `By layer, these are the ${grouped(drawn.layers.length)} of ${counted(report.layers.length, "layer")} with the most ` +
    "dense MACs; the tables have all.";
  // a figure by layer has a row of data for each, others have a few
  const isCut = ({ data }: Figure) => missing > 0 && data.rows.length >= drawn.layers.length;
  return figures
    .flatMap((figure) => figure(drawn, report.subject, width))
    .map((figure) => withCaveats(figure, isCut(figure) ? [cut, ...caveats] : caveats));
}

/** Layers of a figure: a picture of thousands takes minutes to draw, and nobody can read it. */
const mostLayers = 150;

/** The layers with the most dense MACs where there are too many, in their own order. */
function layersToDraw(layers: readonly LayerReport[]): readonly LayerReport[] {
  if (layers.length <= mostLayers) return layers;
  const largest = [...layers].sort((a, b) => b.denseMacs - a.denseMacs).slice(0, mostLayers);
  const drawn = new Set(largest);
  return layers.filter((layer) => drawn.has(layer));
}
