import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { csv } from "../csv.ts";
import type { Figure } from "./figure.ts";
import { fontFamily } from "./svg-text.ts";

const require = createRequire(import.meta.url);

/** Source Sans 3, under the SIL Open Font License: what the words of every figure are set in. */
const fonts = {
  400: require.resolve("@fontsource/source-sans-3/files/source-sans-3-latin-400-normal.woff2"),
  600: require.resolve("@fontsource/source-sans-3/files/source-sans-3-latin-600-normal.woff2"),
};

/** A font as CSS that asks for nothing from outside. */
export const fontFace = (weight: keyof typeof fonts): string =>
  `@font-face{font-family:"${fontFamily}";font-weight:${weight};` +
  `src:url(data:font/woff2;base64,${readFileSync(fonts[weight]).toString("base64")}) format("woff2")}`;

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

/** A figure as files, by the end of their names: an SVG document with its font, a PNG, and its data as CSV. */
export async function figureFiles({ svg, data }: Figure): Promise<Record<string, Uint8Array>> {
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
    svg: text.encode(svg.replace("</desc>\n", `</desc>\n<style>${fontFace(400)}</style>\n`)),
    png: image.render().asPng(),
    csv: text.encode(csv([data.columns, ...data.rows])),
  };
}
