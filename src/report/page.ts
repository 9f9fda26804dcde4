import type { DataTable, Figure } from "./figures/figure.ts";
import { fontFace } from "./figures/font.ts";
import { escaped, fontFamily } from "./figures/svg-text.ts";
import { grouped } from "./format.ts";

/** A page of words, figures and tables. All texts are plain; the page escapes them. */
export interface Page {
  readonly title: string;
  /** what a reader asks first: a table under the title, and what it means */
  readonly first?: { readonly table: DataTable; readonly about: readonly string[] };
  /** short paragraphs under the title, or under that */
  readonly summary: readonly string[];
  /** what a reader must know before anything else; beside a bar, under the title */
  readonly notice?: Section;
  readonly figures: readonly Figure[];
  /** false: figures are in the page alone, and no files of them lie in figures/ */
  readonly files?: boolean;
  readonly sections: readonly Section[];
}

/** A table under its heading, and a sentence about it. */
export interface Section {
  readonly heading: string;
  readonly about?: string;
  readonly table: DataTable;
}

/**
 * One HTML document that asks for nothing from outside: styles, font and figures are in it. It is light or dark as the
 * reader's system is. Its links to figures/ need the files that `figureFiles` makes; without them only those are dead.
 */
export function pageHtml({ title, first, summary, notice, figures, files = true, sections }: Page): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${fontFace(400)}${fontFace(600)}${style}</style>
<main>
<h1>${escaped(title)}</h1>
${notice ? `<section class="notice">\n${sectionHtml(notice)}</section>\n` : ""}${first ? `${tableHtml(first.table)}${paragraphs(first.about)}<h2>In words</h2>\n` : ""}${paragraphs(summary)}
<h2>Figures</h2>
${figures.map((figure, i) => figureHtml(figure, i, files)).join("")}
${sections.map(sectionHtml).join("")}</main>
</html>
`;
}

const paragraphs = (texts: readonly string[]): string =>
  texts.map((text) => `<p>${escaped(text)}</p>\n`).join("");

const fileLinks = (name: string): string =>
  `<span class="files">${["svg", "pdf", "png", "csv"].map((end) => `<a href="figures/${name}.${end}">${end.toUpperCase()}</a>`).join(" ")}</span>\n`;

const figureHtml = (
  { name, title, caption, svg, data }: Figure,
  i: number,
  files: boolean,
): string => `<figure id="${name}">
<div class="wide">${inline(svg)}</div>
<figcaption><b>Figure ${i + 1}. ${escaped(title)}.</b> ${escaped(caption)}
${files ? fileLinks(name) : ""}</figcaption>
<details><summary>Data of figure ${i + 1}</summary>${tableHtml(data)}</details>
</figure>
`;

/** In HTML an SVG needs no namespace. */
const inline = (svg: string): string => svg.replace(/ xmlns="[^"]*"/, "");

const sectionHtml = ({ heading, about, table }: Section): string =>
  `<h2>${escaped(heading)}</h2>\n${about ? `<p>${escaped(about)}</p>\n` : ""}${table.rows.length > 0 ? tableHtml(table) : ""}`;

function tableHtml({ columns, rows }: DataTable): string {
  const numeric = columns.map((_, i) => rows.some((row) => isNumber(row[i])));
  const cell = (tag: string, value: string | number, i: number) =>
    `<${tag}${numeric[i] ? ' class="n"' : ""}>${escaped(typeof value === "number" ? shortNumber(value) : value)}</${tag}>`;
  const head = columns.map((column, i) => cell("th", column, i)).join("");
  const body = rows.map((row) => `<tr>${row.map((value, i) => cell("td", value, i)).join("")}</tr>\n`);
  return `<div class="wide"><table><thead><tr>${head}</tr></thead>\n<tbody>${body.join("")}</tbody></table></div>\n`;
}

/** Whether a cell stands at the right: a number, or one as texts write it, "1,234", "80.4 %", "1.17x". */
const isNumber = (cell: string | number): boolean =>
  typeof cell === "number" || /^<?\d[\d,.]*( %|x)?$/.test(cell);

const shortNumber = (value: number): string =>
  Number.isInteger(value) ? grouped(value) : String(Number(value.toPrecision(4)));

const style = `
:root{color-scheme:light dark;--ink:#1a1a1a;--ground:#fff;--soft:#595959;--rule:#d9d9d9;--link:#005b8f}
@media (prefers-color-scheme:dark){:root{--ink:#e8e6e3;--ground:#16181b;--soft:#a8a8a8;--rule:#3a3d41;--link:#7cc4f0}}
body{margin:0;background:var(--ground);color:var(--ink);font:17px/1.5 "${fontFamily}",Helvetica,Arial,sans-serif}
main{max-width:46rem;margin:0 auto;padding:2.5rem 1.25rem 5rem}
h1{font-size:1.7rem;line-height:1.2;font-weight:600;margin:0 0 1.2rem;overflow-wrap:anywhere;text-wrap:balance}
h2{font-size:1.2rem;font-weight:600;margin:2.8rem 0 .8rem}
p{margin:.4rem 0;overflow-wrap:anywhere}b{font-weight:600}a{color:var(--link)}
figure{margin:1.8rem 0 2.6rem}figure svg{display:block;width:100%;min-width:40rem;height:auto;color:var(--ink)}
figcaption{margin-top:.5rem;color:var(--soft);overflow-wrap:anywhere}figcaption b{color:var(--ink)}
.files{white-space:nowrap;font-size:.85em}
details{margin-top:.4rem}summary{cursor:pointer;color:var(--soft);font-size:.85em}
.wide{overflow-x:auto}.ground{fill:var(--ground)}.ground-line{stroke:var(--ground)}
table{border-collapse:collapse;font-size:.82rem;font-variant-numeric:tabular-nums;margin:.4rem 0}
th,td{padding:.16rem .7rem .16rem 0;text-align:left;vertical-align:top;white-space:nowrap}
th{font-weight:600;border-bottom:1px solid var(--ink)}tbody tr+tr td{border-top:1px solid var(--rule)}
.notice{border-left:4px solid var(--link);padding:.1rem 0 .1rem 1rem;margin:0 0 1.6rem}.notice h2{margin:.2rem 0 .4rem}
.n{text-align:right}td:not(.n){white-space:normal}
@media print{:root{--ink:#000;--ground:#fff;--soft:#333}details{display:none}figure{break-inside:avoid}h2{break-after:avoid}figure svg{min-width:0}.wide{overflow:visible}}
`;
