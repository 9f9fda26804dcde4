import { describe, expect, it } from "vitest";
import { withValues } from "../../parameter.ts";
import { linear } from "../../workload/layer.ts";
import { memoryOf } from "../buffer/memory.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { loopNest, type Mapping } from "../dataflow/mapping.ts";
import { WriteQueue } from "../dram/write-queue.ts";
import { swgParameters } from "../parameters.ts";
import { residencies } from "../schedule/schedule.ts";
import { GradientDrain } from "./gradient-drain.ts";

/** One column of one PE that holds the sums of three k's; four k's, two of them in a residency. */
const parameters = withValues("swg", swgParameters, {
  columns: 1,
  rows: 1,
  accumulators: 3,
  columnDrainSums: 1,
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
  residentKs: 2,
  roundKs: 2,
};
const layer = linear("fc", 1, 1, 4);
const statistics = layerStatistics({ layer, fmap: Uint8Array.of(1), emap: Uint8Array.of(1, 1, 1, 1) });
const nest = loopNest(layer, mapping, parameters);
const drained = () => {
  const memory = memoryOf(statistics, nest, mapping, parameters);
  const queue = new WriteQueue(memory.writePort, memory.dram, memory.writeQueueBytes);
  const drain = new GradientDrain(statistics, nest, mapping, parameters, memory, queue);
  const [first] = residencies(statistics, nest, mapping, parameters);
  drain.send(first, [[10, 20]]);
  return drain;
};

describe("when may a k take the accumulators of an older one?", () => {
  it("at once, as long as the ring has a free place", () => {
    expect(drained().roomFor(0, 1)).toBe(0);
  });

  it("when the oldest has left, then the next, a sum a cycle, none before its k was done", () => {
    expect(drained().roomFor(0, 2)).toBe(11);
    expect(drained().roomFor(0, 3)).toBe(21);
  });

  it("writes each wanted gradient once", () => {
    expect(drained().writtenBytes).toBe(2 * 2);
  });
});
