import { describe, expect, it } from "vitest";
import { leastSquares } from "./least-squares.ts";
import {
  arithmeticGateEquivalents,
  beyondPoints,
  type FittedBlockName,
  fitOf,
  fittedGateEquivalents,
  logicBlocks,
  machineOf,
} from "./logic-blocks.ts";

const names = Object.keys(logicBlocks) as FittedBlockName[];

describe("how good is the fit of gate equivalents?", () => {
  it.each(names)("%s: within 2 % of every point, and of more points than it has terms", (block) => {
    const points = fitOf(block);
    expect(points.length).toBeGreaterThan(logicBlocks[block].terms(machineOf({ machine: {} })).length);
    for (const { machine, error } of points)
      expect(Math.abs(error), JSON.stringify(machine)).toBeLessThan(0.02);
  });

  it("more hardware is larger, also beyond the points", () => {
    const size = (block: FittedBlockName, machine: object) =>
      fittedGateEquivalents(block, machineOf({ machine }));
    for (const name of ["vectorBits", "vectorTaps", "accumulators"])
      expect(size("validDataTrace", { [name]: 1000 })).toBeGreaterThan(
        size("validDataTrace", { [name]: 500 }),
      );
    for (const block of names)
      expect(
        size(block, { columns: 1, rows: 2, clusterSize: 2, vectorBits: 1, accumulators: 1 }),
      ).toBeGreaterThan(0);
  });

  it("sizes beyond every point are named, none of the default machine", () => {
    expect(beyondPoints(machineOf({ machine: {} }))).toEqual([]);
    // a cluster is no larger than its column
    expect(beyondPoints(machineOf({ machine: { vectorBits: 1024, clusterSize: 64 } }))).toEqual([
      "vectorBits 1024 (synthesised: 64 to 384)",
    ]);
  });

  it("a MAC for each format that has hardware", () => {
    const size = (format: string) =>
      arithmeticGateEquivalents("multiplier", format)! + arithmeticGateEquivalents("adder", format)!;
    expect(size("int8")).toBeLessThan(size("int16"));
    expect(size("int8")).toBeLessThan(size("bf16"));
    expect(arithmeticGateEquivalents("multiplier", "fp16")).toBeUndefined();
  });
});

describe("are the least squares those one works out by hand?", () => {
  it("a line through its points", () => {
    const rows = [1, 2, 5].map((x) => ({ terms: [1, x], value: 3 + 2 * x }));
    const [constant, slope] = leastSquares(rows);
    expect(constant).toBeCloseTo(3, 9);
    expect(slope).toBeCloseTo(2, 9);
  });

  it("errors in proportion: one coefficient between 1 and 3 is that of the least sum of squares", () => {
    // (c - 1)^2 + (c / 3 - 1)^2 is least at 1.2
    const rows = [1, 3].map((value) => ({ terms: [1], value }));
    expect(leastSquares(rows)[0]).toBeCloseTo(1.2, 9);
  });
});
