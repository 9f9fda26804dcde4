import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { swg } from "../../test/run-swg.ts";

describe("what does swg rtl --synth refuse?", () => {
  it.each([
    ["rtl --liberty none --out x", "--liberty goes with --synth"],
    ["rtl --synth --liberty none", "none: no such file"],
    [
      "rtl --synth --liberty package.json",
      "package.json: must be a Liberty file, with a library(...) { ... }",
    ],
    ["rtl --check --synth", "--check and --synth go one at a time"],
    ["rtl --synth --format csv", 'unknown format "csv"; known: table, json'],
    [
      "rtl --synth --set swg.format=fp8",
      "swg.format of the hardware must be one of int8, int16, bf16, is fp8",
    ],
  ])("%s: refused in one line", async (line, message) => {
    const { out, err, code } = await swg(line);
    expect({ out, err, code }).toEqual({ out: "", err: `error: ${message}\n`, code: 1 });
  });

  const flipFlop =
    'cell(DFF) { area: 20; ff(IQ, IQN) { clocked_on: "C"; next_state: "D"; } pin(C) { direction: input; } ' +
    'pin(D) { direction: input; } pin(Q) { direction: output; function: "IQ"; } }';
  const cell = (name: string, does: string) => {
    const inputs = Array.from(new Set(does.match(/[AB]/g)), (pin) => `pin(${pin}) { direction: input; }`);
    return `cell(${name}) { area: 1; ${inputs.join(" ")} pin(Y) { direction: output; function: "${does}"; } }`;
  };
  const gates = [cell("INV", "!A"), cell("BUF", "A"), cell("NAND", "!(A*B)")];

  it.each([
    [gates, "must have a D flip-flop, for the rising edge of its clock"],
    [
      [flipFlop, ...gates.slice(0, 2)],
      "must have an inverter, a buffer, and gates that all others can be made of, with their functions",
    ],
    [[flipFlop, ...gates.map((gate) => gate.replace("area: 1;", ""))], "cell INV must have an area above 0"],
    [["cell ( { } }"], "line 3: a group is closed that was not opened"],
  ])("a Liberty file that nothing can be mapped to, before it begins: %#", async (cells, message) => {
    const folder = mkdtempSync(join(tmpdir(), "swg-liberty-"));
    try {
      const path = join(folder, "cells.lib");
      writeFileSync(path, `/* made up */ library(x) {\n${cells.join("\n")}\n}\n`);
      const { out, err, code } = await swg(["rtl", "--synth", "--liberty", path]);
      expect({ out, err, code }).toEqual({ out: "", err: `error: ${path}: ${message}\n`, code: 1 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
