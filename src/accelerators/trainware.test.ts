import { describe, expect, it } from "vitest";
import { reference } from "../kernel/reference.ts";
import { withValues } from "../parameter.ts";
import { convolution, emapSize, fmapSize, gradientSize, type Layer, linear } from "../workload/layer.ts";
import trainware from "./trainware.ts";

function run(layer: Layer, given: Record<string, unknown> = {}, mask?: Uint8Array) {
  const occupancy = { layer, fmap: new Uint8Array(fmapSize(layer)), emap: new Uint8Array(emapSize(layer)) };
  const values = withValues("trainware", trainware.parameters, given);
  return trainware.simulate({ ...occupancy, ...(mask && { mask }) }, values, reference);
}
const square = (C: number, K: number, groups = 1) =>
  convolution({
    name: "layer",
    N: 2,
    C,
    H: 8,
    W: 8,
    K,
    R: 3,
    S: 3,
    groups,
    stride: [1, 1],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
  });

describe("does it take the best unrolling of its set?", () => {
  it("K by channels on an ordinary layer, without loss", () => {
    const { cycles, breakdown, mapping } = run(square(32, 64));
    expect(cycles).toBe((64 * 32 * 9 * 128) / 256);
    expect(breakdown).toMatchObject({ busy: 256 * cycles, mapping: 0 });
    expect(mapping).toMatch(/^K over columns, channels x taps over rows, positions innermost/);
  });

  it("two dimensions packed on one axis where one alone leaves gaps", () => {
    // 5 x 3 gradients of 2 images on 4 x 4 MACs: all 15 at once in 2 cycles, against 4 with K over columns
    const { cycles, breakdown, mapping } = run(linear("fc", 2, 3, 5), {
      columns: 4,
      rows: 4,
      unlimitedPorts: true,
    });
    expect([cycles, breakdown.busy, breakdown.mapping]).toEqual([2, 30, 2]);
    expect(mapping).toMatch(/^K x channels over all PEs/);
  });

  it("a depthwise layer fills the array too, with k's of all groups", () => {
    const { cycles } = run(square(32, 32, 32));
    expect(cycles).toBe((32 * 9 * 128) / 256);
  });

  it("no unrolling asks more of the port than K x channels does: 16 + 16 values a cycle", () => {
    const { cycles, events } = run(square(32, 64), { unlimitedPorts: true });
    // 16 k's of the emap, and 16 rows of taps: three new pixels of each of 16 / 9 channels as the window slides
    expect(events.emapReadBytes).toBe(cycles * 16 * 2);
    expect(events.fmapReadBytes).toBe(cycles * (16 / 9) * 3 * 2);
    expect(events.fmapReadBytes + events.emapReadBytes).toBeLessThan(cycles * 32 * 2);
    expect(events.sumReadBytes).toBe(0);
  });

  it("a narrow port makes it wait, and a sum that leaves before it is finished crosses both ports", () => {
    const layer = square(32, 64);
    const { cycles, breakdown, events } = run(layer, { globalBufferReadBytes: 8, globalBufferWriteBytes: 8 });
    const read = events.fmapReadBytes + events.emapReadBytes + events.sumReadBytes;
    expect(cycles).toBe(Math.ceil(read / 8));
    expect(breakdown.emapLoad + breakdown.fmapLoad).toBe(256 * cycles - breakdown.busy - breakdown.mapping);
    expect(events.sumWriteBytes).toBe(events.sumReadBytes);
  });

  it("a mask saves it nothing", () => {
    const layer = square(8, 8);
    expect(run(layer, {}, new Uint8Array(gradientSize(layer)))).toEqual(run(layer));
  });
});

describe("how often does it read a map from DRAM?", () => {
  // fmap and emap have 1024 bytes each
  const layer = linear("fc", 8, 64, 64);

  it("once, where its buffer holds what the best loop order needs", () => {
    const { events, mapping } = run(layer);
    expect(events).toMatchObject({ dramEmapReadBytes: 1024, dramReadBytes: 2048 });
    expect(mapping).toMatch(/gradients held$/);
  });

  it("again for each block of k's, where it holds the emap of some", () => {
    // 1 KiB holds emap (16 bytes) and sum (4 bytes) of 51 k's: two blocks; the sums of 16 x 16 would mean 4 and 4
    const { events, mapping } = run(layer, { localBufferKib: 1 });
    expect(events).toMatchObject({ dramEmapReadBytes: 1024, dramReadBytes: 3072 });
    expect(mapping).toMatch(/emap held$/);
  });
});

describe("what limits it, and is the loss booked there?", () => {
  // 65536 MACs, 131072 bytes of gradients, 512 bytes of each map
  const layer = linear("fc", 1, 256, 256);
  it.each([
    ["dram", {}, 1032],
    ["writeBack", { dramMbps: 1e7 }, 1024],
    ["fmapLoad", { dramMbps: 1e7, globalBufferWriteBytes: 1024, globalBufferReadBytes: 1 }, 1024],
    ["mapping", { unlimitedPorts: true }, 256],
  ] as const)("%s", (cause, given, cycles) => {
    const activity = run(layer, given);
    expect(activity.cycles).toBe(cycles);
    expect(activity.breakdown).toMatchObject({ busy: 65536, [cause]: 256 * (cycles - 256) });
  });
});
