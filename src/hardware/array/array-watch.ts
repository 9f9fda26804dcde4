import type { Column, ColumnWatch } from "../column/column.ts";
import type { Sample } from "../dataflow/mapping.ts";
import type { DrainWatch } from "../drain/gradient-drain.ts";

/** Cycles at which chunks were found in the global buffer, once those before had been asked for, at which they were asked for, and at which they were there. */
export interface AskedChunks {
  readonly found: number;
  readonly asked: number;
  readonly there: number;
}

/** The same of lists, of which the longest has so many words: when these had crossed the column's list ports, and when they were in its PEs. */
export interface AskedLists {
  readonly found: number;
  readonly asked: number;
  readonly words: number;
  readonly port: number;
  readonly inPes: number;
}

/** Who looks on at what comes into the columns and what leaves them. It is told in the order of time in each row, column and way. */
export interface ArrayWatch extends DrainWatch {
  /** the next chunks of a PE row */
  chunks(row: number, times: AskedChunks): void;
  /** the next lists of a column */
  lists(column: number, times: AskedLists): void;
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
