import { describe, expect, it } from "vitest";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { designParameters, designSource } from "./design.ts";
import { lint, type NativeTool, nativeTool } from "./native-tools.ts";
import { yosys } from "./toolchain.ts";

const machine = (given: Partial<SwgParameters>) => withValues("swg", swgParameters, given);

const tool: NativeTool = "verilator";
const verilator = nativeTool(tool);

describe.skipIf(!verilator)(
  `does Verilator accept the design${verilator ? "" : ": not installed, left out"}?`,
  () => {
    it.each([
      { columns: 2, rows: 4, clusterSize: 4 },
      { columns: 1, rows: 1, format: "int8", slack: 0, vectorTaps: 1, roundKs: 1 },
      { columns: 2, rows: 5, clusterSize: 3, slack: 3, vectorTaps: 3, columnDrainSums: 2, format: "int16" },
      { columns: 3, rows: 2, intraColumn: false, vectorBits: 48, accumulators: 36 },
      {
        columns: 1,
        rows: 2,
        fmapBufferBytes: 64,
        vectorBits: 16,
        accumulators: 8,
        vectorTaps: 80,
        roundKs: 1,
      },
      { columns: 2, rows: 2, vectorBits: 64, accumulators: 36, emapBufferBytes: 9 },
    ] as const)("without a warning, with %j", (given) => {
      const { files, top, parameters } = designSource("swg", designParameters(machine(given)));
      expect(lint(tool, files, top, parameters)).toEqual([]);
    });
  },
);

describe("does the design refuse parameters that it is not made for, as it is elaborated?", () => {
  it.each([
    [{ FORMAT: 3 }, "FORMAT must be 0, 1 or 2"],
    [{ HELP: 2 }, "HELP must be 0 or 1"],
    [{ COUNTER_BITS: 1 }, "COUNTER_BITS must hold SLACK and CHUNKS"],
    [{ CLUSTER_SIZE: 0 }, "CLUSTER_SIZE, ROUND_KS and VECTOR_TAPS must be at least 1"],
    [{ DRAIN_SUMS: 0 }, "DRAIN_SUMS must be at least 1"],
    [{ CHUNKS: 1 }, "CHUNKS must be at least 2"],
  ])("%j", async (wrong, line) => {
    const { files, top } = designSource("swg", {});
    const set = Object.entries(wrong).map(([name, value]) => `-chparam ${name} ${value}`);
    const read = Object.keys(files).map((file) => `read_verilog -sv ${file}`);
    await expect(yosys([...read, `hierarchy -top ${top} ${set.join(" ")}`], { ...files })).rejects.toThrow(
      line,
    );
  });
});
