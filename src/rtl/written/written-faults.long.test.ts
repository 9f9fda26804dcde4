import { describe, expect, it } from "vitest";
import { columnFaults, quickLayers, withFault } from "../../../test/column-faults.ts";
import { drawnBench, runWrittenBench } from "../../../test/written-bench.ts";
import { drawnKinds } from "../benches/drawn-kinds.ts";
import { nativeTool } from "../native-tools.ts";

const icarus = nativeTool("iverilog") !== undefined;

/** A bench for each layer: the first that fails ends a test. */
const benches = quickLayers.flatMap(({ rows, seeds }) => seeds.map((seed) => drawnBench(rows, [seed])));

describe("does the bench that swg rtl --out writes", () => {
  it("pass in Verilator, as its README types it, with a layer of each kind?", ({ skip }) => {
    skip(nativeTool("verilator") === undefined, "verilator is not installed");
    const files = drawnBench(2, [...drawnKinds.keys()]);
    expect(runWrittenBench(files, "verilator").said).toMatch(/^PASS \d+ cycles/m);
  });

  for (const { rows, seeds } of quickLayers)
    it(`pass in Icarus Verilog on layers of ${rows} PEs that find every fault?`, ({ skip }) => {
      skip(!icarus, "iverilog is not installed");
      const { said } = runWrittenBench(drawnBench(rows, seeds), "iverilog");
      expect(said).toMatch(/^PASS \d+ cycles, \d+ of them compared$/m);
    });

  for (const fault of columnFaults)
    it(`find ${fault.kind}, with one of those layers?`, ({ skip }) => {
      skip(!icarus, "iverilog is not installed");
      const found = benches.some((files) => {
        const { said } = runWrittenBench(withFault(files, fault), "iverilog");
        expect(said).toMatch(/FATAL|PASS/);
        return said.includes("FATAL");
      });
      expect(found).toBe(true);
    });
});
