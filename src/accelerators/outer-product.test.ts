import { describe, expect, it } from "vitest";
import { runMachine } from "../../test/run-machine.ts";
import { convolution, emapSize, fmapSize, type Layer, linear } from "../workload/layer.ts";

const picture = convolution({
  ...{ name: "layer", N: 1, C: 1, H: 8, W: 8, K: 1, R: 3, S: 3, groups: 1 },
  ...{ stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1] },
});

/** Nothing is zero, ports have no limits. */
function full(machine: string, layer: Layer, given = {}) {
  const occupancy = {
    ...{
      layer,
      fmap: new Uint8Array(fmapSize(layer)).fill(1),
      emap: new Uint8Array(emapSize(layer)).fill(1),
    },
  };
  return runMachine(machine, occupancy, { unlimitedPorts: true, ...given });
}

describe("what does the outer product of a plane take?", () => {
  it("every value by every value: in 16 tiles, one fmap vector meets 16 emap vectors", () => {
    const { cycles, breakdown, mapping } = full("outer-product", picture);
    expect([cycles, breakdown.busy]).toEqual([16, 64 * 64]);
    expect(mapping).toMatch(/^tiles of the picture over PEs/);
  });

  it("vectors are cut for each side: 5 by 5 values leave most of 4 x 4 multipliers empty", () => {
    const layer = { ...picture, H: 1, P: 1, W: 5, Q: 5, R: 1, padding: [0, 1, 0, 1] as const };
    const { cycles, breakdown } = full("outer-product", layer, { peRows: 1, peColumns: 1 });
    expect([cycles, breakdown.busy, breakdown.columnImbalance]).toEqual([4, 25, 64 - 25]);
  });

  it("many planes are handed to PEs", () => {
    const { cycles, mapping } = full("outer-product", { ...picture, N: 4, C: 8 });
    expect(cycles).toBe((32 * 256) / 16);
    expect(mapping).toMatch(/^planes over PEs/);
  });

  it("a linear layer runs position by position, channels by k's, and wastes nothing", () => {
    const { cycles, breakdown, mapping } = full("outer-product", linear("fc", 16, 8, 8));
    expect([cycles, breakdown.busy]).toEqual([4, 16 * 64]);
    expect(mapping).toMatch(/^channels x k's/);
  });
});

describe("what does ANT leave out?", () => {
  it("what lies outside the rows and columns that a vector can reach", () => {
    // tiles of 2 x 2 reach 3, 4, 4 and 3 rows, and as many columns, of the emap
    const { cycles, breakdown } = full("ant", picture);
    expect([cycles, breakdown.busy]).toEqual([4, 4 * 14 * 14]);
  });

  it("it scans whole rows: few candidates a cycle cost time, but make no products", () => {
    // 4 rows of 8, of which 16 are multiplied
    const { cycles, breakdown } = full("ant", picture, { candidates: 4 });
    expect([cycles, breakdown.busy]).toEqual([8, 4 * 14 * 14]);
  });

  it("stride and dilation move the range: of four pixels in a row two are met by one tap each", () => {
    // one row, taps 0 and 2, stride 2: pixel 2 meets positions 1 and 0, so all lie in the range of pixels 0 to 3
    const row = convolution({
      ...{ name: "row", N: 1, C: 1, H: 1, W: 8, K: 1, R: 1, S: 2, groups: 1 },
      ...{ stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 2] },
    });
    expect(row.Q).toBe(3);
    // pixels 0 to 3 reach positions 0 and 1, pixels 4 to 7 positions 1 and 2 (3 is outside)
    const { breakdown } = full("ant", row, { peRows: 1, peColumns: 1 });
    expect(breakdown.busy).toBe(4 * 2 + 4 * 2);
  });
});
