import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, anySwg, holds } from "../../../test/random-layers.ts";
import { drawnMapping } from "../../../test/random-mapping.ts";
import type { CycleBreakdown, EventCounts } from "../../events.ts";
import { withValues } from "../../parameter.ts";
import { countOnes, type Occupancy } from "../../trace/occupancy.ts";
import { gradientSize } from "../../workload/layer.ts";
import { arrayActivity } from "../array-events/array-events.ts";
import { chunkWords } from "../buffer/chunk-loads.ts";
import { memoryOf, type Residents } from "../buffer/memory.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { chunkLayout, type Group, positionsOf, rowLayout } from "../dataflow/geometry.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { chunkOf, type LoopNest, loopNest, type Mapping } from "../dataflow/mapping.ts";
import {
  compressedBytes,
  type SwgParameters,
  swgParameters,
  tileValues,
  valueBytes,
  wordBytes,
} from "../parameters.ts";
import { type Residency, residencies } from "../schedule/schedule.ts";
import { simulateLayer } from "./controller.ts";
import { storedValues } from "./episode.ts";

/** Counts what happens column by column, trace by trace. */
class Walk {
  readonly walked = { dramEmap: 0, runs: 0, emapBitmaps: 0, rowWords: 0, fmapWrites: 0 };
  private readonly occupancy: Occupancy;
  private readonly mapping: Mapping;
  private readonly nest: LoopNest;
  private readonly p: SwgParameters;
  private readonly masked: boolean;

  constructor(occupancy: Occupancy, mapping: Mapping, nest: LoopNest, p: SwgParameters) {
    this.occupancy = occupancy;
    this.mapping = mapping;
    this.nest = nest;
    this.p = p;
    this.masked = p.gradientSkip && (occupancy.mask?.includes(0) ?? false);
  }

  residency(residency: Residency, residents: Residents): void {
    const { walked, nest, masked } = this;
    const fmapComes = residency.firstOfChannels || !residents.fmap;
    const emapComes = residency.firstOfKs || !residents.emap;
    for (let round = 0; round < nest.episodes; round++) {
      walked.runs += Number(fmapComes) + Number(emapComes);
      for (const [team, ks] of residency.ks.entries())
        for (const { groups, slice } of this.chunksOf(round)) {
          const bytes = ks.map((k) => this.emapBytes(groups, k));
          walked.emapBitmaps += ks.length * Math.ceil(positionsOf(groups) / 8);
          if (emapComes) walked.dramEmap += bytes.reduce((sum, n) => sum + n, 0);
          walked.fmapWrites += this.fmapWrites(residency, team, groups, slice);
          walked.rowWords += this.rowWords(residency, team, groups);
        }
    }
    walked.runs += masked ? 2 : 1;
  }

  /** The chunks of all columns of a team, where they have one. */
  private *chunksOf(round: number): Generator<{ groups: readonly Group[]; slice: number }> {
    const { teamColumns, positionSlices } = this.mapping;
    for (let member = 0; member < teamColumns; member++)
      for (let slice = 0; slice < positionSlices; slice++) {
        const number = (round * teamColumns + member) * positionSlices + slice;
        const groups = chunkOf(this.nest, this.mapping, number);
        if (groups.length > 0) yield { groups, slice };
      }
  }

  private emapBytes(groups: readonly Group[], k: number): number {
    const { layer, emap } = this.occupancy;
    let nonzeros = 0;
    for (const { n, p, q0, columns, step } of groups)
      for (let i = 0; i < columns; i++)
        nonzeros += emap[((n * layer.K + k) * layer.P + p) * layer.Q + q0 + i * step];
    return compressedBytes(positionsOf(groups), nonzeros, valueBytes(this.p));
  }

  /** Bytes of the row words of a position slice's chunks, which the first team of those that share them asks for. */
  private rowWords(residency: Residency, team: number, groups: readonly Group[]): number {
    const { occupancy, mapping, p } = this;
    if (team % this.nest.teamsPerDomain !== 0) return 0;
    const rows = rowLayout(occupancy.layer, mapping, p)!;
    const { words } = chunkLayout(occupancy.layer, groups, residency.pass, rows);
    const slices = residency.channels[Math.floor(team / this.nest.teamsPerDomain)];
    const holding = slices.filter((channels) => channels.length > 0);
    return 8 * holding.length * chunkWords(words.length, 0, p);
  }

  /** Bytes of a position slice's chunks written in a column of the team. */
  private fmapWrites(residency: Residency, team: number, groups: readonly Group[], slice: number): number {
    const { occupancy, mapping, p } = this;
    expect(slice).toBeLessThan(mapping.positionSlices);
    const rows = rowLayout(occupancy.layer, mapping, p)!;
    const layout = chunkLayout(occupancy.layer, groups, residency.pass, rows);
    const slices = residency.channels[Math.floor(team / this.nest.teamsPerDomain)];
    return slices
      .filter((channels) => channels.length > 0)
      .map((channels) => chunkWords(layout.words.length, storedValues(occupancy, layout, rows, channels), p))
      .reduce((sum, words) => sum + 8 * words, 0);
  }
}

/** Visits serve a pair at least, and one of each nonzero of a tile at most; a trace rests for less than a tile's looks. */
function checkJobs(events: EventCounts, breakdown: CycleBreakdown, ofTile: number): void {
  const { macs, sumVisits, jobs, jobCycles, drainedCouples } = events;
  expect(sumVisits <= macs && macs <= sumVisits * ofTile).toBe(true);
  // a couple that leaves is read, and its place is cleared
  const sumBytes = 4 * sumVisits + 8 * drainedCouples;
  expect([events.accumulatorReadBytes, events.accumulatorWriteBytes]).toEqual([sumBytes, sumBytes]);
  const rest = jobCycles - breakdown.busy - breakdown.validDataTrace;
  expect(rest >= 0 && rest <= jobs * (ofTile - 1)).toBe(true);
}

/** Each couple that leaves a trace becomes part of one of another column, or of one in the buffer, or is sent itself; one or two of its sums are wanted. */
function checkCouples(events: EventCounts, { teamColumns, positionSlices }: Mapping): void {
  const { drainedSums, addedSums, drainedCouples, teamedCouples, addedCouples, sentCouples } = events;
  expect(teamedCouples + addedCouples + sentCouples).toBe(drainedCouples);
  expect(drainedSums <= 2 * drainedCouples && drainedCouples <= drainedSums).toBe(true);
  expect(drainedSums - addedSums).toBe(drainedSums / teamColumns / positionSlices);
  if (teamColumns === 1) expect(teamedCouples).toBe(0);
  if (positionSlices === 1) expect(addedCouples).toBe(0);
}

describe("do the events that are worked out equal those that a walk through all residencies counts?", () => {
  it("DRAM by tensor, runs, bitmaps, chunks, sums, of any layer under any mapping", () => {
    holds(
      fc.property(anyOccupancy, anySwg, fc.nat(), (occupied, given, seed) => {
        const p = withValues("swg", swgParameters, { ...given });
        const flat = flattenPointwise(occupied);
        const mapping = drawnMapping(flat.layer, p, seed);
        if (!mapping) return;
        const statistics = layerStatistics(flat);
        const run = simulateLayer(flat, statistics, mapping, p);
        const { events, breakdown } = arrayActivity(run, statistics, mapping, p);
        const nest = loopNest(flat.layer, mapping, p);
        const { residents } = memoryOf(statistics, nest, mapping, p);

        const walk = new Walk(flat, mapping, nest, p);
        for (const residency of residencies(statistics, nest, mapping, p))
          walk.residency(residency, residents);
        const { walked } = walk;
        expect(events).toMatchObject({ dramEmapReadBytes: walked.dramEmap, dramRuns: walked.runs });
        expect(events.bitmapReadBytes).toBe(walked.emapBitmaps + walked.rowWords);
        expect(events.fmapBufferWriteBytes).toBe(walked.fmapWrites);
        expect(events.chunkWordWrites).toBe(walked.fmapWrites / wordBytes);
        const wanted = p.gradientSkip && flat.mask ? countOnes(flat.mask) : gradientSize(flat.layer);
        expect(events.drainedSums - events.addedSums).toBe(wanted);
        checkCouples(events, mapping);
        expect(events.gradientWriteBytes).toBe(wanted * valueBytes(p));
        checkJobs(events, breakdown, tileValues(p));
        for (const count of Object.values(events))
          expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      }),
      70,
    );
  });
});
