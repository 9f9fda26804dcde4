import { describe, expect, it } from "vitest";
import type { Synthesis } from "./synthesis.ts";
import { synthesisJson, synthesisText } from "./synthesis-text.ts";

const synthesis: Synthesis = {
  top: "outer",
  modules: [
    {
      name: "inner",
      instances: 3,
      cells: { $_NAND_: 70, $_DFF_P_: 10 },
      flipFlops: 10,
      logicGateEquivalents: 70,
      flipFlopGateEquivalents: 56.7,
      memoryBits: 256,
      memories: [{ words: 4, wordBits: 64, reads: 1, writes: 1 }],
      logicDepth: 7,
    },
    {
      name: "outer",
      instances: 1,
      cells: { $_NAND_: 20 },
      flipFlops: 0,
      logicGateEquivalents: 19.9,
      flipFlopGateEquivalents: 0,
      memoryBits: 0,
      memories: [],
      logicDepth: 2,
    },
  ],
  parts: [{ purpose: "adding", logicGateEquivalents: 210, flipFlopGateEquivalents: 170.1, memoryBits: 768 }],
  total: { gateEquivalents: 400, flipFlops: 30, memoryBits: 768 },
  longestWay: {
    gates: 9,
    memoryReads: 1,
    through: [
      { module: "outer", gates: 2 },
      { module: "inner", gates: 7 },
    ],
  },
};

describe("what does a synthesis look like?", () => {
  it("a line for each module with its share, and what a gate equivalent is", () => {
    const lines = synthesisText(synthesis).split("\n");
    expect(lines.find((line) => line.startsWith("inner"))).toMatch(
      /^inner +3 +210 +170 +380 +95\.0 % +768 +7$/,
    );
    expect(lines.find((line) => line.startsWith("outer"))).toMatch(/^outer +1 +20 +0 +20 +5\.0 % +0 +2$/);
    expect(lines.find((line) => line.startsWith("adding"))).toMatch(/^adding +210 +170 +380 +95\.0 % +768$/);
    expect(synthesisText(synthesis)).toContain("a flip-flop 5.67");
    expect(synthesisText(synthesis)).toContain(
      "whole design: 9 gates (outer 2, inner 7); it reads 1 memory.",
    );
  });

  it("modules of one name and other parameters in one line", () => {
    const modules = [...synthesis.modules, { ...synthesis.modules[0], instances: 2, logicDepth: 9 }];
    expect(synthesisText({ ...synthesis, modules })).toMatch(/^inner +5 +350 +284 +634 .* 9$/m);
  });

  it("memories by macro, with the area that reports have", () => {
    const text = synthesisText(synthesis);
    expect(text).toMatch(/^inner +4 +64 +1 read, 1 write +3 +registers +0\.\d{3}$/m);
    const twice = [...synthesis.modules, { ...synthesis.modules[0], instances: 2 }];
    expect(synthesisText({ ...synthesis, modules: twice })).toMatch(/^inner +4 +64 +1 read, 1 write +5 /m);
    const none = synthesis.modules.map((module) => ({ ...module, memories: [] }));
    expect(synthesisText({ ...synthesis, modules: none })).not.toContain("all memories");
  });

  it("um2 where a Liberty file gave them", () => {
    const modules = synthesis.modules.map((module) => ({ ...module, areaUm2: 50 }));
    const text = synthesisText({
      ...synthesis,
      modules,
      parts: [],
      total: { ...synthesis.total, areaUm2: 200 },
    });
    expect(text).toMatch(/^inner +3 +150 +75\.0 % +768/m);
    expect(text).not.toContain("GE");
  });

  it("the slowest way where OpenSTA timed them", () => {
    const [inner, outer] = synthesis.modules;
    const modules = [
      { ...inner, criticalPath: { ns: 1.5, from: "a", to: "b" } },
      { ...outer, criticalPath: { ns: 4.25, from: "x[3]", to: "y" } },
    ];
    const text = synthesisText({ ...synthesis, modules });
    expect(text).toMatch(/^inner .* 7 +1\.50$/m);
    expect(text).toContain("4.25 ns in outer, from x[3] to y");
  });

  it("as JSON, everything", () => {
    expect(JSON.parse(synthesisJson(synthesis))).toEqual({ schemaVersion: 1, ...synthesis });
  });
});
