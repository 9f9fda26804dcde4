/** Numbers and names under named columns. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A picture of a part of a report, with the data that it shows. */
export interface Figure {
  /** of its files, in kebab-case; unique in a report */
  readonly name: string;
  /** a noun phrase */
  readonly title: string;
  /** one sentence: what to see in it */
  readonly caption: string;
  /** an SVG document without its font: `svgFile` makes a file of it */
  readonly svg: string;
  readonly data: DataTable;
}
