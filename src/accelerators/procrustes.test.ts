import { describe, expect, it } from "vitest";
import { runMachine } from "../../test/run-machine.ts";
import { convolution, emapSize, type Layer, linear } from "../workload/layer.ts";

function run(layer: Layer, fmap: number[], given = {}, mask?: number[]) {
  const emap = new Uint8Array(emapSize(layer)).fill(1);
  const occupancy = { layer, fmap: Uint8Array.from(fmap), emap };
  const masked = mask ? { ...occupancy, mask: Uint8Array.from(mask) } : occupancy;
  return runMachine("procrustes", masked, { unlimitedPorts: true, ...given });
}

const plane = (C: number, kernel = 1) =>
  convolution({
    ...{ name: "layer", N: 1, C, H: 2, W: 3, K: 1, R: kernel, S: kernel, groups: 1 },
    ...{ stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] },
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

describe("which mapping does a layer take?", () => {
  it("a nonzero takes a cycle for each tap that joins it with a position", () => {
    // 2 x 2 taps on 2 x 3 pixels: 1 x 2 positions; the middle pixels have two taps, the others one
    const { cycles, breakdown } = run(plane(1, 2), [all, all].flat(), { rows: 2, columns: 1 });
    expect([cycles, breakdown.busy]).toEqual([4, 8]);
  });

  it("the gradient is held where its mask leaves less to do", () => {
    const mask = Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
    const fmap = new Array(64).fill(1);
    const held = { rows: 4, columns: 16 };
    const { cycles, breakdown, mapping } = run(linear("fc", 16, 4, 4), fmap, held, mask);
    expect([cycles, breakdown.busy]).toEqual([1, 4 * 16]);
    expect(mapping).toMatch(/^gradient held/);
  });

  it("columns take k's x taps where k's alone are too few", () => {
    const { cycles, breakdown, mapping } = run(plane(1, 2), [all, all].flat(), { rows: 2, columns: 4 });
    expect([cycles, breakdown.busy, breakdown.mapping]).toEqual([3, 8, 16]);
    expect(mapping).toMatch(/K x taps over columns/);
  });
});
