import { describe, expect, it } from "vitest";
import { runWrittenBench } from "../../../test/written-bench.ts";
import { swgParameters } from "../../hardware/parameters.ts";
import { withValues } from "../../parameter.ts";
import { drawnLayers } from "../column-layers.ts";
import { nativeTool } from "../native-tools.ts";
import { generateColumn } from "./generate.ts";

const p = withValues("swg", swgParameters, { rows: 2 });
const icarus = nativeTool("iverilog");

describe("does the bench that swg rtl --out writes pass as its README types it?", () => {
  it("in Icarus Verilog, and a fault in the column ends it with an error", ({ skip }) => {
    skip(!icarus, "iverilog is not installed");
    const files = generateColumn(p, drawnLayers(p, 1, 1));
    expect(runWrittenBench(files, "iverilog").said).toMatch(/^PASS \d+ cycles, \d+ of them compared$/m);
    const column = files.get("column.sv")!;
    const faulty = column.replace("<= comes_first", "<= 1'b1");
    expect(faulty).not.toBe(column);
    const { status, said } = runWrittenBench(new Map([...files, ["column.sv", faulty]]), "iverilog");
    expect(said).toMatch(/FAIL cycle \d+/);
    expect(status).not.toBe(0);
  });
});
