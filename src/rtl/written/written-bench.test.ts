import { describe, expect, it } from "vitest";
import { columnFaults, withFault } from "../../../test/column-faults.ts";
import { drawnBench, runWrittenBench } from "../../../test/written-bench.ts";
import { nativeTool } from "../native-tools.ts";

const icarus = nativeTool("iverilog") !== undefined;

/** The two shortest of the layers that find every fault; the others, of thousands of cycles, are in the long test beside this one. */
const short = { rows: 2, seeds: [33, 199] };

/** Found by the first gradients of any layer. */
const lostBits = columnFaults.find(({ kind }) => kind === "bits lost below a sum are forgotten")!;

describe("does the bench that swg rtl --out writes, in Icarus Verilog, as its README types it", () => {
  it("pass, on two short layers?", ({ skip }) => {
    skip(!icarus, "iverilog is not installed");
    const { said } = runWrittenBench(drawnBench(short.rows, short.seeds), "iverilog");
    expect(said).toMatch(/^PASS \d+ cycles, \d+ of them compared$/m);
  });

  it("pass with two traces in a PE and two chunks in each, on five short layers of different kinds?", ({
    skip,
  }) => {
    skip(!icarus, "iverilog is not installed");
    const files = drawnBench(2, [14, 16, 17, 35, 44], { traces: 2, chunks: 2, drainLanes: 2 });
    expect(runWrittenBench(files, "iverilog").said).toMatch(/^PASS \d+ cycles, \d+ of them compared$/m);
  });

  it("end with an error where the column has a fault?", ({ skip }) => {
    skip(!icarus, "iverilog is not installed");
    const files = withFault(drawnBench(short.rows, short.seeds), lostBits);
    const { status, said } = runWrittenBench(files, "iverilog");
    expect(said).toContain("FATAL");
    expect(status).not.toBe(0);
  });
});
