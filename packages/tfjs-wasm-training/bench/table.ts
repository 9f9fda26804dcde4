export type Row = Readonly<Record<string, string | number | undefined>>;

/** Rows as lines of text, numbers with two places or three digits. */
export function table(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.map((column) => cell(row[column])));
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i].length)));
  const line = (row: readonly string[]) => row.map((text, i) => text.padStart(widths[i])).join("  ");
  return [columns, ...cells].map(line).join("\n");
}

function cell(value: Row[string]): string {
  if (value === undefined) return "-";
  if (typeof value === "string") return value;
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
