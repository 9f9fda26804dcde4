import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fontFamily } from "./svg-text.ts";

const require = createRequire(import.meta.url);

/** Source Sans 3, under the SIL Open Font License: what the words of every figure are set in. */
export const fonts = {
  400: require.resolve("@fontsource/source-sans-3/files/source-sans-3-latin-400-normal.woff2"),
  600: require.resolve("@fontsource/source-sans-3/files/source-sans-3-latin-600-normal.woff2"),
};

/** A font as CSS that asks for nothing from outside. */
export const fontFace = (weight: keyof typeof fonts): string =>
  `@font-face{font-family:"${fontFamily}";font-weight:${weight};` +
  `src:url(data:font/woff2;base64,${readFileSync(fonts[weight]).toString("base64")}) format("woff2")}`;

/** A drawn SVG document with the font of its words in it. */
export const withFont = (svg: string): string =>
  svg.replace("</desc>\n", `</desc>\n<style>${fontFace(400)}</style>\n`);
