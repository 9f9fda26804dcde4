import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, anySwg, holds } from "../../../test/random-layers.ts";
import { withValues } from "../../parameter.ts";
import { arrayActivity } from "../array-events/array-events.ts";
import { chooseResidents } from "../buffer/memory.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { mostBits } from "../dataflow/geometry.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { loopNest } from "../dataflow/mapping.ts";
import { candidates } from "../mapper/mapper.ts";
import { helps, swgParameters, valueBytes } from "../parameters.ts";
import { episodePlans } from "../schedule/episode-plan.ts";
import { simulateLayer } from "./controller.ts";

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

        const walked = {
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
        const wantsAll = flat.mask === undefined || !flat.mask.includes(0);
        const masked = p.gradientSkip && !wantsAll;
        const { fmapBitmap } = mostBits(flat.layer, mapping, mapping.tapRows);
        /** position slices of a team that have seen a chunk in this residency */
        const seen = new Set<string>();
        for (const plan of episodePlans(statistics, nest, mapping, p, residents)) {
          const { residency, chunks } = plan;
          if (plan.firstOfResidency) seen.clear();
          walked.dramEmap += plan.emapDramBytes.reduce((sum, bytes) => sum + bytes, 0);
          walked.runs += Number(residency.firstOfChannels || !residents.fmap);
          walked.runs += Number(residency.firstOfKs || !residents.emap);
          walked.runs += Number(plan.lastOfResidency) * (masked ? 2 : 1);
          const rows = residency.kernelRows[1] - residency.kernelRows[0];
          const maskOfKs = (team: number) => {
            const channels = residency.channels[Math.floor(team / nest.teamsPerDomain)].flat().length;
            return residency.ks[team].length * Math.ceil((channels * rows * flat.layer.S) / 8);
          };
          if (masked && plan.firstOfResidency)
            walked.maskOfDram += residency.ks.reduce((sum, _, team) => sum + maskOfKs(team), 0);
          for (const [column, slices] of chunks.entries()) {
            const team = Math.floor(column / mapping.teamColumns);
            const ks = residency.ks[team].length;
            const channels = residency.channels[Math.floor(team / nest.teamsPerDomain)].flat().length;
            if (masked && slices.some(Boolean)) walked.maskOfArray += maskOfKs(team);
            for (const [slice, chunk] of slices.entries()) {
              if (!chunk) continue;
              seen.add(`${column} ${slice}`);
              walked.emapBitmaps += ks * Math.ceil(chunk.positions / 8);
              walked.emapVectors += ks * mapping.channelSlices;
              walked.fmapChunks += channels;
              // one PE of each team of a domain receives it, so the columns' chunks are the broadcast's receivers
              walked.fmapBitmaps += channels * Math.ceil(fmapBitmap / 8);
            }
          }
          if (!plan.lastOfResidency) continue;
          for (const place of seen) {
            const team = Math.floor(Number(place.split(" ")[0]) / mapping.teamColumns);
            const domain = residency.channels[Math.floor(team / nest.teamsPerDomain)];
            for (const k of residency.ks[team])
              for (const c of domain.flat())
                walked.drainedSums += p.gradientSkip
                  ? statistics.wantedTaps(k, c % nest.groupChannels, ...residency.kernelRows)
                  : rows * flat.layer.S;
          }
        }
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
