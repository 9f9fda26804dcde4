import { shortened } from "./format.ts";

/** One cell may span several columns; what it says is then in their middle. */
export type Cell = string | { readonly content: string; readonly colSpan: number };

export interface PlainTable {
  /** lines of headings */
  readonly head: readonly (readonly Cell[])[];
  readonly rows: readonly (readonly string[])[];
  /** rows under a rule of their own */
  readonly foot?: readonly (readonly string[])[];
  /** columns that hold text and start at the left; numbers end at the right */
  readonly left: readonly number[];
  /** [column] characters after which a cell is wrapped; null: never */
  readonly widths?: readonly (number | null)[];
  /** names in the first column are cut in the middle where the table is wider than a terminal */
  readonly shorten?: boolean;
}

/** Columns of a terminal. */
const terminal = 80;
/** Characters that a name keeps. */
const leastName = 8;

const GAP = "  ";

/**
 * A table without lines between columns or rows: a rule under the headings and above the foot. Its time is that of its
 * characters, as a network may have tens of thousands of layers.
 */
export function plainTable(table: PlainTable): string {
  const { head, rows, foot = [], left, widths = [] } = table.shorten ? narrowed(table) : table;
  const body = [rows, foot].map((part) => part.flatMap((row) => wrapped(row, widths)));
  const columns = columnWidths(head, body.flat(), widths);
  const rule = "─".repeat(widthOver(columns, 0, columns.length));
  const aligned = (row: readonly Cell[]) => alignedRow(row, columns, left);
  const [lines, last] = body.map((part) => part.map(aligned));
  const parts = [...head.map(aligned), rule, ...lines, ...(last.length > 0 ? [rule, ...last] : [])];
  return `${parts.join("\n")}\n`;
}

/** The same table with shorter names, where it would be wider than a terminal. */
function narrowed(table: PlainTable): PlainTable {
  const { head, rows, foot = [] } = table;
  const [names, ...others] = columnWidths(head, [...rows, ...foot], []);
  const room = Math.max(leastName, terminal - widthOver(others, 0, others.length) - GAP.length);
  if (names <= room) return table;
  const short = ([name, ...cells]: readonly string[]) => [shortened(name, room), ...cells];
  return { ...table, rows: rows.map(short), foot: foot.map(short) };
}

/** How wide each column is: as its widest cell, and as what is above it and spans it has to be. */
function columnWidths(
  head: PlainTable["head"],
  body: readonly (readonly string[])[],
  fixed: readonly (number | null)[],
): number[] {
  const columns: number[] = [];
  const spanning: { at: number; span: number; width: number }[] = [];
  for (const row of [...head, ...body]) {
    let at = 0;
    for (const cell of row) {
      const [text, span] = typeof cell === "string" ? [cell, 1] : [cell.content, cell.colSpan];
      if (span > 1) spanning.push({ at, span, width: widthOf(text) });
      else columns[at] = Math.max(columns[at] ?? 0, fixed[at] ?? 0, widthOf(text));
      at += span;
    }
  }
  for (const { at, span, width } of spanning) {
    for (let i = 0, missing = width - widthOver(columns, at, span); missing > 0; i++) {
      const more = Math.ceil(missing / (span - i));
      columns[at + i] += more;
      missing -= more;
    }
  }
  return columns;
}

/** Of so many columns and the gaps between them. */
function widthOver(columns: readonly number[], at: number, span: number): number {
  let width = GAP.length * (span - 1);
  for (let i = at; i < at + span; i++) width += columns[i];
  return width;
}

function alignedRow(row: readonly Cell[], columns: readonly number[], left: readonly number[]): string {
  let at = 0;
  const cells = row.map((cell) => {
    const [text, span] = typeof cell === "string" ? [cell, 1] : [cell.content, cell.colSpan];
    const room = Math.max(0, widthOver(columns, at, span) - widthOf(text));
    const before = span > 1 ? Math.floor(room / 2) : left.includes(at) ? 0 : room;
    at += span;
    return `${" ".repeat(before)}${text}${" ".repeat(room - before)}`;
  });
  return cells.join(GAP).trimEnd();
}

/** A row in as many lines as its longest cell has where columns are narrower than their text. */
function wrapped(row: readonly string[], widths: readonly (number | null)[]): (readonly string[])[] {
  if (widths.length === 0) return [row];
  const cells = row.map((text, i) => lines(text, widths[i] ?? Number.POSITIVE_INFINITY));
  const most = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: most }, (_, i) => cells.map((cell) => cell[i] ?? ""));
}

/** Text in lines of so many characters, broken between words. */
function lines(text: string, width: number): string[] {
  const found = [""];
  for (const word of text.split(" ")) {
    const line = found.at(-1)!;
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || widthOf(longer) <= width) found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}

/** East Asian characters and pictures, which a terminal shows in the place of two letters. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

/** Places in a terminal. */
function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  const place = (character: string) => (/\p{Mark}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1);
  return [...text].reduce((sum, character) => sum + place(character), 0);
}
