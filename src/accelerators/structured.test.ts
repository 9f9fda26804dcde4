import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, anyRowsAndColumns, holds } from "../../test/random-layers.ts";
import { runMachine } from "../../test/run-machine.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { structuredMask } from "../trace/structured-mask.ts";
import { convolution, emapSize, fmapSize, gradientSize, type Layer, linear } from "../workload/layer.ts";

const full = (layer: Layer, mask?: ArrayLike<number>): Occupancy => ({
  layer,
  fmap: new Uint8Array(fmapSize(layer)).fill(1),
  emap: new Uint8Array(emapSize(layer)).fill(1),
  ...(mask && { mask: Uint8Array.from(mask) }),
});
const run = (occupancy: Occupancy, given: object = {}) =>
  runMachine("structured", occupancy, { unlimitedPorts: true, columns: 2, rows: 2, ...given });
/** Eight channels, two k's, three positions. */
const fc8 = linear("fc", 3, 8, 2);
const square = (C: number, K: number, edge: number, kernel: number): Layer =>
  convolution({
    name: "c",
    N: 1,
    C,
    H: edge,
    W: edge,
    K,
    R: kernel,
    S: kernel,
    groups: 1,
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
  });

describe("what does a masked layer take, by hand?", () => {
  it("two wanted gradients of eight, other ones of each k: a step of two rows for each position", () => {
    const { cycles, breakdown, mapping } = run(full(fc8, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]));
    expect([cycles, breakdown.busy, breakdown.mapping]).toEqual([3, 12, 0]);
    expect(mapping).toMatch(/^K over columns, wanted channels over rows, positions innermost/);
  });

  it("a group takes as many rows as the k with most wanted gradients: the others' MACs are idle", () => {
    const { cycles, breakdown } = run(full(fc8, [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]));
    expect([cycles, breakdown.busy, breakdown.mapping]).toEqual([6, 12, 12]);
  });

  it("rows of two groups lie next to each other; a mask of nothing takes a cycle", () => {
    const layer = linear("fc", 3, 16, 1);
    const one = (c: number) => Array.from({ length: 16 }, (_, i) => (i === c || i === 15 ? 1 : 0));
    expect(run(full(layer, one(3)), { columns: 1 }).cycles).toBe(3);
    expect(run(full(fc8, new Uint8Array(16))).cycles).toBe(1);
  });

  it("taps next to each other share a window: of its columns only new ones come in", () => {
    const layer = square(8, 1, 4, 2);
    const mask = new Uint8Array(gradientSize(layer));
    mask.set([1, 1, 1, 1], 8);
    const { cycles, mapping, events } = run(full(layer, mask), {
      columns: 1,
      rows: 4,
      unlimitedPorts: false,
    });
    // one channel's four taps in one step of nine positions; two rows of windows, a new pixel of eight channels for each
    expect(mapping).toMatch("wanted channels x taps over rows");
    expect(events.fmapReadBytes).toBe(9 * 2 * 8 * 2);
    expect(events.emapReadBytes).toBe(9 * 2);
    expect(cycles).toBe(9);
  });
});

describe("what does structure bring?", () => {
  it("2 of 4, half of the dense cycles; 1 of 4, a quarter; 2 of 8, too", () => {
    const layer = square(32, 16, 8, 3);
    const cycles = (kept: number, of: number) =>
      run(full(layer, structuredMask(layer, { kept, of }, 1)), { columns: 16, rows: 8 }).cycles;
    const dense = run(full(layer), { columns: 16, rows: 8 }).cycles;
    expect(dense).toBe(4 * 9 * 36);
    expect([cycles(2, 4), cycles(1, 4), cycles(2, 8)]).toEqual([dense / 2, dense / 4, dense / 4]);
  });

  it("without a mask the array is TrainWare's", () => {
    holds(
      fc.property(anyOccupancy, anyRowsAndColumns, ({ layer, fmap, emap }, parameters) => {
        const own = runMachine("structured", { layer, fmap, emap }, parameters);
        const trainware = runMachine("trainware", { layer, fmap, emap }, parameters);
        expect({ ...own, events: { ...own.events, selectedValues: 0 } }).toEqual(trainware);
      }),
      40,
    );
  });

  it("with any mask it takes no longer than TrainWare, and its products are wanted ones alone or all", () => {
    holds(
      fc.property(anyOccupancy, anyRowsAndColumns, (occupancy, parameters) => {
        const own = runMachine("structured", occupancy, parameters);
        const trainware = runMachine("trainware", occupancy, parameters);
        expect(own.cycles).toBeLessThanOrEqual(trainware.cycles);
        const { N, P, Q } = occupancy.layer;
        const wanted = occupancy.mask?.reduce((sum, flag) => sum + flag, 0) ?? Number.NaN;
        expect([trainware.events.macs, wanted * N * P * Q]).toContain(own.events.macs);
      }),
      60,
    );
  });
});
