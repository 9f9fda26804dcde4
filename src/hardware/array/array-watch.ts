import type { Column, ColumnWatch } from "../column/column.ts";
import type { Sample } from "../dataflow/mapping.ts";
import type { GradientDrain } from "../drain/gradient-drain.ts";

/** Who looks on at what comes into the columns and what leaves them. It is told in the order of time in each row, column and way. */
export interface ArrayWatch {
  /** the next chunks of a PE row are there at `there` */
  chunks(row: number, there: number): void;
  /** the words of a column's next lists have crossed its list ports at `port`, and are in its PEs at `inPes` */
  lists(column: number, port: number, inPes: number): void;
  /** a trace of a team's columns begins no job from `now` on, as its sums are to leave */
  held(team: number, trace: number, now: number): void;
  /** its sums are read from `start` on, and it goes on at `end` */
  read(team: number, trace: number, start: number, end: number): void;
  /** a way of a team sends from `start` on */
  sent(team: number, lane: number, start: number): void;
  /** at the end of each cycle in which something may have happened */
  stepped(now: number, columns: readonly Column[]): void;
  /** at the end, with all cycles at which sets were free again */
  ended(drain: Pick<GradientDrain, "freedSets">): void;
}

/** Of a simulation of one layer. */
export interface SimulationOptions {
  readonly sample?: Sample | undefined;
  readonly onProgress?: ((share: number) => void) | undefined;
  /** gives who looks on at a column */
  readonly watchOf?: ((column: number) => ColumnWatch | undefined) | undefined;
  readonly watch?: ArrayWatch | undefined;
}
