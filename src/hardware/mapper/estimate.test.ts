import { describe, expect, it } from "vitest";
import { withValues } from "../../parameter.ts";
import { seededRandom } from "../../random.ts";
import { convolution, gradientSize } from "../../workload/layer.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { loopNest, type Mapping } from "../dataflow/mapping.ts";
import { swgParameters } from "../parameters.ts";
import { estimateCycles } from "./estimate.ts";
import { trafficOf } from "./traffic.ts";

const layer = convolution({
  name: "conv",
  N: 12,
  C: 48,
  H: 8,
  W: 8,
  K: 64,
  R: 3,
  S: 3,
  groups: 1,
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
});
const some = (length: number, share: number): Uint8Array => {
  const random = seededRandom(1);
  return Uint8Array.from({ length }, () => Number(random.uniform() < share));
};
const statistics = layerStatistics({ layer, fmap: some(12 * 48 * 64, 0.4), emap: some(12 * 64 * 64, 0.2) });
const mapping: Mapping = {
  domains: 1,
  teamColumns: 1,
  channelSlices: 12,
  positionSlices: 2,
  channelsPerTrace: 2,
  passRows: 3,
  passColumns: 3,
  chunkGroups: 4,
  residentKs: 4,
};
/** With as many traces as the mappings below have slices. */
const machine = (given: Readonly<Record<string, unknown>>) =>
  withValues("swg", swgParameters, { traces: 3, ...given });
const cyclesOf = (over: Partial<Mapping>, given: Readonly<Record<string, unknown>> = {}, of = statistics) => {
  const p = machine(given);
  const own = { ...mapping, ...over };
  return estimateCycles(of, loopNest(layer, own, p), own, p);
};

describe("what makes a layer take longer, as far as counts say?", () => {
  it("traces that are not in use", () => {
    expect(cyclesOf({ channelSlices: 6 })).toBeGreaterThan(1.5 * cyclesOf({}));
  });

  it("sums that leave for longer than two episodes take", () => {
    const emap = some(12 * 64 * 64, 0.02);
    const sparse = layerStatistics({ layer, fmap: some(12 * 48 * 64, 0.4), emap });
    // 8 residencies of two episodes: each sends 4 k's in 8 steps of 9 couples by one of its ways
    const leaving = 8 * 4 * 8 * 9;
    const many = { channelSlices: 3, positionSlices: 8, chunkGroups: 8 };
    expect(cyclesOf(many, {}, sparse)).toBeGreaterThan(leaving);
    expect(cyclesOf(many, { unlimitedPorts: true }, sparse)).toBeLessThan(leaving);
  });

  it("each of the ports, when it is slow; none of them, when transfers take no time", () => {
    const traffic = trafficOf(statistics, loopNest(layer, mapping, machine({})), mapping, machine({}));
    const slow = (given: Readonly<Record<string, unknown>>) => cyclesOf({}, given);
    expect(slow({ globalBufferReadBytes: 1 })).toBeGreaterThan(traffic.fmapBytes + traffic.emapBytes);
    expect(slow({ globalBufferWriteBytes: 1 })).toBeGreaterThan(traffic.gradientBytes);
    expect(slow({ dramMbps: 200 })).toBeGreaterThan(traffic.dramBytes);
    expect(slow({ dramMbps: 200, unlimitedPorts: true })).toBeLessThanOrEqual(slow({}));
    // 16 teams send a sixteenth of the gradients each
    expect(slow({ drainLanes: 1, macs: 2, rows: 8 })).toBeGreaterThanOrEqual(gradientSize(layer) / 16 / 2);
  });
});
