import type { Cell, PlainTable } from "../../src/report/plain-table.ts";
import { h } from "./element.ts";

/** A table of the product's reports as one of the page. `named` makes what stands in the first cell of a row. */
export function tableOf(
  { head, rows, foot = [], left }: PlainTable,
  caption: string,
  named: (name: string, row: number) => Node | string = (name) => name,
): HTMLElement {
  const headings = head.map((row) => {
    let column = 0;
    return h(
      "tr",
      {},
      ...row.map((cell) => {
        const made = heading(cell, left.includes(column));
        column += typeof cell === "string" ? 1 : cell.colSpan;
        return made;
      }),
    );
  });
  const line = (row: readonly string[], i: number, name = named) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name(row[0], i)),
      ...row
        .slice(1)
        .map((text, column) => h("td", { class: left.includes(column + 1) ? undefined : "n" }, text)),
    );
  return h(
    "div",
    { class: "wide", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "unseen" }, caption),
      h("thead", {}, ...headings),
      h("tbody", {}, ...rows.map((row, i) => line(row, i))),
      ...(foot.length > 0 ? [h("tfoot", {}, ...foot.map((row, i) => line(row, i, (name) => name)))] : []),
    ),
  );
}

function heading(cell: Cell, isLeft: boolean): HTMLElement {
  const [text, colspan] = typeof cell === "string" ? [cell, 1] : [cell.content, cell.colSpan];
  if (text === "") return h("td", { colspan });
  return h(
    "th",
    {
      colspan,
      scope: colspan > 1 ? "colgroup" : "col",
      class: colspan > 1 ? "over" : isLeft ? undefined : "n",
    },
    text,
  );
}
