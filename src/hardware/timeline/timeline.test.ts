import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, holds } from "../../../test/random-layers.ts";
import { drawnMapping } from "../../../test/random-mapping.ts";
import { type CycleBreakdown, emptyBreakdown } from "../../events.ts";
import { withValues } from "../../parameter.ts";
import { simulateLayer } from "../array/controller.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { swgParameters } from "../parameters.ts";
import { arrayTimeline, stateOf } from "./array-timeline.ts";
import { columnTimeline, type Timeline } from "./timeline.ts";

const machine = fc
  .record({
    columns: fc.constantFrom(1, 2, 4),
    rows: fc.constantFrom(1, 2, 4),
    macs: fc.constantFrom(1, 2),
    traces: fc.constantFrom(1, 2, 3),
    intraColumn: fc.boolean(),
    chunks: fc.constantFrom(1, 3),
    dramMbps: fc.constantFrom(300, 25600),
  })
  .map((given) => withValues("swg", swgParameters, given));

/** A random layer on a random machine under a random mapping, and its timelines. */
const cases = fc.tuple(anyOccupancy, machine, fc.nat()).map(([given, parameters, seed]) => {
  const occupied = flattenPointwise(given);
  const mapping = drawnMapping(occupied.layer, parameters, seed);
  if (!mapping) return undefined;
  const statistics = layerStatistics(occupied);
  const run = simulateLayer(occupied, statistics, mapping, parameters);
  const timeline = (column: number, from: number, to: number) =>
    columnTimeline(occupied, statistics, mapping, parameters, { column, from, to });
  const whole = () => arrayTimeline(occupied, statistics, mapping, parameters);
  return { run, parameters, timeline, whole };
});

/** [MAC][cycle] */
const statesOf = ({ spans }: Timeline) =>
  spans.map((own) => own.flatMap(({ from, to, state }) => new Array<typeof state>(to - from).fill(state)));

/** Adds up a whole timeline's MAC-cycles; it has no gaps. */
function addStates(total: CycleBreakdown, { spans, layerCycles }: Timeline): void {
  for (const own of spans) {
    let at = 0;
    for (const { from, to, state } of own) {
      expect(from).toBe(at);
      total[typeof state === "number" ? "busy" : state] += to - from;
      at = to;
    }
    expect(at).toBe(layerCycles);
  }
}

describe("does a timeline say what the activity says?", () => {
  it("its MAC-cycles of all columns add up to the breakdown, cause by cause", () => {
    holds(
      fc.property(cases, (drawn) => {
        fc.pre(drawn !== undefined);
        const { run, parameters, timeline } = drawn!;
        const total = emptyBreakdown();
        let moved = 0;
        for (let column = 0; column < parameters.columns; column++) {
          const whole = timeline(column, 0, Number.POSITIVE_INFINITY);
          expect(whole.layerCycles).toBe(run.cycles);
          addStates(total, whole);
          for (const [mac, states] of statesOf(whole).entries())
            moved += states.filter(
              (state) => typeof state === "number" && state !== Math.floor(mac / parameters.macs),
            ).length;
        }
        expect(total).toEqual(run.breakdown);
        expect(moved).toBe(run.events.routedPairs);
      }),
      30,
    );
  });

  it("a window of it is a piece of the whole", () => {
    holds(
      fc.property(cases, fc.nat(), fc.nat(60), (drawn, start, length) => {
        fc.pre(drawn !== undefined);
        const { run, timeline } = drawn!;
        const from = start % run.cycles;
        const window = statesOf(timeline(0, from, from + length));
        const whole = statesOf(timeline(0, 0, run.cycles));
        expect(window).toEqual(whole.map((own) => own.slice(from, from + length)));
      }),
      20,
    );
  });

  it("that of the array has every column's", () => {
    holds(
      fc.property(cases, (drawn) => {
        fc.pre(drawn !== undefined);
        const { run, parameters, timeline, whole } = drawn!;
        const { cycles, columns, spans } = whole();
        expect([cycles, columns]).toEqual([run.cycles, parameters.columns]);
        const perColumn = parameters.rows * parameters.macs;
        for (let column = 0; column < columns; column++) {
          const own = spans
            .slice(column * perColumn, (column + 1) * perColumn)
            .map(({ ends, states }) =>
              Array.from(ends, (to, i) => ({ from: i > 0 ? ends[i - 1] : 0, to, state: stateOf(states[i]) })),
            );
          expect(own).toEqual(timeline(column, 0, Number.POSITIVE_INFINITY).spans);
        }
      }),
      8,
    );
  });
});
