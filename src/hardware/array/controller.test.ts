import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyLayerTrace } from "../../../test/random-layers.ts";
import { withValues } from "../../parameter.ts";
import { countOnes, occupancy } from "../../trace/occupancy.ts";
import type { LayerTrace } from "../../trace/trace.ts";
import { gradientSize } from "../../workload/layer.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { mostBits, reach, traceVectorBits } from "../dataflow/geometry.ts";
import { type LayerStatistics, layerStatistics } from "../dataflow/layer-statistics.ts";
import { episodeCount, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { candidates } from "../mapper/mapper.ts";
import {
  compressedBytes,
  emapRoundSlots,
  fmapChunkSlots,
  type SwgParameters,
  swgParameters,
} from "../parameters.ts";
import { type EpisodePlan, episodePlans, type Round } from "../schedule/episode-plan.ts";
import { simulateLayer } from "./controller.ts";

const machine = fc
  .record({
    columns: fc.constantFrom(1, 2, 4),
    rows: fc.constantFrom(1, 2, 4),
    slack: fc.integer({ min: 0, max: 3 }),
    accumulators: fc.constantFrom(16, 144),
    vectorBits: fc.constantFrom(16, 192),
    globalBufferKib: fc.constantFrom(1, 80),
    unlimitedPorts: fc.boolean(),
    dramMbps: fc.constantFrom(300, 25600),
    intraColumn: fc.boolean(),
  })
  .map((given) => withValues("swg", swgParameters, given));

const prepare = (trace: LayerTrace) => {
  const occupied = flattenPointwise(occupancy(trace));
  return { occupied, statistics: layerStatistics(occupied) };
};

interface Mapped {
  readonly statistics: LayerStatistics;
  readonly mapping: Mapping;
  readonly parameters: SwgParameters;
}

/** No PE receives more fmap values in an episode than it has room for. */
function expectFmapToFit(plan: EpisodePlan, { statistics, mapping, parameters }: Mapped): void {
  const { layer } = statistics;
  const { channels, kernelRows } = plan.residency;
  const { fmapBitmap } = mostBits(layer, mapping, mapping.tapRows);
  const room = Math.floor(parameters.fmapBufferBytes / fmapChunkSlots(parameters));
  for (const chunk of plan.chunks.flat().filter((own) => own !== undefined)) {
    const values = (c: number) =>
      sum(
        chunk.parts.map((part) =>
          statistics.fmapReachedCount(part.n, c, reach(layer, part, chunk, ...kernelRows)),
        ),
      );
    for (const slice of channels.flat())
      expect(sum(slice.map((c) => compressedBytes(fmapBitmap, values(c), 2)))).toBeLessThanOrEqual(room);
  }
}

/** Nor more of the emap in a round of its column. */
function expectEmapToFit(
  { chunks, residency }: EpisodePlan,
  column: number,
  { first, last }: Round,
  { statistics, mapping, parameters }: Mapped,
): void {
  const ks = residency.ks[Math.floor(column / mapping.teamColumns)].slice(first, last);
  const room = Math.floor(parameters.emapBufferBytes / emapRoundSlots);
  for (const chunk of chunks[column].filter((own) => own !== undefined)) {
    const bits = traceVectorBits(statistics.layer, chunk, mapping.tapRows);
    const stored = ks.map((k) => compressedBytes(bits, statistics.emapCount(k, chunk), 2));
    expect(sum(stored)).toBeLessThanOrEqual(room);
    expect(bits).toBeLessThanOrEqual(parameters.vectorBits);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

describe("is a layer's account complete, under any mapping?", () => {
  it("books every PE-cycle, moves every byte at least once, and writes each wanted gradient once", () => {
    fc.assert(
      fc.property(anyLayerTrace, machine, fc.nat(), (trace, parameters, pick) => {
        const { occupied, statistics } = prepare(trace);
        const all = [...candidates(statistics, parameters)];
        const mapping = all[pick % all.length];
        const { activity, episodeEnds } = simulateLayer(occupied, statistics, mapping, parameters);
        const booked = Object.values(activity.breakdown);
        expect(booked.reduce((sum, n) => sum + n, 0)).toBe(activity.macs * activity.cycles);
        expect(Math.min(...booked)).toBeGreaterThanOrEqual(0);
        expect(booked.every(Number.isInteger)).toBe(true);

        const { events } = activity;
        const once = [occupied.fmap, occupied.emap].map((flags) =>
          compressedBytes(flags.length, countOnes(flags), 2),
        );
        expect(events.fmapReadBytes).toBeGreaterThanOrEqual(once[0]);
        expect(events.emapReadBytes).toBeGreaterThanOrEqual(once[1]);
        expect(events.dramReadBytes).toBeGreaterThanOrEqual(once[0] + once[1]);
        const wanted = trace.mask ? countOnes(trace.mask) : gradientSize(trace.layer);
        expect(events.gradientWriteBytes).toBe(2 * wanted);
        expect(episodeEnds).toHaveLength(episodeCount(loopNest(occupied.layer, mapping, parameters)));
      }),
      { numRuns: 200 },
    );
  });

  it("never puts more into a PE's buffers than they hold", () => {
    fc.assert(
      fc.property(anyLayerTrace, fc.nat(), (trace, pick) => {
        const parameters = withValues("swg", swgParameters, {
          columns: 2,
          rows: 2,
          fmapBufferBytes: 64,
          emapBufferBytes: 48,
        });
        const { occupied, statistics } = prepare(trace);
        const all = [...candidates(statistics, parameters)];
        if (all.length === 0) return;
        const mapping = all[pick % all.length];
        const nest = loopNest(occupied.layer, mapping, parameters);
        const mapped = { statistics, mapping, parameters };
        for (const plan of episodePlans(statistics, nest, mapping, parameters, {
          fmap: false,
          emap: false,
        })) {
          expectFmapToFit(plan, mapped);
          for (const [column, rounds] of plan.rounds.entries())
            for (const round of rounds) expectEmapToFit(plan, column, round, mapped);
        }
        expect(
          mapping.residentKs * mapping.channelsPerPe * mapping.tapRows * occupied.layer.S,
        ).toBeLessThanOrEqual(parameters.accumulators);
      }),
      { numRuns: 100 },
    );
  });

  it("is no slower without port limits, under the same mapping", () => {
    fc.assert(
      fc.property(anyLayerTrace, machine, fc.nat(), (trace, parameters, pick) => {
        const { occupied, statistics } = prepare(trace);
        const all = [...candidates(statistics, parameters)];
        const mapping = all[pick % all.length];
        const cycles = (unlimitedPorts: boolean) =>
          simulateLayer(occupied, statistics, mapping, { ...parameters, unlimitedPorts }).activity.cycles;
        expect(cycles(true)).toBeLessThanOrEqual(cycles(false));
      }),
      { numRuns: 60 },
    );
  });
});
