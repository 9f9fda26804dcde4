import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyLnpuSwg, anyOccupancy, holds } from "../../test/random-layers.ts";
import { runMachine } from "../../test/run-machine.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { convolution, linear } from "../workload/layer.ts";
import type { Phase } from "../workload/phase.ts";

const run = (occupancy: Occupancy, phase: Phase, given: object = {}) =>
  runMachine(
    "lnpu",
    occupancy,
    { columns: 4, rows: 2, format: "bf16", unlimitedPorts: true, ...given },
    phase,
  );

describe("what does each phase take on two lines of four MACs?", () => {
  // 2 images, 3 channels, 5 k's: four nonzeros in the fmap, three in the emap
  const full: Occupancy = {
    layer: linear("fc", 2, 3, 5),
    fmap: Uint8Array.of(1, 1, 0, 0, 1, 1),
    emap: Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 0, 0, 1),
  };

  it("FF: each of four nonzeros of the fmap meets five k's in two steps, 4 x 2 / 2 lines", () => {
    const { cycles, breakdown, mapping } = run(full, "ff");
    expect([cycles, breakdown.busy, breakdown.mapping, breakdown.betweenColumns]).toEqual([4, 20, 12, 0]);
    expect(mapping).toMatch(/^zeros of the fmap skipped/);
  });

  it("BP: each of three nonzeros of the emap meets three channels in one step; a line is idle at the end", () => {
    const { cycles, breakdown, mapping } = run(full, "bp");
    expect([cycles, breakdown.busy, breakdown.mapping, breakdown.betweenColumns]).toEqual([2, 9, 3, 4]);
    expect(mapping).toMatch(/^zeros of the emap skipped/);
  });

  it("WG: the zeros of the operand that takes less time, those of the other one are multiplied", () => {
    const { cycles, breakdown, mapping } = run(full, "wg");
    expect([cycles, breakdown.busy]).toEqual([2, 9]);
    expect(mapping).toMatch(/^zeros of the emap skipped/);
    const dense = run({ ...full, emap: new Uint8Array(10).fill(1) }, "wg");
    expect([dense.cycles, dense.breakdown.busy]).toEqual([4, 20]);
    expect(dense.mapping).toMatch(/^zeros of the fmap skipped/);
  });

  // one row of 4, padded by 1, kernel of 3: the ends meet two taps, the middle three
  const row: Occupancy = {
    layer: convolution({
      ...{ name: "row", N: 1, C: 1, H: 1, W: 4, K: 3, R: 1, S: 3, groups: 1 },
      ...{ stride: [1, 1], padding: [0, 1, 0, 1], dilation: [1, 1] },
    }),
    fmap: Uint8Array.of(1, 0, 1, 0),
    emap: Uint8Array.of(0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0),
  };

  it("taps into the padding cost nothing: 2 x 3 and 3 x 3 products in 2 + 3 steps forward", () => {
    const { cycles, breakdown } = run(row, "ff");
    expect([cycles, breakdown.busy]).toEqual([3, 15]);
  });

  it("and 2 and 3 products in 1 + 1 steps backward", () => {
    const { cycles, breakdown } = run(row, "bp");
    expect([cycles, breakdown.busy]).toEqual([1, 5]);
  });

  it("a mask saves it no product", () => {
    for (const phase of ["ff", "bp", "wg"] as const) {
      const masked = run({ ...row, mask: new Uint8Array(9) }, phase);
      expect(masked.breakdown).toEqual(run(row, phase).breakdown);
    }
  });
});

describe("what do forward and backward read and write?", () => {
  // bf16: the fmap has a bitmap of 8 bytes and 16 values, the emap one of 16 and 32 values
  const occupancy: Occupancy = {
    layer: linear("fc", 4, 16, 32),
    fmap: Uint8Array.from({ length: 64 }, (_, i) => (i < 16 ? 1 : 0)),
    emap: Uint8Array.from({ length: 128 }, (_, i) => (i < 32 ? 1 : 0)),
    mask: Uint8Array.from({ length: 512 }, (_, i) => i % 2),
  };
  const [fmap, emap, weights] = [8 + 16 * 2, 16 + 32 * 2, 256 * 2];

  it("FF: the fmap and the weights that are left once, its output uncompressed", () => {
    expect(run(occupancy, "ff").events).toMatchObject({
      ...{ fmapReadBytes: fmap, emapReadBytes: 0, weightReadBytes: weights, dramReadBytes: fmap + weights },
      ...{ gradientWriteBytes: 0, mapWriteBytes: 4 * 32 * 2, dramWriteBytes: 4 * 32 * 2 },
    });
  });

  it("BP: the emap and these weights, the error of the input uncompressed", () => {
    expect(run(occupancy, "bp").events).toMatchObject({
      ...{ fmapReadBytes: 0, emapReadBytes: emap, weightReadBytes: weights, dramReadBytes: emap + weights },
      ...{ gradientWriteBytes: 0, mapWriteBytes: 4 * 16 * 2, dramWriteBytes: 4 * 16 * 2 },
    });
  });

  it("WG reads no weights", () => {
    expect(run(occupancy, "wg").events).not.toHaveProperty("weightReadBytes");
  });

  const dense = (N: number) => {
    const ones = new Uint8Array(N * 64).fill(1);
    return { layer: linear("fc", N, 64, 64), fmap: ones, emap: ones };
  };

  it.each([
    ["ff", "fmapReadBytes"],
    ["bp", "emapReadBytes"],
  ] as const)("%s: weights that do not fit once, the map again for each block of sums", (phase, mapBytes) => {
    // 1 KiB holds 256 sums: 8 positions x 32 of 64 outputs; the map has 64 + 1024 bytes
    const { events, mapping } = run(dense(8), phase, { localBufferKib: 1 });
    expect(events).toMatchObject({ [mapBytes]: 2 * 1088, weightReadBytes: 64 * 64 * 2 });
    expect(mapping).toMatch(/; sums held$/);
  });

  it("weights that fit are held, and a large map streams by once", () => {
    const { events, mapping } = run(dense(1024), "ff", { localBufferKib: 16 });
    expect(events).toMatchObject({ fmapReadBytes: 1024 * (8 + 64 * 2), weightReadBytes: 64 * 64 * 2 });
    expect(mapping).toMatch(/; weights held$/);
  });
});

describe("what does LNPU leave to SWG?", () => {
  it("WG alone: there it is swg, elsewhere lnpu, of the same parameters", () => {
    holds(
      fc.property(anyOccupancy, anyLnpuSwg, (occupancy, parameters) => {
        const { localBufferKib, ...swg } = parameters;
        const { columns, rows, format, clockMhz, unlimitedPorts, dramMbps } = parameters;
        const { globalBufferReadBytes, globalBufferWriteBytes } = parameters;
        const lnpu = {
          ...{ columns, rows, format, clockMhz, unlimitedPorts, dramMbps, localBufferKib },
          ...{ globalBufferReadBytes, globalBufferWriteBytes },
        };
        const pair = (phase: Phase) => runMachine("lnpu-swg", occupancy, parameters, phase);
        expect(pair("wg")).toEqual(runMachine("swg", occupancy, swg));
        expect(pair("ff")).toEqual(runMachine("lnpu", occupancy, lnpu, "ff"));
        expect(pair("bp")).toEqual(runMachine("lnpu", occupancy, lnpu, "bp"));
      }),
      8,
    );
  });
});
