import { describe, expect, it } from "vitest";
import { columnFaults, quickLayers, withFault } from "../../../test/column-faults.ts";
import { drawnBench, runWrittenBench } from "../../../test/written-bench.ts";
import { nativeTool } from "../native-tools.ts";

const icarus = nativeTool("iverilog") !== undefined;

describe("does the bench that swg rtl --out writes pass in Icarus Verilog, as its README types it?", () => {
  for (const { rows, seeds } of quickLayers)
    it(`${rows} PEs, layers that find every fault of test/column-faults.ts`, ({ skip }) => {
      skip(!icarus, "iverilog is not installed");
      expect(runWrittenBench(drawnBench(rows, seeds), "iverilog").said).toMatch(
        /^PASS \d+ cycles, \d+ of them compared$/m,
      );
    });

  it("and end with an error where the column has a fault?", ({ skip }) => {
    skip(!icarus, "iverilog is not installed");
    const [{ rows, seeds }] = quickLayers;
    const files = withFault(drawnBench(rows, seeds), columnFaults[0]);
    const { status, said } = runWrittenBench(files, "iverilog");
    expect(said).toContain("FATAL");
    expect(status).not.toBe(0);
  });
});
