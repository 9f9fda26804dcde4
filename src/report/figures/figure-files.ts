import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { csv } from "../csv.ts";
import type { Figure } from "./figure.ts";
import { figurePdf } from "./figure-pdf.ts";
import { fonts, withFont } from "./font.ts";
import { fontFamily } from "./svg-text.ts";

const require = createRequire(import.meta.url);

/**
 * Pixels of a PNG for one of the figure: 300 for each inch where it is 7 inches wide. A pattern's tile of 6 has a whole
 * number of them, without which seams show.
 */
const pngZoom = 10 / 3;

let started: Promise<void> | undefined;

/** Starts what draws PNGs; a process may have done so already, for itself or for another copy of this file. */
async function startRenderer(): Promise<void> {
  try {
    await initWasm(readFileSync(require.resolve("@resvg/resvg-wasm/index_bg.wasm")));
  } catch (error) {
    if (!/already initialized/i.test(String(error))) throw error;
  }
}

/** A figure as files, by the end of their names: an SVG document with its font, a PDF, a PNG, and its data as CSV. */
export async function figureFiles({ svg, title, data }: Figure): Promise<Record<string, Uint8Array>> {
  const font = readFileSync(fonts[400]);
  started ??= startRenderer();
  await started;
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: pngZoom },
    background: "white",
    font: { fontBuffers: [font], defaultFontFamily: fontFamily, sansSerifFamily: fontFamily },
  });
  const text = new TextEncoder();
  return {
    svg: text.encode(withFont(svg)),
    pdf: await figurePdf(svg, title),
    png: image.render().asPng(),
    csv: text.encode(csv([data.columns, ...data.rows])),
  };
}
