import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyFullSwg, anyOccupancy, holds } from "../../test/random-layers.ts";
import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { reference } from "../kernel/reference.ts";
import { fast } from "../kernel/wasm.ts";
import { defaults, withValues } from "../parameter.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { convolution, linear } from "../workload/layer.ts";
import { boundWork, layerBound } from "./bound.ts";

describe("what is the least time that a layer could take?", () => {
  // fmap [8][100], emap [8][10], gradient [10][100], all nonzero: 8000 pairs;
  // in: 100 + 1600 and 10 + 160 bytes, out: 2000 bytes
  const layer = linear("fc", 8, 100, 10);
  const full: Occupancy = { layer, fmap: new Uint8Array(800).fill(1), emap: new Uint8Array(80).fill(1) };
  const machine: SwgParameters = { ...defaults(swgParameters), columns: 16, rows: 8, macs: 2 };
  const bound = (change: Partial<SwgParameters>, occupancy = full) =>
    layerBound(boundWork(occupancy, 8000), { ...machine, ...change });

  it("valid MACs over MACs", () => {
    expect(bound({ dramMbps: 10_000_000 })).toEqual({ cycles: 32, by: "compute" });
  });

  it("bytes through the global buffer's ports, each way by itself", () => {
    expect(bound({ globalBufferReadBytes: 10 })).toEqual({ cycles: 187, by: "buffer" });
    expect(bound({ globalBufferWriteBytes: 10 })).toEqual({ cycles: 200, by: "buffer" });
  });

  it("bytes from and to DRAM together, at its bytes a cycle", () => {
    expect(bound({ dramMbps: 2000 })).toEqual({ cycles: 387, by: "dram" });
  });

  it("unwanted gradients are not written", () => {
    const mask = new Uint8Array(1000).fill(1, 0, 500);
    const masked = { ...full, mask };
    expect(bound({ globalBufferWriteBytes: 1 }, masked)).toEqual({ cycles: 1000, by: "buffer" });
  });

  it("pixels between the windows of a large stride are not read", () => {
    // 1x1, stride 2: 9 of 25 pixels, 2 + 18 bytes; emap 2 + 18; out 2
    const shape = { name: "strided", N: 1, C: 1, H: 5, W: 5, K: 1, R: 1, S: 1, groups: 1 };
    const strided = convolution({ ...shape, stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] });
    const few = { layer: strided, fmap: new Uint8Array(25).fill(1), emap: new Uint8Array(9).fill(1) };
    expect(bound({ globalBufferReadBytes: 1 }, few)).toEqual({ cycles: 40, by: "buffer" });
  });

  it("unlimited ports change the machine, not the bound", () => {
    expect(bound({ dramMbps: 2000, unlimitedPorts: true })).toEqual({ cycles: 387, by: "dram" });
  });

  it("the SWG machine is never faster", () => {
    holds(
      fc.property(anyOccupancy, anyFullSwg, (occupancy, given) => {
        const parameters = withValues("swg", swgParameters, given);
        const { cycles } = layerBound(boundWork(occupancy, reference.validPairs(occupancy)), parameters);
        expect(fast.simulate(swgCycleModel, occupancy, parameters).cycles).toBeGreaterThanOrEqual(cycles);
      }),
      100,
    );
  });
});
