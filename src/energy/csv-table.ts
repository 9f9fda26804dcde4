/** Rows of a table written as CSV without quotes, its first line the names. */
export function csvTable<Row>(text: string): readonly Row[] {
  const [names, ...rows] = text
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  return rows.map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i]])) as Row);
}
