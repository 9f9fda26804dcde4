import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyOccupancy, anySparsetrain, holds } from "../../test/random-layers.ts";
import { runMachine } from "../../test/run-machine.ts";
import { formatBytes } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { convolution, emapSize, fmapSize, type Layer } from "../workload/layer.ts";
import { bitSlices, dotProduct } from "./bit-slices.ts";
import { type MemoryParameters, memoryParameters } from "./memory-limits.ts";
import { channelsHeld, rowOrders } from "./row-operands.ts";
import { emapStreams, fmapStreams } from "./row-streams.ts";

/** One PE's cycles for row (k, c, r) of the gradient, value by value. */
function cyclesOf(
  { layer, fmap, emap }: Occupancy,
  streamed: string,
  k: number,
  c: number,
  r: number,
): number {
  const { N, C, H, W, K, P, Q, stride, padding, dilation } = layer;
  let cycles = 0;
  for (let n = 0; n < N; n++)
    for (let p = 0; p < P; p++) {
      const h = p * stride[0] - padding[0] + r * dilation[0];
      if (h < 0 || h >= H) continue;
      const fmapRow = fmap.subarray(((n * C + c) * H + h) * W).subarray(0, W);
      const emapRow = emap.subarray(((n * K + k) * P + p) * Q).subarray(0, Q);
      cycles += cyclesOfRows(layer, streamed, fmapRow, emapRow);
    }
  return cycles;
}

/** A pair of rows: nothing where one is empty; else a cycle for each product, and for each value with none that a tap joins. */
function cyclesOfRows(layer: Layer, streamed: string, fmapRow: Uint8Array, emapRow: Uint8Array): number {
  const { W, S, stride, padding, dilation } = layer;
  if (!fmapRow.includes(1) || !emapRow.includes(1)) return 0;
  const joined = Array.from(emapRow).flatMap((_, q) =>
    Array.from({ length: S }, (_, s) => [q, q * stride[1] - padding[1] + s * dilation[1]]),
  );
  const within = joined.filter(([, w]) => w >= 0 && w < W);
  const [own, row, other] = streamed === "emap" ? [0, emapRow, fmapRow] : [1, fmapRow, emapRow];
  let cycles = 0;
  for (const [i, value] of row.entries()) {
    const partners = within.filter((pair) => pair[own] === i).map((pair) => other[pair[1 - own]]);
    if (value === 1 && partners.length > 0) cycles += Math.max(1, partners.filter((x) => x === 1).length);
  }
  return cycles;
}

describe("do the vectors count what a PE does?", () => {
  it.each([emapStreams, fmapStreams])("%o: value by value the same, on any layer", (streamsOf) => {
    holds(
      fc.property(anyOccupancy, fc.nat(), fc.nat(), fc.nat(), (occupancy, anyK, anyC, anyR) => {
        const { K, C, R, groups } = occupancy.layer;
        const [k, r] = [anyK % K, anyR % R];
        const c = Math.floor(k / (K / groups)) * (C / groups) + (anyC % (C / groups));
        const { streamed, length, ofK, ofRow } = streamsOf(occupancy);
        expect([ofK(k).length, ofRow(c, r).length]).toEqual([length, length]);
        expect(dotProduct(bitSlices(ofK(k)), bitSlices(ofRow(c, r)))).toBe(
          cyclesOf(occupancy, streamed, k, c, r),
        );
      }),
      300,
    );
  });
});

/** One row of four, three taps, one channel a row of `fmap`. */
function run(emap: number[], fmap: number[][], given = {}) {
  const layer = convolution({
    name: "rows",
    N: 1,
    C: fmap.length,
    H: 1,
    W: 4,
    K: 1,
    R: 1,
    S: 3,
    groups: 1,
    stride: [1, 1],
    padding: [0, 1, 0, 1],
    dilation: [1, 1],
  });
  const occupancy = { layer, fmap: Uint8Array.from(fmap.flat()), emap: Uint8Array.from(emap) };
  return runMachine("sparsetrain", occupancy, { unlimitedPorts: true, rows: "port", ...given });
}

describe("what does a pair of rows take?", () => {
  const group = { pes: 1, groupPes: 1 };
  it("a cycle for each product", () => {
    expect(run([1, 0, 0, 1], [[0, 1, 1, 1]], group).cycles).toBe(3);
  });
  it("a cycle for a streamed value that meets nothing; the map that takes less streams", () => {
    const { cycles, breakdown, mapping } = run([1, 0, 0, 0], [[0, 0, 1, 1]], group);
    expect([cycles, breakdown.busy]).toEqual([1, 0]);
    expect(mapping).toMatch(/^emap streams/);
    expect(run([0, 0, 1, 1], [[1, 0, 0, 0]], group).mapping).toMatch(/^fmap streams/);
  });
  it("each streamed value is found once for each row that waits for it, whether it meets anything or not", () => {
    const rows = [
      [1, 1, 1, 1],
      [1, 0, 0, 0],
      [0, 0, 0, 0],
    ];
    const { mapping, events } = run([0, 1, 0, 0], rows);
    expect(mapping).toMatch(/^emap streams/);
    expect(events.streamedNonzeros).toBe(2);
  });
  it("a group is as slow as its slowest PE, and a PE outside of every group is idle", () => {
    const rows = [
      [1, 1, 1, 1],
      [1, 0, 0, 0],
      [0, 0, 0, 0],
    ];
    const { cycles, breakdown } = run([0, 1, 0, 0], rows, { pes: 4 });
    expect([cycles, breakdown.busy, breakdown.columnImbalance, breakdown.mapping]).toEqual([3, 4, 5, 3]);
  });
});

describe("do no more bytes come into PEs than they are given?", () => {
  it("through the port: its width a cycle; from local memories: two values a PE and cycle, either way", () => {
    holds(
      fc.property(anyOccupancy, anySparsetrain, (occupancy, parameters) => {
        const given = { ...parameters, unlimitedPorts: false };
        const { cycles, events } = runMachine("sparsetrain", occupancy, given);
        const read = events.fmapReadBytes + events.emapReadBytes + events.sumReadBytes;
        expect(read).toBeLessThanOrEqual(cycles * given.globalBufferReadBytes);
        const { pes, format } = given;
        const word = 2 * formatBytes[format as keyof typeof formatBytes];
        expect(events.operandBufferReadBytes).toBeLessThanOrEqual(cycles * pes * word);
        expect(events.operandBufferWriteBytes).toBeLessThanOrEqual(cycles * pes * word);
        if (given.rows === "port") expect(events.operandBufferReadBytes).toBe(0);
      }),
      100,
    );
  });
});

describe("how often do rows cross the port?", () => {
  // 6 k's, 4 channels, 3 x 3 taps on 8 x 8: each map's bytes, a bitmap and all values
  const layer = convolution({
    name: "layer",
    N: 1,
    C: 4,
    H: 8,
    W: 8,
    K: 6,
    R: 3,
    S: 3,
    groups: 1,
    stride: [1, 1],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
  });
  const occupancy = {
    layer,
    fmap: new Uint8Array(fmapSize(layer)).fill(1),
    emap: new Uint8Array(emapSize(layer)).fill(1),
  };
  const [fmap, emap] = [4 * 8 * 17, 6 * 8 * 17];
  const bytes = (given: object) => {
    const { events, mapping } = runMachine("sparsetrain", occupancy, {
      pes: 9,
      unlimitedPorts: true,
      ...given,
    });
    return [events.fmapReadBytes, events.emapReadBytes, mapping.split(", ")[1].split(";")[0]];
  };

  const ordersWith = (groupBufferBytes: number) =>
    rowOrders(
      occupancy,
      { count: 3, pes: 3 },
      {
        ...(withValues("memory", memoryParameters, {}) as MemoryParameters),
        rows: "local",
        groupBufferBytes,
      },
    );

  it("from the port each time: the fmap for each k, the emap for each set of three (c, r)", () => {
    expect(bytes({ rows: "port" })).toEqual([6 * fmap, 4 * emap, "rows from the port"]);
    expect(bytes({ rows: "port", groupPes: 1 })).toEqual([6 * 3 * fmap, 12 * emap, "rows from the port"]);
  });

  it("a group that holds sums of m channels takes the emap C / m times; the fmap goes to all groups at once", () => {
    // segments of 32 positions take 68 bytes: (480 - 6 x 68) / 36 = 2 channels; three groups take six k's in two rounds
    expect(channelsHeld(layer, 2, 480)).toBe(2);
    const { ports, swaps } = ordersWith(480)[0];
    expect([ports.fmap, ports.emap, ports.sums, swaps]).toEqual([2 * fmap, 2 * emap, 0, true]);
  });

  it("a group that holds its k's rows takes the emap once; what does not fit comes in parts, with sums", () => {
    expect(bytes({})).toEqual([2 * fmap, emap, "sums of 17 channels held"]);
    // 136 bytes of a k's rows, room for 372 - 4 x 68 = 100: two parts, and no room for sums of a channel
    const [held, ...none] = ordersWith(372);
    expect(none).toEqual([]);
    expect([held.ports.emap, held.ports.sums, held.swaps]).toEqual([emap, 6 * 4 * 9 * 4, false]);
  });
});

describe("what do FF and BP take?", () => {
  // one channel, rows of 5, a kernel row of 3 without padding: taps join the columns 1, 2, 3, 2 and 1 times
  const layer = convolution({
    name: "layer",
    N: 1,
    C: 1,
    H: 2,
    W: 5,
    K: 2,
    R: 1,
    S: 3,
    groups: 1,
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
  });
  const occupancy = {
    layer,
    fmap: Uint8Array.from([1, 0, 1, 0, 0, 0, 0, 0, 1, 0]),
    emap: Uint8Array.from([1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1]),
  };
  const run = (phase: "ff" | "bp", given = {}) =>
    runMachine(
      "sparsetrain",
      occupancy,
      { unlimitedPorts: true, pes: 2, groupPes: 2, rows: "port", ...given },
      phase,
    );

  it("a nonzero takes a cycle for each tap that joins it with the result's row; a group waits for its slowest", () => {
    // rows of 1 + 3 and of 2 products; two k's
    const { cycles, events, breakdown } = run("ff");
    expect([cycles, events.macs, breakdown.columnImbalance]).toEqual([2 * 4, 2 * 6, 2 * 2]);
    expect(events.streamedNonzeros).toBe(2 * 3);
  });

  it("BP: each value of the emap meets the whole kernel row; rows of both k's follow each other", () => {
    // row 0: 1 + 0, row 1: 2 + 1 values of three taps each
    expect(run("bp")).toMatchObject({ cycles: 9, events: { macs: 3 * 4 } });
  });

  it("a local memory gives and takes two values a PE and cycle", () => {
    const { cycles, events } = run("ff", { rows: "local", format: "bf16" });
    const moved = Math.max(events.operandBufferReadBytes, events.operandBufferWriteBytes);
    // of each k 3 values, 2 kernel rows, and sums: 3 of 4 products' and 2
    expect(events.operandBufferReadBytes).toBe(2 * (3 * 2 + 2 * 3 * 2 + 4 * (3 + 2)));
    expect(cycles).toBe(Math.max(8, Math.ceil(moved / (2 * 2 * 2))));
  });
});
