import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, anySwg, holds } from "../../../test/random-layers.ts";
import { withValues } from "../../parameter.ts";
import { arrayActivity } from "../array-events/array-events.ts";
import { chooseResidents, type Residents } from "../buffer/memory.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { mostBits } from "../dataflow/geometry.ts";
import { type LayerStatistics, layerStatistics } from "../dataflow/layer-statistics.ts";
import { type LoopNest, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { candidates } from "../mapper/mapper.ts";
import { helps, type SwgParameters, swgParameters, valueBytes } from "../parameters.ts";
import { type EpisodePlan, episodePlans } from "../schedule/episode-plan.ts";
import type { Residency } from "../schedule/schedule.ts";
import { simulateLayer } from "./controller.ts";

/** Counts what happens, episode by episode. */
class Walk {
  readonly walked = {
    dramEmap: 0,
    runs: 0,
    fmapBitmaps: 0,
    emapBitmaps: 0,
    fmapChunks: 0,
    emapVectors: 0,
    drainedSums: 0,
    maskOfArray: 0,
    maskOfDram: 0,
  };
  readonly fmapBitmap: number;
  /** columns' position slices that have seen a chunk in this residency */
  private readonly seen = new Map<string, number>();
  private readonly statistics: LayerStatistics;
  private readonly mapping: Mapping;
  private readonly nest: LoopNest;
  private readonly p: SwgParameters;
  private readonly masked: boolean;

  constructor(
    statistics: LayerStatistics,
    mapping: Mapping,
    nest: LoopNest,
    p: SwgParameters,
    hasUnwanted: boolean,
  ) {
    this.statistics = statistics;
    this.mapping = mapping;
    this.nest = nest;
    this.p = p;
    this.masked = p.gradientSkip && hasUnwanted;
    this.fmapBitmap = mostBits(statistics.layer, mapping, mapping.tapRows).fmapBitmap;
  }

  take(plan: EpisodePlan, residents: Residents): void {
    const { walked, masked } = this;
    const { residency } = plan;
    if (plan.firstOfResidency) this.seen.clear();
    walked.dramEmap += plan.emapDramBytes.reduce((sum, bytes) => sum + bytes, 0);
    walked.runs += Number(residency.firstOfChannels || !residents.fmap);
    walked.runs += Number(residency.firstOfKs || !residents.emap);
    walked.runs += Number(plan.lastOfResidency) * (masked ? 2 : 1);
    if (masked && plan.firstOfResidency)
      for (const team of residency.ks.keys()) walked.maskOfDram += this.maskOf(residency, team);
    for (const column of plan.chunks.keys()) this.takeColumn(plan, column);
    if (plan.lastOfResidency)
      for (const team of this.seen.values()) walked.drainedSums += this.drainedSums(residency, team);
  }

  private channelsOf(residency: Residency, team: number): number[] {
    return residency.channels[Math.floor(team / this.nest.teamsPerDomain)].flat();
  }

  private kernelTaps({ kernelRows }: Residency): number {
    return (kernelRows[1] - kernelRows[0]) * this.statistics.layer.S;
  }

  /** Bytes of the mask of a team's k's. */
  private maskOf(residency: Residency, team: number): number {
    const flags = this.channelsOf(residency, team).length * this.kernelTaps(residency);
    return residency.ks[team].length * Math.ceil(flags / 8);
  }

  private takeColumn({ residency, chunks }: EpisodePlan, column: number): void {
    const { walked, mapping } = this;
    const team = Math.floor(column / mapping.teamColumns);
    const ks = residency.ks[team].length;
    const channels = this.channelsOf(residency, team).length;
    if (this.masked && chunks[column].some(Boolean)) walked.maskOfArray += this.maskOf(residency, team);
    for (const [slice, chunk] of chunks[column].entries()) {
      if (!chunk) continue;
      this.seen.set(`${column} ${slice}`, team);
      walked.emapBitmaps += ks * Math.ceil(chunk.positions / 8);
      walked.emapVectors += ks * mapping.channelSlices;
      walked.fmapChunks += channels;
      // one PE of each team of a domain receives it, so the columns' chunks are the broadcast's receivers
      walked.fmapBitmaps += channels * Math.ceil(this.fmapBitmap / 8);
    }
  }

  /** Sums that a position slice of a team holds at the end of a residency. */
  private drainedSums(residency: Residency, team: number): number {
    const { statistics, nest } = this;
    const channels = this.channelsOf(residency, team);
    const ofK = (k: number) =>
      channels.reduce(
        (sum, c) => sum + statistics.wantedTaps(k, c % nest.groupChannels, ...residency.kernelRows),
        0,
      );
    if (this.p.gradientSkip) return residency.ks[team].reduce((sum, k) => sum + ofK(k), 0);
    return residency.ks[team].length * channels.length * this.kernelTaps(residency);
  }
}

describe("do the events that are worked out equal those that a walk through all episodes counts?", () => {
  it("bitmaps, masks, DRAM by tensor, runs, buffers and drained sums, of any layer under any mapping", () => {
    holds(
      fc.property(anyOccupancy, anySwg, fc.nat(), (occupied, given, pick) => {
        const p = withValues("swg", swgParameters, { ...given });
        const flat = flattenPointwise(occupied);
        const statistics = layerStatistics(flat);
        const all = [...candidates(statistics, p)];
        if (all.length === 0) return;
        const mapping = all[pick % all.length];
        let roundsSeen = 0;
        const round = () => roundsSeen++;
        const { activity } = simulateLayer(flat, statistics, mapping, p, Number.POSITIVE_INFINITY, { round });
        const { events } = arrayActivity(activity, statistics, mapping, p);
        const nest = loopNest(flat.layer, mapping, p);
        const { residents } = chooseResidents(statistics, nest, mapping, p);

        const walk = new Walk(statistics, mapping, nest, p, flat.mask?.includes(0) ?? false);
        for (const plan of episodePlans(statistics, nest, mapping, p, residents)) walk.take(plan, residents);
        const { walked, fmapBitmap } = walk;
        expect(events).toMatchObject({ dramEmapReadBytes: walked.dramEmap, dramRuns: walked.runs });
        expect(events.drainedSums).toBe(walked.drainedSums);
        expect(events.emapBitmapWrites).toBe(walked.emapVectors);
        expect(events.fmapBitmapWrites).toBe(walked.fmapChunks * Math.ceil(fmapBitmap / 32));
        expect(events.maskReadBytes).toBe(walked.maskOfArray + walked.maskOfDram);
        expect(events.dramMaskReadBytes).toBe(walked.maskOfDram);
        expect(events.rounds).toBeGreaterThanOrEqual(roundsSeen);
        const bitmaps = walked.fmapBitmaps + walked.emapBitmaps * mapping.channelSlices;
        expect(events.bitmapReadBytes).toBe(walked.fmapBitmaps / nest.teamsPerDomain + walked.emapBitmaps);
        const received =
          events.fmapReadBytes * nest.teamsPerDomain + events.emapReadBytes * mapping.channelSlices;
        const { fmapBufferWriteBytes, emapBufferWriteBytes } = events;
        expect(fmapBufferWriteBytes + emapBufferWriteBytes + bitmaps).toBe(received);
        // a column clocks its PEs while its round lasts, and its clusters decide; a gradient passes the team's PEs
        const { busy, columnImbalance } = activity.breakdown;
        expect(events.peCycles).toBe(busy + columnImbalance);
        const cluster = Math.min(p.clusterSize, p.rows);
        expect(events.balancerCycles).toBe(helps(p) ? Math.ceil((busy + columnImbalance) / cluster) : 0);
        expect(events.drainStages * valueBytes(p)).toBe(
          events.gradientWriteBytes * p.rows * mapping.teamColumns,
        );
        // no fewer accesses than pairs need
        const values = events.macs * valueBytes(p);
        expect(Math.min(events.fmapBufferReadBytes, events.emapBufferReadBytes)).toBeGreaterThanOrEqual(
          values,
        );
        expect(events.accumulatorWriteBytes).toBeLessThanOrEqual(4 * events.macs);
        for (const count of Object.values(events))
          expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      }),
      150,
    );
  });
});
