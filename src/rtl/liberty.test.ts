import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { libertyText } from "./liberty.ts";

describe("what does a Liberty file have to have?", () => {
  it.each([
    ["none", "none: no such file"],
    ["package.json", "package.json: must be a Liberty file, with a library(...) { ... }"],
  ])("%s: refused in one line", async (path, message) => {
    await expect(libertyText(path)).rejects.toThrow(message);
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
      await expect(libertyText(path)).rejects.toThrow(`${path}: ${message}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
