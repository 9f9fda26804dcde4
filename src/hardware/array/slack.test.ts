import { describe, expect, it } from "vitest";
import { withValues } from "../../parameter.ts";
import { convolution, linear } from "../../workload/layer.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import type { Mapping } from "../dataflow/mapping.ts";
import { swgParameters } from "../parameters.ts";
import { simulateLayer } from "./controller.ts";

const mapping: Mapping = {
  bandRows: 4,
  bandColumns: 1,
  domains: 1,
  teamColumns: 1,
  channelSlices: 1,
  positionSlices: 1,
  channelsPerPe: 1,
  tapRows: 1,
  residentKs: 1,
  roundKs: 1,
};

describe("how far may a column run ahead?", () => {
  /** Two columns of one PE: the first has 4 pairs in each of the first `half` episodes, the second in the others. */
  const cycles = (slack: number, half: number) => {
    const layer = linear("fc", 8 * half, 1, 2);
    const emap = Uint8Array.from({ length: 16 * half }, (_, i) => (i < 8 * half === (i % 2 === 0) ? 1 : 0));
    const occupied = { layer, fmap: new Uint8Array(8 * half).fill(1), emap };
    const parameters = withValues("swg", swgParameters, {
      columns: 2,
      rows: 1,
      slack,
      unlimitedPorts: true,
      interColumn: false,
    });
    return simulateLayer(occupied, layerStatistics(occupied), mapping, parameters).activity.cycles;
  };

  it("not at all without slack: an episode takes as long as its slowest column", () => {
    expect(cycles(0, 2)).toBe(1 + 4 * 4);
  });

  it("one episode with a slack of one, two with two", () => {
    // with one, the second column begins its work when the first has left episode 0 and its chunk, and counts first
    expect(cycles(1, 2)).toBe(1 + 4 + 1 + 2 * 4);
    // with two, it has its chunk by then: it only counts its two empty episodes and the third
    expect(cycles(2, 2)).toBe(3 + 2 * 4);
  });

  it("no further than a PE has places for chunks", () => {
    expect(cycles(3, 8)).toBeLessThan(cycles(2, 8));
    expect(cycles(9, 8)).toBe(cycles(3, 8));
  });
});

describe("what is read from DRAM again?", () => {
  it("nothing that the global buffer has room to keep, however many passes there are", () => {
    const layer = convolution({
      name: "conv",
      N: 1,
      C: 1,
      H: 9,
      W: 8,
      K: 1,
      R: 2,
      S: 1,
      groups: 1,
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      dilation: [1, 1],
    });
    const occupied = { layer, fmap: new Uint8Array(72).fill(1), emap: new Uint8Array(64).fill(1) };
    const parameters = withValues("swg", swgParameters, { columns: 1, rows: 1 });
    const twoPasses = { ...mapping, bandRows: 8, bandColumns: 8 };
    const { events } = simulateLayer(occupied, layerStatistics(occupied), twoPasses, parameters).activity;
    const [fmapBytes, emapBytes] = [9 + 72 * 2, 8 + 64 * 2];
    expect(events.dramReadBytes).toBe(fmapBytes + emapBytes);
    expect(events.emapReadBytes).toBe(2 * emapBytes);
  });
});
