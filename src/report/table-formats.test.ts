import { describe, expect, it } from "vitest";
import { ablationOf, reportOf } from "../../test/made-up-report.ts";
import { reportLatex, reportMarkdown } from "./paper-tables.ts";
import type { PlainTable } from "./plain-table.ts";
import { latexTable, markdownTable } from "./table-formats.ts";

const table: PlainTable = {
  head: [
    ["", { content: "mm2 x cycles", colSpan: 2 }],
    ["name", "vs swg", "share"],
  ],
  rows: [
    ["conv_1|a", "1.00x", "39.1 %"],
    ["[b]*\\&<i>\n", "2", "3"],
  ],
  foot: [["total", "3", "µ"]],
  left: [0],
};

describe("is a table right in Markdown?", () => {
  it("headings in one line, numbers to the right, nothing in a cell that ends it or means something", () => {
    expect(markdownTable(table)).toBe(
      [
        "| name | mm2 x cycles vs swg | mm2 x cycles share |",
        "| --- | ---: | ---: |",
        "| conv\\_1\\|a | 1.00x | 39.1 % |",
        "| \\[b\\]\\*\\\\\\&\\<i\\>\\\\u000a | 2 | 3 |",
        "| total | 3 | µ |",
        "",
      ].join("\n"),
    );
  });

  it("a report: its title, why it is not faster, and each table under its caption", () => {
    const report = { ...reportOf(["<b>_conv_"]), ablation: ablationOf(1234) };
    const text = reportMarkdown(report);
    expect(text).toMatch(/^## Weight gradients of net on pictures: training step 7, batch 8\n\nWhy is swg /);
    expect(text).toContain("In \\<b\\>\\_conv\\_ it is farthest from its bound: 10,000 cycles for 4,000,");
    expect(text).toContain("| swg | 10,000 | 12.0 | 1.00x | 14.0 | 23.0 |\n");
    expect(text.match(/^### /gm)).toHaveLength(8);
    const lines = text.split("\n").filter((line) => line.startsWith("|"));
    for (const line of lines) expect(line).toMatch(/^\|( [^|]* \|)+$/);
  });
});

describe("is a table right in LaTeX?", () => {
  it("booktabs' rules, headings over several columns, nothing that is a command", () => {
    expect(latexTable("50 % of a_b", table)).toBe(
      [
        "\\begin{table}",
        "\\caption{50 \\% of a\\_b}",
        "\\begin{tabular}{lrr}",
        "\\toprule",
        " & \\multicolumn{2}{c}{mm\\textsuperscript{2} $\\times$ cycles} \\\\",
        "name & vs swg & share \\\\",
        "\\midrule",
        "conv\\_1|a & 1.00x & 39.1 \\% \\\\",
        "{[}b]{*}\\textbackslash{}\\&\\textless{}i\\textgreater{}\\textbackslash{}u000a & 2 & 3 \\\\",
        "\\midrule",
        "total & 3 & \\textmu{} \\\\",
        "\\bottomrule",
        "\\end{tabular}",
        "\\end{table}",
        "",
      ].join("\n"),
    );
  });

  it("a report: every row of a table has a cell for each of its columns", () => {
    const tables = reportLatex(reportOf(["a&b", "c"]))
      .split("\\begin{tabular}")
      .slice(1);
    expect(tables).toHaveLength(6);
    for (const text of tables) {
      const columns = /^\{([lr]+)\}/.exec(text)![1].length;
      const rows = text.split("\n").filter((line) => line.endsWith(" \\\\"));
      const cells = (row: string) =>
        row
          .split(/(?<!\\)&/)
          .reduce((sum, cell) => sum + Number(/multicolumn\{(\d)\}/.exec(cell)?.[1] ?? 1), 0);
      expect(rows.map(cells)).toEqual(rows.map(() => columns));
    }
  });
});
