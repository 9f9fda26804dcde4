import { describe, expect, it } from "vitest";
import { lint, type NativeTool, nativeTool } from "./native-tools.ts";

const clean = "module a (input logic x, output logic y);\n  assign y = ~x;\nendmodule\n";
const wrong = "module a (input logic x, output logic y);\n  assign y = ~z;\nendmodule\n";

describe("does lint with native tools find what is wrong, where they are installed?", () => {
  for (const tool of ["verilator", "iverilog"] satisfies NativeTool[]) {
    const installed = nativeTool(tool) !== undefined;
    it.skipIf(!installed)(`${tool}${installed ? "" : ": not installed, left out"}`, () => {
      expect(lint(tool, { "a.sv": clean }, "a")).toEqual([]);
      expect(lint(tool, { "a.sv": wrong }, "a").join("\n")).toMatch(/a\.sv:2/);
    });
  }

  it("with verilator, what it only warns of", ({ skip }) => {
    skip(nativeTool("verilator") === undefined, "verilator is not installed");
    const wide = "module a (input logic [3:0] x, output logic y);\n  assign y = x;\nendmodule\n";
    expect(lint("verilator", { "a.sv": wide }, "a").join("\n")).toContain("%Warning-WIDTH");
  });
});
