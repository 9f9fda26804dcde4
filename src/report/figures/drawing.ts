import * as Plot from "@observablehq/plot";
import { emptyDocument } from "./empty-document.ts";
import { type LegendEntry, legendOf } from "./legend.ts";
import { type DrawnNode, markupIn } from "./markup.ts";
import { fills, tileOf } from "./palette.ts";
import { escaped, fontFamily, fontSize, pageWidth } from "./svg-text.ts";

/** A plot, and the words around it. */
export interface Drawing {
  /** of the figure; ids in the drawing begin with it, so that a page can hold several */
  readonly name: string;
  readonly title: string;
  /** for those who cannot see it */
  readonly description: string;
  /** pixels; as wide as a page without it */
  readonly width?: number;
  readonly legend?: readonly LegendEntry[];
  /** its height is that without the legend; `marginTop` is needed */
  readonly plot: Omit<Plot.PlotOptions, "width"> & { readonly height: number; readonly marginTop: number };
}

/**
 * Draws a plot with its legend above it as an SVG document with a role, a title and a description: dark ink on white.
 * Ink is `currentColor`, and what is white has the class `ground` or `ground-line`, so that a page can turn both around.
 * The same drawing gives the same bytes, in Node and in a browser; but on a screen of one pixel to a CSS pixel Plot moves
 * thin lines by half a pixel, onto its pixels.
 */
export function draw({ name, title, description, width = pageWidth, legend = [], plot }: Drawing): string {
  const top = legendOf(name, legend, width);
  const height = plot.height + top.height;
  const drawn: DrawnNode = Plot.plot({
    ...plot,
    document: emptyDocument(),
    width,
    height,
    marginTop: plot.marginTop + top.height,
  });
  const used = fills.filter(
    (fill) => fill.pattern !== "solid" && legend.some(({ sample }) => sample === fill),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
      `height="${height}" role="img" aria-labelledby="${name}-title ${name}-description" color="#1a1a1a" ` +
      `fill="currentColor" text-anchor="middle" font-size="${fontSize}" ` +
      `font-family="'${fontFamily}', Helvetica, Arial, sans-serif">`,
    `<title id="${name}-title">${escaped(title)}</title>`,
    `<desc id="${name}-description">${escaped(description)}</desc>`,
    ...(used.length > 0 ? [`<defs>${used.map((fill) => tileOf(name, fill)).join("")}</defs>`] : []),
    `<rect class="ground" width="100%" height="100%" fill="white"/>`,
    ...(top.svg ? [`<g text-anchor="start">${top.svg}</g>`] : []),
    markupIn(drawn),
    "</svg>\n",
  ].join("\n");
}
