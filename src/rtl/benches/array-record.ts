import type { ArrayWatch } from "../../hardware/array/array-watch.ts";
import { simulateLayer } from "../../hardware/array/controller.ts";
import type { LayerRun } from "../../hardware/array-events/array-events.ts";
import { layerStatistics } from "../../hardware/dataflow/layer-statistics.ts";
import type { Mapping } from "../../hardware/dataflow/mapping.ts";
import { type SwgParameters, tracesOf } from "../../hardware/parameters.ts";
import { occupancy } from "../../trace/occupancy.ts";
import type { LayerTrace } from "../../trace/trace.ts";

/** Cycles from `start` up to `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the cycle model did with a layer, and when: all that goes into an array's columns, what leaves them, and who works. */
export interface ArrayRecord {
  readonly run: LayerRun;
  /** [row][episode] cycle at which its chunks were there */
  readonly chunks: readonly (readonly number[])[];
  /** [column][item] cycles at which its words had crossed the list ports, and at which it was in the PEs */
  readonly lists: readonly (readonly { readonly port: number; readonly inPes: number }[])[];
  /** [team][trace] from when on it was held, until it went on, and from when on its sums were read */
  readonly reads: readonly (readonly (readonly (Span & { readonly held: number })[])[])[];
  /** [team][way] cycles from which it sent */
  readonly sends: readonly (readonly (readonly number[])[])[];
  /** [column][trace] its jobs, and cycles at which it was done with an item */
  readonly jobs: readonly (readonly (readonly Span[])[])[];
  readonly done: readonly (readonly (readonly number[])[])[];
  /** [column][trace] cycles at which a set was free again */
  readonly freed: readonly (readonly (readonly number[])[])[];
}

/** The cycle model with a layer, which is flat where it is pointwise. */
export function recordArray(layer: LayerTrace, mapping: Mapping, p: SwgParameters): ArrayRecord {
  const teams = p.columns / mapping.teamColumns;
  const traces = tracesOf(p);
  const record = {
    chunks: lists<number>(p.rows),
    lists: lists<{ port: number; inPes: number }>(p.columns),
    reads: tables<Span & { held: number }>(teams, traces),
    sends: tables<number>(teams, p.drainLanes),
    jobs: tables<Span>(p.columns, traces),
    done: tables<number>(p.columns, traces),
    freed: tables<number>(p.columns, traces),
  };
  const held = tables<number>(teams, traces);
  const watch: ArrayWatch = {
    chunks: (row, there) => void record.chunks[row].push(there),
    lists: (column, port, inPes) => void record.lists[column].push({ port, inPes }),
    held: (team, trace, now) => void held[team][trace].push(now),
    read(team, trace, start, end) {
      record.reads[team][trace].push({ held: held[team][trace].shift()!, start, end });
    },
    sent: (team, lane, start) => void record.sends[team][lane].push(start),
    stepped(now, columns) {
      for (const [at, column] of columns.entries())
        for (const [trace, done] of record.done[at].entries())
          while (done.length < column.nextOf(trace)) done.push(now);
    },
    ended(drain) {
      for (const [column, ofColumn] of record.freed.entries())
        for (const [trace, freed] of ofColumn.entries()) freed.push(...drain.freedSets(column, trace));
    },
  };
  const occupied = occupancy(layer);
  const run = simulateLayer(occupied, layerStatistics(occupied), mapping, p, {
    watch,
    watchOf: (column) => ({
      job: (_mac, trace, { cycles }, start) =>
        void record.jobs[column][trace].push({ start, end: start + cycles }),
      waited: () => undefined,
    }),
  });
  return { ...record, run };
}

const lists = <T>(length: number): T[][] => Array.from({ length }, () => []);
const tables = <T>(rows: number, columns: number): T[][][] =>
  Array.from({ length: rows }, () => lists<T>(columns));
