import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type LegendEntry, legendOf } from "./legend.ts";
import { fills, tileOf } from "./palette.ts";
import { escaped, figureWidth, fontFamily, fontSize, xmlText } from "./svg-text.ts";

/** A plot, and the words around it. */
export interface Drawing {
  /** of the figure; ids in the drawing begin with it, so that a page can hold several */
  readonly name: string;
  readonly title: string;
  /** for those who cannot see it */
  readonly description: string;
  readonly legend?: readonly LegendEntry[];
  /** its height is that without the legend; `marginTop` is needed */
  readonly plot: Omit<Plot.PlotOptions, "width"> & { readonly height: number; readonly marginTop: number };
}

/** What is used of linkedom's elements; the compiler knows no browser here. */
interface DomElement {
  readonly attributes: Iterable<{ readonly name: string; value: string }>;
  innerHTML: string;
  querySelectorAll(selector: string): Iterable<DomElement>;
}

/**
 * Draws a plot with its legend above it as an SVG document with a role, a title and a description: dark ink on white.
 * Ink is `currentColor`, and what is white has the class `ground` or `ground-line`, so that a page can turn both around.
 * The same drawing gives the same bytes.
 */
export function draw({ name, title, description, legend = [], plot }: Drawing): string {
  const { document } = parseHTML("<html></html>");
  const top = legendOf(name, legend);
  const height = plot.height + top.height;
  const drawn: DomElement = Plot.plot({
    ...plot,
    document,
    width: figureWidth,
    height,
    marginTop: plot.marginTop + top.height,
  });
  for (const element of drawn.querySelectorAll("*"))
    for (const attribute of element.attributes) attribute.value = rounded(attribute.value);
  const body = xmlText(drawn.innerHTML).replace(/<style>.*?<\/style>/s, "");
  const used = fills.filter(
    (fill) => fill.pattern !== "solid" && legend.some(({ sample }) => sample === fill),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${figureWidth} ${height}" width="${figureWidth}" ` +
      `height="${height}" role="img" aria-labelledby="${name}-title ${name}-description" color="#1a1a1a" ` +
      `fill="currentColor" text-anchor="middle" font-size="${fontSize}" ` +
      `font-family="${fontFamily}, Helvetica, Arial, sans-serif">`,
    `<title id="${name}-title">${escaped(title)}</title>`,
    `<desc id="${name}-description">${escaped(description)}</desc>`,
    ...(used.length > 0 ? [`<defs>${used.map((fill) => tileOf(name, fill)).join("")}</defs>`] : []),
    `<rect class="ground" width="100%" height="100%" fill="white"/>`,
    ...(top.svg ? [`<g text-anchor="start">${top.svg}</g>`] : []),
    body,
    "</svg>\n",
  ].join("\n");
}

/** Numbers of an attribute to a hundredth: less to store, and the same where a platform's logarithms differ a little. */
const rounded = (value: string): string =>
  value.replace(/-?\d*\.\d{3,}(e-?\d+)?/g, (number) => String(Math.round(Number(number) * 100) / 100));
