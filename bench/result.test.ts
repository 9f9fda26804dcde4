import { describe, expect, it } from "vitest";
import type { KernelName, Measurement } from "./measurement.ts";
import { benchResult, benchText } from "./result.ts";

const measurement = (network: string, kernel: KernelName, threads: number, seconds: number): Measurement => ({
  network,
  kernel,
  threads,
  seconds,
  source: "made up",
  batch: 1,
  makingSeconds: 1,
  denseMacs: 12e9,
  peakMib: 100,
  ...(kernel === "tiled" || kernel === "torch" ? {} : { validPairs: 3e9 }),
});

const elsewhere = { load: 0, torch: undefined };

describe("what is a kernel's speed held against?", () => {
  const rows = [
    measurement("a", "fast", 1, 4),
    measurement("a", "tiled", 1, 6),
    measurement("a", "torch", 1, 2),
    measurement("a", "fast", 2, 3),
    measurement("b", "tiled", 2, 1),
    measurement("b", "fast", 1, 5),
  ];
  const result = benchResult(rows, elsewhere);
  const [fast, tiled, torch, ...others] = result.rows;

  it("against the dense kernels on the same network and as many threads", () => {
    expect(fast).toMatchObject({ denseMacsPerSecond: 3e9, validPairsPerSecond: 0.75e9 });
    expect(fast).toMatchObject({ timesTiled: 1.5, timesTorch: 0.5 });
    expect(tiled).toMatchObject({ timesTiled: 1, timesTorch: 2 / 6 });
    expect(torch).toMatchObject({ timesTiled: 3, timesTorch: 1 });
    expect(tiled).not.toHaveProperty("validPairsPerSecond");
  });

  it("against nothing where they were not timed", () => {
    for (const row of [others[0], others[2]]) {
      expect(row).not.toHaveProperty("timesTiled");
      expect(row).not.toHaveProperty("timesTorch");
    }
  });

  it("the table has every row", () => {
    const lines = benchText(result).split("\n");
    expect(lines.filter((line) => /^[ab] /.test(line))).toHaveLength(rows.length);
    expect(lines.find((line) => line.startsWith("a "))).toMatch(
      /1 +1 +fast +4\.00 +3\.00 +0\.750 +1\.50x +0\.50x +100 +1\.00$/,
    );
  });
});
