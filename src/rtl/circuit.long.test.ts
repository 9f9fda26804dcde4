import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import { Circuit } from "./circuit.ts";

const files = {
  "fifo.sv": `
module fifo #(parameter int WIDTH = 8, parameter int DEPTH = 4) (
  input logic clock, input logic rst,
  input logic in_valid, output logic in_ready, input logic [WIDTH-1:0] in_data,
  output logic out_valid, input logic out_ready, output logic [WIDTH-1:0] out_data);
  localparam int A = $clog2(DEPTH);
  logic [WIDTH-1:0] words [0:DEPTH-1];
  logic [A:0] head, tail;
  assign in_ready = (tail - head) != (A+1)'(DEPTH);
  assign out_valid = head != tail;
  assign out_data = words[head[A-1:0]];
  always_ff @(posedge clock)
    if (rst) begin
      head <= '0;
      tail <= '0;
    end else begin
      if (in_valid && in_ready) begin
        words[tail[A-1:0]] <= in_data;
        tail <= tail + 1'b1;
      end
      if (out_valid && out_ready) head <= head + 1'b1;
    end
endmodule`,
  "sample.sv": `
module sample #(parameter int STEP = 1) (
  input logic clock, input logic rst,
  input logic in_valid, output logic in_ready, input logic [99:0] in_data,
  output logic out_valid, input logic out_ready, output logic [99:0] out_data,
  input logic enable, output logic [6:0] count, output logic [6:0] next_count,
  input logic [2099:0] wide, output logic [2099:0] turned, output logic three,
  input logic signed [15:0] a, input logic signed [15:0] b, output logic signed [31:0] product);
  logic valid, ready;
  logic [99:0] data;
  fifo #(.WIDTH(100), .DEPTH(8)) first (.clock, .rst, .in_valid, .in_ready, .in_data,
    .out_valid(valid), .out_ready(ready), .out_data(data));
  fifo #(.WIDTH(100), .DEPTH(4)) second (.clock, .rst, .in_valid(valid), .in_ready(ready), .in_data(data),
    .out_valid, .out_ready, .out_data);
  assign next_count = count + 7'(STEP);
  always_ff @(posedge clock) if (rst) count <= '0; else if (enable) count <= next_count;
  for (genvar i = 0; i < 21; i++) begin : parts
    assign turned[100*i +: 100] = wide[100*(20-i) +: 100];
  end
  assign three = 1'b1;
  assign product = a * b;
endmodule`,
};

let circuit: Circuit;
beforeAll(async () => {
  circuit = await Circuit.compile({ files, top: "sample", shared: ["fifo"], inner: true });
});

const data = fc.bigInt({ min: 0n, max: (1n << 100n) - 1n });

describe("does a circuit do what its SystemVerilog says?", () => {
  it("a register takes its value at the rising edge, what depends on it after the next settle", () => {
    circuit.powerOn();
    circuit.set("enable", 1);
    circuit.settle();
    expect([circuit.number("count"), circuit.number("next_count")]).toEqual([0, 1]);
    circuit.tick();
    circuit.settle();
    expect([circuit.number("count"), circuit.number("next_count")]).toEqual([1, 2]);
    circuit.step(130);
    circuit.settle();
    expect([circuit.number("count"), circuit.number("next_count"), circuit.cycle]).toEqual([3, 4, 131]);
  });

  it("edges without a settle between them are edges all the same", () => {
    circuit.powerOn();
    circuit.set("enable", 1);
    for (let i = 0; i < 5; i++) circuit.tick();
    circuit.settle();
    expect(circuit.number("count")).toBe(5);
  });

  it("two FIFOs in a row keep order and lose nothing, whoever waits", () => {
    const cycle = fc.record({ valid: fc.boolean(), ready: fc.boolean(), value: data });
    fc.assert(
      fc.property(fc.array(cycle, { minLength: 1, maxLength: 60 }), (cycles) => {
        circuit.powerOn();
        const [sent, received]: bigint[][] = [[], []];
        for (const { valid, ready, value } of cycles) {
          circuit.set("in_valid", valid);
          circuit.set("out_ready", ready);
          circuit.set("in_data", value);
          circuit.settle();
          if (valid && circuit.number("in_ready")) sent.push(value);
          if (ready && circuit.number("out_valid")) received.push(circuit.get("out_data"));
          circuit.tick();
        }
        expect(received).toEqual(sent.slice(0, received.length));
        expect(sent.length - received.length).toBeLessThanOrEqual(12);
      }),
    );
  });

  it("a batch of stimuli gives what cycles one by one give", () => {
    const inputs = circuit.ports.filter(({ direction }) => direction === "in");
    const outputs = circuit.ports.filter(({ direction }) => direction === "out");
    const bits = (width: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n });
    const cycle = fc.tuple(...inputs.map(({ width }) => bits(width)));
    fc.assert(
      fc.property(fc.array(cycle, { minLength: 200, maxLength: 300 }), (cycles) => {
        circuit.powerOn();
        const [stimulus, expected]: number[][] = [[], []];
        for (const values of cycles) {
          for (const [i, { name }] of inputs.entries()) circuit.set(name, values[i]);
          stimulus.push(...inputs.flatMap(({ words }) => [...words]));
          circuit.settle();
          expected.push(...outputs.flatMap(({ words }) => [...words]));
          circuit.tick();
        }
        circuit.powerOn();
        expect(circuit.run(cycles.length, Uint32Array.from(stimulus))).toEqual(Uint32Array.from(expected));
        expect(circuit.cycle).toBe(cycles.length);
      }),
      { numRuns: 5 },
    );
  });

  it("modules that are compiled once, and rest, do what they do where each is compiled by itself", async () => {
    const ports = `input logic clock, input logic rst, input logic in_valid, output logic in_ready,
      input logic [7:0] in_data, output logic out_valid, input logic out_ready, output logic [7:0] out_data`;
    const inRow = (name: string, one: string) => `module ${name}(${ports});
      logic valid, ready;
      logic [7:0] data;
      ${one} first (.clock, .rst, .in_valid, .in_ready, .in_data, .out_valid(valid), .out_ready(ready), .out_data(data));
      ${one} second (.clock, .rst, .in_valid(valid), .in_ready(ready), .in_data(data), .out_valid, .out_ready, .out_data);
    endmodule`;
    const rows = {
      "fifo.sv": files["fifo.sv"],
      "two.sv": inRow("two", "fifo"),
      "four.sv": inRow("four", "two"),
    };
    const source = { files: rows, top: "four" };
    const apart = await Circuit.compile(source);
    const random = seededRandom(5);
    for (const shared of [["fifo"], ["two"], ["two", "fifo"]]) {
      const resting = await Circuit.compile({ ...source, shared });
      // from nearly nothing to all that there is room for
      for (const busy of [0.02, 0.3, 0.9]) {
        const chance = () => Number(random.uniform() < busy);
        const stimulus = Uint32Array.from({ length: 4 * 3000 }, (_, i) => {
          const [port, cycle] = [
            resting.ports.filter(({ direction }) => direction === "in")[i % 4].name,
            i >> 2,
          ];
          return port === "in_data" ? cycle % 256 : port === "rst" ? Number(cycle === 1500) : chance();
        });
        for (const circuit of [apart, resting]) circuit.powerOn();
        expect(resting.run(3000, stimulus)).toEqual(apart.run(3000, stimulus));
      }
    }
  });

  it("ports of thousands of bits, signed ones, and constants", () => {
    circuit.powerOn();
    const wide = (1n << 2099n) | (0b1011n << 64n) | 1n;
    circuit.set("wide", wide);
    circuit.set("a", -300);
    circuit.set("b", 1001n);
    circuit.settle();
    expect(circuit.get("turned")).toBe((0b1011n << 2064n) | (1n << 2000n) | (1n << 99n));
    expect(circuit.number("three")).toBe(1);
    expect(BigInt.asIntN(32, circuit.get("product"))).toBe(-300300n);
    expect(circuit.port("wide")).toMatchObject({ direction: "in", width: 2100 });
  });

  it("inner signals and memories are seen by their names, and memories can be loaded", () => {
    circuit.powerOn();
    circuit.set("in_valid", 1);
    circuit.set("in_data", 5);
    circuit.settle();
    circuit.memory("first.words").set([7, 0, 0, 8]);
    circuit.settle();
    expect(circuit.peek("first.out_data")).toBe((8n << 96n) | 7n);
    circuit.tick();
    circuit.settle();
    expect([
      circuit.peek("first.tail"),
      circuit.peek("second.in_valid"),
      circuit.peek("first.out_data"),
    ]).toEqual([1n, 1n, 5n]);
    expect(circuit.memory("first.words").slice(0, 4)).toEqual(Uint32Array.of(5, 0, 0, 0));
    circuit.powerOn();
    expect(circuit.peek("first.tail")).toBe(0n);
  });

  it("parameters of the top, and circuits without a clock", async () => {
    const odd =
      "module odd #(parameter int N = 3) (input logic [N-1:0] a, output logic y); assign y = ^a; endmodule";
    const source = { files: { "odd.sv": odd }, top: "odd", parameters: { N: 70 }, clock: undefined };
    const parity = await Circuit.compile(source);
    for (const a of [0n, 1n << 69n, (1n << 70n) - 1n, 1n << 70n]) {
      parity.set("a", a);
      parity.settle();
      expect(parity.number("y"), `${a}`).toBe(a === 1n << 69n ? 1 : 0);
    }
  });
});

describe("is a circuit that cannot be compiled refused in one line?", () => {
  const refused = (text: string, more = {}) =>
    expect(Circuit.compile({ files: { "a.sv": text }, top: "a", ...more })).rejects;

  it("an error in its text, with its place", () =>
    refused("module a(input logic clock);\n  assign b c;\nendmodule").toThrow(/^yosys: a\.sv:2: [^\n]*$/));

  it("a module that does not exist", () =>
    refused("module b; endmodule").toThrow(/^yosys: [^\n]*`a' not found[^\n]*$/));

  it("a clock that is no input", () =>
    refused("module a(input logic clk, output logic q); always_ff @(posedge clk) q <= ~q; endmodule").toThrow(
      "clock of a must be one of its inputs, is clock; known: clk",
    ));

  it("names that it does not have", () => {
    expect(() => circuit.set("enabled", 1)).toThrow(/^unknown port "enabled"; known: /);
    expect(() => circuit.peek("first.nothing")).toThrow(/^unknown signal "first.nothing"; known: /);
    expect(() => circuit.memory("first.tail")).toThrow('unknown memory "first.tail"; known: ');
  });
});
