import { printable } from "../format.ts";

export const fontFamily = "Source Sans 3";
/** pixels; words of 8.7 points in a figure whose pageWidth is 7 inches */
export const fontSize = 11;
/** pixels of a figure as wide as a page, or a paper's two columns, and as one of them; an inch has as many in both */
export const pageWidth = 640;
export const columnWidth = 320;

/** About how wide a text is, in pixels. */
export const textWidth = (text: string): number =>
  Math.ceil([...text].reduce((sum, character) => sum + emOf(character), 0) * fontSize);

/** Widths of Source Sans 3, rounded up. */
function emOf(character: string): number {
  if (/[iljI.,:;'|! ()[\]]/.test(character)) return 0.3;
  if (/[frt-]/.test(character)) return 0.36;
  return /[mwMW@%…]|[^\u0020-\u024f]/u.test(character) ? 0.9 : /[A-Z]/.test(character) ? 0.63 : 0.56;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it stands in SVG and HTML, between tags or in quotes; what is not printable is escaped as in JSON. */
export const escaped = (text: string): string =>
  xmlText(printable(text)).replace(/[&<>"']/g, (character) => entities[character]);

/** What XML cannot hold, replaced by U+FFFD. */
const xmlText = (text: string): string =>
  text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
