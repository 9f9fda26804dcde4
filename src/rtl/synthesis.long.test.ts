import { describe, expect, it } from "vitest";
import { synthesise } from "./synthesis.ts";

const files = {
  "inner.sv": `
module inner #(parameter int WIDTH = 4) (
  input logic clock, input logic enable, input logic [WIDTH-1:0] d, output logic [WIDTH-1:0] q);
  always_ff @(posedge clock) if (enable) q <= d;
endmodule`,
  "outer.sv": `
module outer (
  input logic clock, input logic enable, input logic write, input logic [3:0] at,
  input logic [7:0] a, output logic [7:0] q, output logic [15:0] read);
  logic [15:0] words [0:15];
  inner #(.WIDTH(4)) low (.clock, .enable, .d(a[3:0]), .q(q[3:0]));
  inner #(.WIDTH(4)) high (.clock, .enable, .d(a[7:4] ^ {4{write}}), .q(q[7:4]));
  always_ff @(posedge clock) begin
    if (write) words[at] <= {a, a};
    read <= words[at];
  end
endmodule`,
};

describe("what does a design cost?", () => {
  it("gates, flip-flops and memories by module, each as often as it is there", async () => {
    const steps: string[] = [];
    const { modules, total } = await synthesise(files, "outer", { onStep: (what) => steps.push(what) });
    const inner = modules.find(({ name }) => name === "inner")!;
    // a flip-flop and a multiplexer for each bit
    expect(inner).toMatchObject({ instances: 2, flipFlops: 4, memoryBits: 0, logicDepth: 1 });
    expect(inner.cells).toEqual({ $_DFF_P_: 4, $_MUX_: 4 });
    expect(inner.logicGateEquivalents).toBeCloseTo(4 * 2.33);
    expect(inner.flipFlopGateEquivalents).toBeCloseTo(4 * 5.67);
    const outer = modules.find(({ name }) => name === "outer")!;
    expect(outer).toMatchObject({ instances: 1, memoryBits: 256 });
    expect(outer.memories).toEqual([{ words: 16, wordBits: 16, reads: 1, writes: 1 }]);
    expect(outer.cells.$_XOR_).toBe(4);
    expect(total.flipFlops).toBe(8 + outer.flipFlops);
    expect(total.memoryBits).toBe(256);
    expect(total.gateEquivalents).toBeCloseTo(
      2 * (inner.logicGateEquivalents + inner.flipFlopGateEquivalents) +
        outer.logicGateEquivalents +
        outer.flipFlopGateEquivalents,
    );
    expect(steps[0]).toBe("synthesis: hierarchy of outer");
    expect(steps.length).toBeGreaterThan(0);
  });

  it("by purpose, which inner modules have from the module that they are in, or of their own", async () => {
    const { modules, parts, total } = await synthesise(files, "outer", { purposes: { outer: "all of it" } });
    expect(parts).toMatchObject([{ purpose: "all of it", memoryBits: 256 }]);
    const whole = parts[0].logicGateEquivalents + parts[0].flipFlopGateEquivalents;
    expect(whole).toBeCloseTo(total.gateEquivalents);
    const apart = await synthesise(files, "outer", { purposes: { inner: "keeping" } });
    const inner = modules.find(({ name }) => name === "inner")!;
    expect(apart.parts).toMatchObject([{ purpose: "keeping", memoryBits: 0 }]);
    expect(apart.parts[0].flipFlopGateEquivalents).toBeCloseTo(2 * inner.flipFlopGateEquivalents);
  });

  it("a part selected at an index costs a multiplexer for each bit that it can be", async () => {
    const select = `module select (input logic [1:0] at, input logic [191:0] from, output logic [23:0] part);
      assign part = from[int'(at)*24+:24];
    endmodule`;
    const { modules } = await synthesise({ "select.sv": select }, "select");
    // four parts of 24 bits in reach: two levels
    expect(modules[0].logicGateEquivalents).toBeLessThan(3 * 24 * 2.33 + 1);
    expect(modules[0].logicGateEquivalents).toBeGreaterThan(2 * 24 * 2.33);
    expect(modules[0].logicDepth).toBeLessThanOrEqual(4);
  });

  it("the longest way of all passes through modules and memories, and ends at what the clock drives", async () => {
    const { longestWay } = await synthesise(files, "outer");
    // an XOR before the multiplexer of `high`; what `words` has goes straight to flip-flops
    expect(longestWay).toEqual({
      gates: 2,
      memoryReads: 0,
      through: [
        { module: "outer", gates: 1 },
        { module: "inner", gates: 1 },
      ],
    });
    const chain = `
module odd (input logic [3:0] x, output logic y);
  assign y = ^x;
endmodule
module chain (input logic clock, input logic [1:0] at, input logic [3:0] in, output logic y);
  logic [3:0] words [0:3];
  logic       first;
  always_ff @(posedge clock) words[at] <= in;
  odd low (.x(words[at]), .y(first));
  odd high (.x({3'b0, first} | in), .y);
endmodule`;
    const { longestWay: chained } = await synthesise({ "chain.sv": chain }, "chain");
    expect(chained).toMatchObject({ gates: 5, memoryReads: 1 });
    expect(chained.through.map(({ module }) => module)).toEqual(["odd", "chain", "odd"]);
  });

  it("parameters change the cost", async () => {
    const { total } = await synthesise(files, "inner", { parameters: { WIDTH: 9 } });
    expect(total).toMatchObject({ flipFlops: 9, memoryBits: 0 });
  });

  it("a module that takes longer than it may is one clear line", async () => {
    const slow = synthesise(files, "inner", { parameters: { WIDTH: 11 }, secondsPerModule: 0.01 });
    await expect(slow).rejects.toThrow("inner: Yosys must take at most 0.01 s, takes more");
  });

  it("a part of a design alone, and without modules in it", async () => {
    const { modules, total } = await synthesise(files, "outer", { part: "inner" });
    expect(modules.map(({ name, instances }) => [name, instances])).toEqual([["inner", 1]]);
    expect(total.flipFlops).toBe(4);
    const own = await synthesise(files, "outer", { without: ["inner"] });
    expect(own.modules.map(({ name }) => name)).toEqual(["outer"]);
    await expect(synthesise(files, "outer", { part: "none" })).rejects.toThrow("module none is not in");
  });

  it("with a Liberty file, area in um2", async () => {
    const gate = (name: string, area: number, function_: string) => `
      cell(${name}) { area: ${area}; pin(A) { direction: input; } pin(B) { direction: input; }
        pin(Y) { direction: output; function: "${function_}"; } }`;
    const liberty = `library(made_up) {
      cell(INV) { area: 2; pin(A) { direction: input; } pin(Y) { direction: output; function: "(!A)"; } }
      cell(BUF) { area: 3; pin(A) { direction: input; } pin(Y) { direction: output; function: "A"; } }
      ${gate("NAND2", 4, "!(A*B)")} ${gate("NOR2", 4, "!(A+B)")}
      cell(DFF) { area: 20; ff(IQ, IQN) { clocked_on: "C"; next_state: "D"; }
        pin(C) { direction: input; clock: true; } pin(D) { direction: input; }
        pin(Q) { direction: output; function: "IQ"; } } }`;
    const { modules, total } = await synthesise(files, "inner", { liberty });
    const { DFF, ...gates } = modules[0].cells;
    expect(DFF).toBe(4);
    const area = { BUF: 3, INV: 2, NAND2: 4, NOR2: 4 };
    const expected = Object.entries(gates).reduce(
      (sum, [name, n]) => sum + area[name as keyof typeof area] * n,
      80,
    );
    expect(total.areaUm2).toBe(expected);
    expect(expected).toBeGreaterThan(80 + 4 * 8);
  });
});
