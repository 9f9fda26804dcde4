import type { IdleCause } from "../../events.ts";
import type { Occupancy } from "../../trace/occupancy.ts";
import { simulateLayer } from "../array/controller.ts";
import type { CountedRound } from "../array/round-work.ts";
import { serve } from "../balancer/serve.ts";
import type { LayerStatistics } from "../dataflow/layer-statistics.ts";
import type { Mapping } from "../dataflow/mapping.ts";
import { helps, type SwgParameters } from "../parameters.ts";

/** What a PE's MAC does in a cycle: the number of the PE that it multiplies for, or why it is idle. */
export type MacState = number | IdleCause;

/** A span of cycles in which every PE does the same as in the cycle before. */
export interface TimelineSpan {
  readonly from: number;
  readonly to: number;
  /** [PE] */
  readonly states: readonly MacState[];
}

/** Who worked for whom in one column, when, and what for the others waited: some cycles of a layer. */
export interface Timeline {
  readonly column: number;
  /** PEs that help each other */
  readonly clusterSize: number;
  readonly pes: number;
  /** cycles of the whole layer */
  readonly layerCycles: number;
  /** spans of the cycles asked for, without a gap, in order */
  readonly spans: readonly TimelineSpan[];
}

/**
 * The cycles `from` to `to` (not included) of a column. The layer is simulated by the cycle model; within a round it
 * follows the balancer's rule cycle by cycle. Only the cycles asked for are kept.
 */
export function columnTimeline(
  occupancy: Occupancy,
  statistics: LayerStatistics,
  mapping: Mapping,
  parameters: SwgParameters,
  { column, from, to }: { readonly column: number; readonly from: number; readonly to: number },
): Timeline {
  const { rows: pes, clusterSize } = parameters;
  const spans: TimelineSpan[] = [];
  const keep = (start: number, end: number, states: readonly MacState[]) => {
    const [first, last] = [Math.max(start, from), Math.min(end, to)];
    if (first >= last) return;
    const before = spans.at(-1);
    if (before && before.to === first && before.states.every((state, pe) => state === states[pe]))
      spans[spans.length - 1] = { ...before, to: last };
    else spans.push({ from: first, to: last, states });
  };
  const { activity } = simulateLayer(occupancy, statistics, mapping, parameters, undefined, {
    waited(at, cause, start, end) {
      if (at === column) keep(start, end, new Array(pes).fill(cause));
    },
    round(at, _, work, { start, end }) {
      if (at !== column || start >= to || end <= from) return;
      for (const [i, states] of roundStates(work, parameters).entries())
        keep(start + i, start + i + 1, states);
    },
  });
  return {
    column,
    clusterSize: helps(parameters) ? clusterSize : 1,
    pes,
    layerCycles: activity.cycles,
    spans,
  };
}

/** [cycle][PE] of one round. */
function roundStates(work: CountedRound, parameters: SwgParameters): MacState[][] {
  const { rows, clusterSize, intraColumn } = parameters;
  const left = Array.from(work.pairsOfPe);
  const states: MacState[][] = [];
  for (let cycle = 0; cycle < work.cycles; cycle++) {
    const now: MacState[] = [];
    for (let first = 0; first < rows; first += clusterSize) {
      const inCluster = left.slice(first, first + clusterSize);
      for (const served of serve(inCluster, work.cycles - cycle, intraColumn))
        now.push(served < 0 ? "columnImbalance" : first + served);
    }
    for (const state of now) if (typeof state === "number") left[state]--;
    states.push(now);
  }
  nameEmpty(states, work);
  return states;
}

/**
 * Of a round's idle PE-cycles, as many are `mapping` as the column books on it: those of PEs without a vector first, and
 * where such PEs helped, some of the others'.
 */
function nameEmpty(states: MacState[][], work: CountedRound): void {
  const idle = work.cycles * work.pairsOfPe.length - work.pairs;
  let empty = Math.min(idle, work.cycles * work.emptyPes);
  for (const ofEmptyPes of [true, false])
    for (const now of states)
      for (const [pe, state] of now.entries())
        if (empty > 0 && state === "columnImbalance" && (!ofEmptyPes || work.vectorsOfPe[pe] === 0)) {
          now[pe] = "mapping";
          empty--;
        }
}
