import type { Column, ColumnWatch } from "../column/column.ts";
import type { Sample } from "../dataflow/mapping.ts";
import type { DrainWatch } from "../drain/gradient-drain.ts";

/** Who looks on at what comes into the columns and what leaves them. It is told in the order of time in each row, column and way. */
export interface ArrayWatch extends DrainWatch {
  /** the next chunks of a PE row are there at `there` */
  chunks(row: number, there: number): void;
  /** the words of a column's next lists have crossed its list ports at `port`, and are in its PEs at `inPes` */
  lists(column: number, port: number, inPes: number): void;
  /** at the end of each cycle in which something may have happened */
  stepped(now: number, columns: readonly Column[]): void;
}

/** Of a simulation of one layer. */
export interface SimulationOptions {
  readonly sample?: Sample | undefined;
  readonly onProgress?: ((share: number) => void) | undefined;
  /** gives who looks on at a column */
  readonly watchOf?: ((column: number) => ColumnWatch | undefined) | undefined;
  readonly watch?: ArrayWatch | undefined;
}
