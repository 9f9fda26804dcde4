import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyLayerTrace } from "../../../test/random-layers.ts";
import { type CycleBreakdown, emptyBreakdown } from "../../events.ts";
import { withValues } from "../../parameter.ts";
import { occupancy } from "../../trace/occupancy.ts";
import { simulateLayer } from "../array/controller.ts";
import { roundCycles } from "../balancer/intra-column.ts";
import { serve } from "../balancer/serve.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { candidates } from "../mapper/mapper.ts";
import { swgParameters } from "../parameters.ts";
import { columnTimeline, type Timeline } from "./timeline.ts";

const cluster = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 8 });

describe("does the rule of the balancer finish every round in the cycles that the model counts?", () => {
  it.each([true, false])("with help: %s", (help) => {
    fc.assert(
      fc.property(cluster, fc.integer({ min: 0, max: 3 }), (pairs, spare) => {
        const left = [...pairs];
        const cycles = roundCycles(pairs, pairs.length, help) + spare;
        for (let t = cycles; t > 0; t--) {
          const served = serve(left, t, help);
          const times = left.map((_, pe) => served.filter((at) => at === pe).length);
          expect(times.every((n, pe) => n <= Math.min(help ? 2 : 1, left[pe]))).toBe(true);
          // whoever is served has its own MAC among those that serve it
          expect(times.every((n, pe) => n === 0 || served[pe] === pe)).toBe(true);
          for (const [pe, n] of times.entries()) left[pe] -= n;
        }
        expect(left.every((n) => n === 0)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

const machine = fc
  .record({
    columns: fc.constantFrom(1, 2, 4),
    rows: fc.constantFrom(1, 2, 4),
    clusterSize: fc.constantFrom(2, 16),
    slack: fc.integer({ min: 0, max: 2 }),
    intraColumn: fc.boolean(),
    vectorBits: fc.constantFrom(16, 192),
    dramMbps: fc.constantFrom(300, 25600),
  })
  .map((given) => withValues("swg", swgParameters, given));

/** A random layer on a random machine, and its timelines. */
const cases = fc.tuple(anyLayerTrace, machine, fc.nat()).map(([trace, parameters, pick]) => {
  const occupied = flattenPointwise(occupancy(trace));
  const statistics = layerStatistics(occupied);
  const all = [...candidates(statistics, parameters)];
  const given = [occupied, statistics, all[pick % all.length], parameters] as const;
  const { activity } = simulateLayer(...given);
  const timeline = (column: number, from: number, to: number) =>
    columnTimeline(...given, { column, from, to });
  return { activity, parameters, timeline };
});

const statesOf = ({ spans }: Timeline) =>
  spans.flatMap(({ from, to, states }) => new Array<typeof states>(to - from).fill(states));

/** Adds up a whole timeline's PE-cycles; it has no gaps. */
function addStates(total: CycleBreakdown, { spans, layerCycles }: Timeline): void {
  let at = 0;
  for (const { from, to, states } of spans) {
    expect(from).toBe(at);
    for (const state of states) total[typeof state === "number" ? "busy" : state] += to - from;
    at = to;
  }
  expect(at).toBe(layerCycles);
}

describe("does a timeline say what the activity says?", () => {
  it("its PE-cycles of all columns add up to the breakdown, cause by cause", () => {
    fc.assert(
      fc.property(cases, ({ activity, parameters, timeline }) => {
        const total = emptyBreakdown();
        for (let column = 0; column < parameters.columns; column++) {
          const whole = timeline(column, 0, Number.POSITIVE_INFINITY);
          expect(whole.layerCycles).toBe(activity.cycles);
          addStates(total, whole);
        }
        expect(total).toEqual(activity.breakdown);
      }),
      { numRuns: 60 },
    );
  });

  it("a window of it is a piece of the whole", () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(60), ({ activity, timeline }, start, length) => {
        const from = start % activity.cycles;
        const window = timeline(0, from, from + length);
        const whole = statesOf(timeline(0, 0, activity.cycles));
        expect(statesOf(window)).toEqual(whole.slice(from, from + length));
      }),
      { numRuns: 40 },
    );
  });
});
