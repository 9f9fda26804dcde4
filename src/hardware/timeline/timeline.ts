import type { IdleCause } from "../../events.ts";
import type { Occupancy } from "../../trace/occupancy.ts";
import { simulateLayer } from "../array/controller.ts";
import type { ColumnWatch } from "../column/column.ts";
import type { LayerStatistics } from "../dataflow/layer-statistics.ts";
import type { Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";

/** What a MAC does in a cycle: the number of the PE that it multiplies a pair of, or why it is idle. */
export type MacState = number | IdleCause;

/** A span of cycles in which a MAC does the same. */
export interface TimelineSpan {
  readonly from: number;
  readonly to: number;
  readonly state: MacState;
}

/** Which MAC of one column worked for which PE, when, and what for the others waited: some cycles of a layer. */
export interface Timeline {
  readonly column: number;
  readonly pes: number;
  /** MACs of a PE */
  readonly macs: number;
  /** cycles of the whole layer */
  readonly layerCycles: number;
  /** [MAC of the column] spans of the cycles asked for, without a gap, in order; none of a window behind the layer's end */
  readonly spans: readonly (readonly TimelineSpan[])[];
}

/** Cycles of one column: from one to another (not included), or so many from the first in which a MAC multiplies. */
export type TimelineWindow = { readonly column: number } & (
  | { readonly from: number; readonly to: number }
  | { readonly firstBusy: number }
);

/**
 * Some cycles of a column, by the cycle model; in a job the pairs of each tile come first, then the cycles in which it waits
 * for the next. Only the cycles asked for are kept. A column that has no work is shown from cycle 0 on.
 */
export function columnTimeline(
  occupancy: Occupancy,
  statistics: LayerStatistics,
  mapping: Mapping,
  parameters: SwgParameters,
  window: TimelineWindow,
): Timeline {
  const { column } = window;
  const { rows, macs, traces } = parameters;
  const spans = Array.from({ length: rows * macs }, (): TimelineSpan[] => []);
  const fixed = "from" in window;
  let [from, to] = fixed ? [window.from, window.to] : [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const keep = (mac: number, state: MacState, start: number, end: number) => {
    // jobs are told of in the order in which they begin, a wait when it ends: none that is shown lies before the first job
    if (!fixed && from === Number.POSITIVE_INFINITY && typeof state === "number")
      [from, to] = [start, start + window.firstBusy];
    const [first, last] = [Math.max(start, from), Math.min(end, to)];
    if (first >= last) return;
    const own = spans[mac];
    const before = own.at(-1);
    if (before?.state === state) own[own.length - 1] = { from: before.from, to: last, state };
    else own.push({ from: first, to: last, state });
  };
  const watch: ColumnWatch = {
    waited: (mac, cause, start, end) => keep(mac, cause, start, end),
    job(mac, trace, { tiles }, start) {
      let cycle = start;
      for (const { pairs, cycles } of tiles) {
        keep(mac, Math.floor(trace / traces), cycle, cycle + pairs);
        keep(mac, "validDataTrace", cycle + pairs, cycle + cycles);
        cycle += cycles;
      }
    },
  };
  const watchOf = (at: number) => (at === column ? watch : undefined);
  const { cycles } = simulateLayer(occupancy, statistics, mapping, parameters, { watchOf });
  if (from === Number.POSITIVE_INFINITY && !fixed) {
    const all = { column, from: 0, to: window.firstBusy };
    return columnTimeline(occupancy, statistics, mapping, parameters, all);
  }
  return { column, pes: rows, macs, layerCycles: cycles, spans };
}
