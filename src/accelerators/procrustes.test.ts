import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, anyProcrustes, holds } from "../../test/random-layers.ts";
import { runMachine } from "../../test/run-machine.ts";
import { convolution, emapSize, gradientSize, type Layer } from "../workload/layer.ts";

function run(layer: Layer, fmap: number[], given = {}) {
  const emap = new Uint8Array(emapSize(layer)).fill(1);
  return runMachine(
    "procrustes",
    { layer, fmap: Uint8Array.from(fmap), emap },
    { unlimitedPorts: true, ...given },
  );
}

const plane = (C: number, kernel = 1) =>
  convolution({
    name: "layer",
    N: 1,
    C,
    H: 2,
    W: 3,
    K: 1,
    R: kernel,
    S: kernel,
    groups: 1,
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
  });
const zero = [0, 0, 0];
const one = [1, 0, 0];
const all = [1, 1, 1];

describe("what do half tiles even out?", () => {
  it("a heavy tile and a light one share their work", () => {
    const fmap = [all, all, one, one].flat();
    const { cycles, breakdown } = run(plane(2), fmap, { rows: 2, columns: 1 });
    expect([cycles, breakdown.busy, breakdown.columnImbalance]).toEqual([4, 8, 0]);
  });

  it("but half a tile is never split", () => {
    const fmap = [all, zero, zero, zero].flat();
    const { cycles, breakdown } = run(plane(2), fmap, { rows: 2, columns: 1 });
    expect([cycles, breakdown.busy, breakdown.columnImbalance]).toEqual([3, 3, 3]);
  });

  it("a step is as long as its heaviest pair, and steps follow each other", () => {
    const fmap = [all, all, one, one].flat();
    expect(run(plane(2), fmap, { rows: 1, columns: 1 }).cycles).toBe(6 + 2);
  });
});

describe("what do FF and BP take?", () => {
  // 2 k's of 2 channels, 1x1, on 6 positions: a half tile is a weight
  const layer = { ...plane(2), K: 2 };
  const phase = (name: "ff" | "bp", mask: number[], rows: number) => {
    const occupancy = {
      layer,
      fmap: new Uint8Array(12).fill(1),
      emap: new Uint8Array(12).fill(1),
      mask: Uint8Array.from(mask),
    };
    return runMachine("procrustes", occupancy, { unlimitedPorts: true, rows, columns: 3 }, name);
  };

  it("each kept weight all positions, shared by the columns of its row", () => {
    expect(phase("ff", [1, 1, 1, 1], 2)).toMatchObject({ cycles: 4, events: { macs: 24 } });
    expect(phase("ff", [1, 0, 0, 0], 2)).toMatchObject({ cycles: 2, events: { macs: 6 } });
  });

  it("a row whose k keeps nothing takes half of another k's weights, in BP of another channel's", () => {
    // FF: the first k keeps both of its channels; BP: each channel keeps one k
    expect(phase("ff", [1, 1, 0, 0], 2).cycles).toBe(2);
    expect(phase("bp", [1, 0, 1, 0], 2).cycles).toBe(2);
    expect(phase("ff", [1, 1, 0, 0], 1).cycles).toBe(4);
  });
});

describe("does a mask save it anything in WG?", () => {
  it("no cycle and no product: its authors' model skips zeros of the fmap alone in WG", () => {
    holds(
      fc.property(anyOccupancy, anyProcrustes, ({ layer, fmap, emap }, parameters) => {
        const given = { ...parameters, unlimitedPorts: true };
        const mask = new Uint8Array(gradientSize(layer));
        const [without, masked] = [
          { layer, fmap, emap },
          { layer, fmap, emap, mask },
        ].map((occupancy) => runMachine("procrustes", occupancy, given));
        expect([masked.cycles, masked.breakdown]).toEqual([without.cycles, without.breakdown]);
      }),
      30,
    );
  });
});

describe("what do its PEs' memories do?", () => {
  it("two values a product; a sum once for each half tile, k and tap, or for each product if these are fewer", () => {
    // two tiles of 2 x 3 pixels on 2 x 2 taps: row halves of 1 + 2 + 1 products each, for one k
    const { events } = run(plane(2, 2), [all, all, all, all].flat(), { rows: 2, columns: 1 });
    expect(events.macs).toBe(16);
    expect(events.operandBufferReadBytes).toBe(2 * 16 * 2 + 4 * 4 * 4);
    expect(events.sortedLoads).toBe(4);
  });

  it("a row of PEs finds a half tile's nonzeros once for each block of k's, or for each tap whose sum stays", () => {
    const found = (K: number, kernel: number, pixels: number[]) => {
      const { events } = run({ ...plane(1, kernel), K }, pixels, { rows: 2, columns: 1 });
      return events.streamedNonzeros;
    };
    // one tap: 3 + 3 products in the halves, each more than the one sum
    expect(found(1, 1, [all, all].flat())).toBe(6);
    expect(found(2, 1, [all, all].flat())).toBe(12);
    // 2 x 2 taps: halves of 4 products, no more than there are sums, and so of 3 nonzeros each, walked through once
    expect(found(1, 2, [all, all].flat())).toBe(6);
  });
});

describe("which mapping does a layer take?", () => {
  it("a nonzero takes a cycle for each tap that joins it with a position", () => {
    // 2 x 2 taps on 2 x 3 pixels: 1 x 2 positions; the middle pixels have two taps, the others one
    const { cycles, breakdown } = run(plane(1, 2), [all, all].flat(), { rows: 2, columns: 1 });
    expect([cycles, breakdown.busy]).toEqual([4, 8]);
  });

  it("columns take k's x taps where k's alone are too few", () => {
    const { cycles, breakdown, mapping } = run(plane(1, 2), [all, all].flat(), { rows: 2, columns: 4 });
    expect([cycles, breakdown.busy, breakdown.mapping]).toEqual([3, 8, 16]);
    expect(mapping).toMatch(/K x taps over columns/);
  });
});
