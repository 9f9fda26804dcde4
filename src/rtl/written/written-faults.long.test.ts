import { describe, expect, it } from "vitest";
import { columnFaults, withFault } from "../../../test/column-faults.ts";
import { drawnBench, runWrittenBench } from "../../../test/written-bench.ts";
import { drawnKinds } from "../benches/drawn-kinds.ts";
import { nativeTool } from "../native-tools.ts";

const icarus = nativeTool("iverilog") !== undefined;

describe("does the bench that swg rtl --out writes", () => {
  it("pass in Verilator, as its README types it, with a layer of each kind?", ({ skip }) => {
    skip(nativeTool("verilator") === undefined, "verilator is not installed");
    const files = drawnBench(2, [...drawnKinds.keys()]);
    expect(runWrittenBench(files, "verilator").said).toMatch(/^PASS \d+ cycles/m);
  });

  it("pass in Icarus Verilog on the layers that find every fault?", ({ skip }) => {
    skip(!icarus, "iverilog is not installed");
    const { said } = runWrittenBench(
      drawnBench(2, [...new Set(columnFaults.map(({ seed }) => seed))]),
      "iverilog",
    );
    expect(said).toMatch(/^PASS \d+ cycles, \d+ of them compared$/m);
  });

  for (const fault of columnFaults)
    it(`find ${fault.kind}, with one of those layers?`, ({ skip }) => {
      skip(!icarus, "iverilog is not installed");
      const { said } = runWrittenBench(withFault(drawnBench(2, [fault.seed]), fault), "iverilog");
      expect(said).toContain("FATAL");
    });
});
