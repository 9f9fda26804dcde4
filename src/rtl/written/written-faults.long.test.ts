import { describe, expect, it } from "vitest";
import { columnFaults, withFault } from "../../../test/column-faults.ts";
import { runWrittenBench } from "../../../test/written-bench.ts";
import { swgParameters } from "../../hardware/parameters.ts";
import { withValues } from "../../parameter.ts";
import { drawnKinds } from "../benches/drawn-kinds.ts";
import { drawnLayers } from "../column-layers.ts";
import { nativeTool } from "../native-tools.ts";
import { generateColumn } from "./generate.ts";

const p = withValues("swg", swgParameters, { rows: 3 });
const icarus = nativeTool("iverilog") !== undefined;
const verilator = nativeTool("verilator") !== undefined;

/** A bench for each kind of layer: the first that fails ends a test. */
const benches = drawnKinds.map((_, seed) => generateColumn(p, drawnLayers(p, seed, 1)));

describe("does the bench that swg rtl --out writes, with a layer of each kind,", () => {
  it("pass in Verilator, as its README types it?", ({ skip }) => {
    skip(!verilator, "verilator is not installed");
    const small = withValues("swg", swgParameters, { rows: 2 });
    const { said } = runWrittenBench(
      generateColumn(small, drawnLayers(small, 0, drawnKinds.length)),
      "verilator",
    );
    expect(said).toMatch(/^PASS \d+ cycles/m);
  });

  it.each(drawnKinds.map(({ name }, seed) => [name, seed] as const))("pass in Icarus: %s?", (_name, seed) => {
    // a bench that fails anyway would find every fault
    if (icarus) expect(runWrittenBench(benches[seed], "iverilog").said).toMatch(/^PASS \d+ cycles/m);
  });

  for (const fault of columnFaults)
    it(`find ${fault.kind}?`, ({ skip }) => {
      skip(!icarus, "iverilog is not installed");
      const found = benches.some((files) => {
        const { said } = runWrittenBench(withFault(files, fault), "iverilog");
        expect(said).toMatch(/FATAL|PASS/);
        return said.includes("FATAL");
      });
      expect(found).toBe(true);
    });
});
