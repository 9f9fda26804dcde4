import type { ArrayWatch, AskedChunks, AskedLists } from "../../hardware/array/array-watch.ts";
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
  /** [row][episode] */
  readonly chunks: readonly (readonly AskedChunks[])[];
  /** [column][item] */
  readonly lists: readonly (readonly AskedLists[])[];
  /** [team][way] masks that it asked for: of which slice, in which cycle, and in which they came */
  readonly masks: readonly (readonly (readonly {
    readonly slice: number;
    readonly asked: number;
    readonly there: number;
  }[])[])[];
  /** [team][way] cycles from which it had sums to send, and sent them */
  readonly sends: readonly (readonly (readonly { readonly ready: number; readonly start: number }[])[])[];
  /** [column][trace] its jobs, and cycles at which it was done with an item */
  readonly jobs: readonly (readonly (readonly Span[])[])[];
  readonly done: readonly (readonly (readonly number[])[])[];
}

/** The cycle model with a layer, which is flat where it is pointwise. */
export function recordArray(layer: LayerTrace, mapping: Mapping, p: SwgParameters): ArrayRecord {
  const teams = p.columns / mapping.teamColumns;
  const traces = tracesOf(p);
  const record = {
    chunks: lists<AskedChunks>(p.rows),
    lists: lists<AskedLists>(p.columns),
    masks: tables<{ slice: number; asked: number; there: number }>(teams, p.drainLanes),
    sends: tables<{ ready: number; start: number }>(teams, p.drainLanes),
    jobs: tables<Span>(p.columns, traces),
    done: tables<number>(p.columns, traces),
  };
  const watch: ArrayWatch = {
    chunks: (row, times) => void record.chunks[row].push(times),
    lists: (column, times) => void record.lists[column].push(times),
    asked: (team, slice, asked, there) =>
      void record.masks[team][slice % p.drainLanes].push({ slice, asked, there }),
    sent: (team, lane, ready, start) => void record.sends[team][lane].push({ ready, start }),
    stepped(now, columns) {
      for (const [at, column] of columns.entries())
        for (const [trace, done] of record.done[at].entries())
          while (done.length < column.nextOf(trace)) done.push(now);
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
