import { describe, expect, it } from "vitest";
import { columnFaults, withFault } from "../../../test/column-faults.ts";
import { drawnBench, runWrittenBench } from "../../../test/written-bench.ts";
import { nativeTool } from "../native-tools.ts";

const icarus = nativeTool("iverilog") !== undefined;
const passed = /^PASS \d+ cycles, \d+ of them compared$/m;

/** What once got through, one of each kind. The others, and all of the layers without a fault, are in the long test beside this one. */
const kinds = [
  "wrong helper of the last PE",
  "bits lost below a sum are forgotten",
  "ranks beyond the middle of a chunk",
  "a counter that wraps after 128 chunks",
  "order of sums: the ninth couple",
  "order of drain: couples from the last one on",
  "a word of values dropped while its tile waits",
  "words behind the sixteenth of a list",
  "a subnormal operand",
];

describe("does the bench that swg rtl --out writes, in Icarus Verilog, as its README types it", () => {
  it("pass, on two short layers?", ({ skip }) => {
    skip(!icarus, "iverilog is not installed");
    expect(runWrittenBench(drawnBench(2, [33, 199]), "iverilog").said).toMatch(passed);
  });

  it("pass with two traces in a PE and two chunks in each, on five short layers of different kinds?", ({
    skip,
  }) => {
    skip(!icarus, "iverilog is not installed");
    const files = drawnBench(2, [14, 16, 17, 35, 44], { traces: 2, chunks: 2, drainLanes: 2 });
    expect(runWrittenBench(files, "iverilog").said).toMatch(passed);
  });

  it.for(kinds)("end with an error where the column has a fault: %s?", (kind, { skip }) => {
    skip(!icarus, "iverilog is not installed");
    const fault = columnFaults.find((one) => one.kind === kind)!;
    const { status, said } = runWrittenBench(withFault(drawnBench(2, [fault.seed]), fault), "iverilog");
    expect(said).toContain("FATAL");
    expect(status).not.toBe(0);
  });
});
