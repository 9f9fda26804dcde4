import { describe, expect, it } from "vitest";
import { withValues } from "../../parameter.ts";
import { linear } from "../../workload/layer.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { loopNest, type Mapping } from "../dataflow/mapping.ts";
import { swgParameters } from "../parameters.ts";
import { memoryOf } from "./memory.ts";

/** A read port of 128 bytes a cycle, of 8 at each PE. */
const parameters = withValues("swg", swgParameters, {
  columns: 1,
  rows: 1,
  globalBufferReadBytes: 128,
  peFmapBytes: 8,
});
const mapping: Mapping = {
  bandRows: 1,
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
const layer = linear("fc", 1, 1, 1);
const statistics = layerStatistics({ layer, fmap: Uint8Array.of(1), emap: Uint8Array.of(1) });
const memory = (given: object = {}) => {
  const p = { ...parameters, ...given };
  return memoryOf(statistics, loopNest(layer, mapping, p), mapping, p);
};

describe("when are an episode's fmap chunks there?", () => {
  it("when the fullest PE's port has moved its chunk, or the read port all of them", () => {
    expect(memory().loadFmap(3, 256, 64)).toBe(3 + 8);
    expect(memory().loadFmap(3, 128 * 20, 64)).toBe(3 + 20);
    expect(memory({ unlimitedPorts: true }).loadFmap(3, 256, 64)).toBe(3);
  });

  it("no sooner than that after older requests let go: no PE catches up", () => {
    const { readPort, loadFmap } = memory();
    expect(readPort.transfer(0, 6 * 128)).toBe(6);
    expect(loadFmap(0, 256, 64)).toBe(6 + 8);
  });

  it("leaving the rest of the read port to others meanwhile", () => {
    const { readPort, loadFmap } = memory();
    expect(loadFmap(0, 256, 64)).toBe(8);
    expect(readPort.transfer(0, 8 * 96)).toBe(8);
  });
});
