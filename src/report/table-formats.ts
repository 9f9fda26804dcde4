import { printable } from "./format.ts";
import type { Cell, PlainTable } from "./plain-table.ts";

/** A table as GitHub's Markdown, its headings in one line, as Markdown has no more. */
export function markdownTable(table: PlainTable): string {
  const { rows, foot = [] } = table;
  const line = (cells: readonly string[]) => `| ${cells.map(inMarkdown).join(" | ")} |`;
  const columns = headings(table);
  const rule = columns.map((_, i) => (table.left.includes(i) ? "---" : "---:"));
  return `${[line(columns), `| ${rule.join(" | ")} |`, ...[...rows, ...foot].map(line)].join("\n")}\n`;
}

/** Text that stands in Markdown as it is: what means something there or in HTML is escaped. */
export const inMarkdown = (text: string): string => printable(text).replace(/[\\`*_[\]<>&|#~$]/g, "\\$&");

/** A table as LaTeX for the package booktabs, with its caption. */
export function latexTable(caption: string, { head, rows, foot = [], left }: PlainTable): string {
  const columns = spread(head.at(-1)!).length;
  const line = (cells: readonly Cell[]) => `${cells.map(latexCell).join(" & ")} \\\\`;
  return `\\begin{table}
\\caption{${inLatex(caption)}}
\\begin{tabular}{${Array.from({ length: columns }, (_, i) => (left.includes(i) ? "l" : "r")).join("")}}
\\toprule
${head.map(line).join("\n")}
\\midrule
${rows.map(line).join("\n")}
${foot.length > 0 ? `\\midrule\n${foot.map(line).join("\n")}\n` : ""}\\bottomrule
\\end{tabular}
\\end{table}
`;
}

const latexCell = (cell: Cell): string =>
  typeof cell === "string" ? inLatex(cell) : `\\multicolumn{${cell.colSpan}}{c}{${inLatex(cell.content)}}`;

const latexWords: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  µ: "\\textmu{}",
  "…": "\\ldots{}",
  // at the start of a row they would be arguments of the line end before it
  "[": "{[}",
  "*": "{*}",
};

/** Text in which LaTeX sees no command. */
const inLatex = (text: string): string =>
  printable(text)
    .replace(/[\\~^<>µ…#$%&_{}[*]/g, (character) => latexWords[character] ?? `\\${character}`)
    .replace(/mm2\b/g, "mm\\textsuperscript{2}")
    .replace(/ x /g, " $\\times$ ");

/** The words above each column, from top to bottom. */
const headings = ({ head }: PlainTable): string[] =>
  head.map(spread).reduce((above, line) => above.map((words, i) => `${words} ${line[i]}`.trim()));

/** A line of headings with a cell for each column. */
const spread = (cells: readonly Cell[]): string[] =>
  cells.flatMap((cell) => (typeof cell === "string" ? [cell] : Array(cell.colSpan).fill(cell.content)));
