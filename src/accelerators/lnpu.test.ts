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
      name: "row",
      N: 1,
      C: 1,
      H: 1,
      W: 4,
      K: 3,
      R: 1,
      S: 3,
      groups: 1,
      stride: [1, 1],
      padding: [0, 1, 0, 1],
      dilation: [1, 1],
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
      // 16 nonzeros meet 32 k's in 8 steps of a line, 2 bytes in each, and the bitmap comes 8 times
      fmapReadBytes: 16 * 8 * 2 + 8 * 8,
      emapReadBytes: 0,
      weightReadBytes: weights,
      foundValues: 16 * 8,
      operandBufferReadBytes: 16 * 8 * 4 * 2,
      sumReadBytes: 0,
      dramReadBytes: fmap + weights,
      dramWeightReadBytes: weights,
      gradientWriteBytes: 0,
      mapWriteBytes: 4 * 32 * 2,
      dramWriteBytes: 4 * 32 * 2,
    });
  });

  it("BP: the emap and these weights, the error of the input uncompressed", () => {
    expect(run(occupancy, "bp").events).toMatchObject({
      // 32 nonzeros meet 16 channels in 4 steps
      fmapReadBytes: 0,
      emapReadBytes: 32 * 4 * 2 + 4 * 16,
      weightReadBytes: weights,
      dramReadBytes: emap + weights,
      dramEmapReadBytes: emap,
      gradientWriteBytes: 0,
      mapWriteBytes: 4 * 16 * 2,
      dramWriteBytes: 4 * 16 * 2,
    });
  });

  it("WG reads no weights", () => {
    expect(run(occupancy, "wg").events).not.toHaveProperty("weightReadBytes");
  });

  const dense = (N: number) => {
    const ones = new Uint8Array(N * 64).fill(1);
    return { layer: linear("fc", N, 64, 64), fmap: ones, emap: ones };
  };

  it.each(["ff", "bp"] as const)(
    "%s: weights that do not fit once, the map again for each block of sums",
    (phase) => {
      // 1 KiB holds 256 sums: 8 positions x 32 of 64 outputs; the map has 64 + 1024 bytes
      const { events, mapping } = run(dense(8), phase, { localBufferKib: 1 });
      expect(events).toMatchObject({
        dramReadBytes: 2 * 1088 + 64 * 64 * 2,
        dramWeightReadBytes: 64 * 64 * 2,
      });
      expect(mapping).toMatch(/; sums held$/);
    },
  );

  it("weights that fit are held, and a large map streams by once", () => {
    const { events, mapping } = run(dense(1024), "ff", { localBufferKib: 16 });
    expect(events).toMatchObject({ dramReadBytes: 1024 * (8 + 64 * 2) + 64 * 64 * 2 });
    expect(mapping).toMatch(/; weights held$/);
  });
});

describe("what comes into its lines' memories?", () => {
  const dense = (C: number, K: number, N: number) => ({
    layer: linear("fc", N, C, K),
    fmap: new Uint8Array(N * C).fill(1),
    emap: new Uint8Array(N * K).fill(1),
  });

  it("WG: the other map once, if a line has room for its k's; else once for each round of channels, or sums move", () => {
    // 4 sums a line need 4 k's x 32 images x 2 bytes = 256 bytes; 8 channels on 2 lines are 4 rounds
    const occupancy = { ...dense(8, 16, 32), fmap: Uint8Array.from({ length: 32 * 8 }, (_, i) => i % 2) };
    const emap = 32 * 16 * 2 + (32 * 16) / 8;
    const bytes = (lineBufferBytes: number) => {
      const { events } = run(occupancy, "wg", { lineBufferBytes });
      return [events.emapReadBytes, events.sumReadBytes];
    };
    expect(bytes(256)).toEqual([emap, 0]);
    // two parts: 128 sums of four bytes leave once, which is less than three more rounds
    expect(bytes(128)).toEqual([emap, 8 * 16 * 4]);
    expect(bytes(16)).toEqual([4 * emap, 0]);
  });

  it("busy lines need rows x bytes a cycle of the port, and wait where it gives less", () => {
    const occupancy = dense(64, 64, 32);
    const { cycles, events } = run(occupancy, "wg", { unlimitedPorts: false, dramMbps: 1e7 });
    expect(cycles).toBe((64 * 64 * 32) / 8);
    expect(events.fmapReadBytes).toBeGreaterThanOrEqual(cycles * 2 * 2);
    const narrow = { unlimitedPorts: false, dramMbps: 1e7, globalBufferReadBytes: 2 };
    expect(run(occupancy, "wg", narrow).cycles).toBeGreaterThanOrEqual(2 * cycles);
  });
});

describe("what does LNPU leave to SWG?", () => {
  it("WG alone: there it is swg, elsewhere lnpu, of the same parameters", () => {
    holds(
      fc.property(anyOccupancy, anyLnpuSwg, (occupancy, parameters) => {
        const { localBufferKib, lineBufferBytes, ...swg } = parameters;
        const { columns, rows, macs, format, clockMhz, unlimitedPorts, dramMbps } = parameters;
        const { globalBufferReadBytes, globalBufferWriteBytes } = parameters;
        const lnpu = {
          columns,
          rows: rows * macs,
          format,
          clockMhz,
          unlimitedPorts,
          dramMbps,
          localBufferKib,
          lineBufferBytes,
          globalBufferReadBytes,
          globalBufferWriteBytes,
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
