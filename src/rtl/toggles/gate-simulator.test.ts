import { describe, expect, it } from "vitest";
import type { Netlist } from "../netlist.ts";
import { GateSimulator } from "./gate-simulator.ts";

const input = (...bits: number[]) => ({ direction: "input", bits });
const output = (...bits: number[]) => ({ direction: "output", bits });
const cell = (type: string, connections: Record<string, (number | string)[]>, parameters = {}) => ({
  type,
  connections,
  parameters,
  port_directions: {},
});
const netlist = (ports: Netlist["ports"], cells: Netlist["cells"]): Netlist => ({
  ports,
  cells,
  netnames: {},
  attributes: {},
});

describe("does the gate simulator compute and count what the gates do?", () => {
  it.each([
    ["$_NAND_", [1, 1, 1, 0]],
    ["$_NOR_", [1, 0, 0, 0]],
    ["$_AND_", [0, 0, 0, 1]],
    ["$_OR_", [0, 1, 1, 1]],
    ["$_XOR_", [0, 1, 1, 0]],
    ["$_XNOR_", [1, 0, 0, 1]],
  ])("%s", (type, table) => {
    const gate = cell(type, { A: [2], B: [3], Y: [4] });
    const sim = new GateSimulator(netlist({ a: input(2, 3), y: output(4) }, { gate }));
    const values = [0, 1, 2, 3].map((a) => {
      sim.set("a", a);
      return sim.number("y");
    });
    expect(values).toEqual(table);
  });

  it.each([
    ["$_MUX_", "S", (a: number, b: number, c: number) => (c ? b : a)],
    ["$_AOI3_", "C", (a: number, b: number, c: number) => 1 - ((a & b) | c)],
    ["$_OAI3_", "C", (a: number, b: number, c: number) => 1 - ((a | b) & c)],
  ])("%s", (type, third, compute) => {
    const gate = cell(type, { A: [2], B: [3], [third]: [4], Y: [5] });
    const sim = new GateSimulator(netlist({ a: input(2, 3, 4), y: output(5) }, { gate }));
    for (let a = 0; a < 8; a++) {
      sim.set("a", a);
      expect([a, sim.number("y")]).toEqual([a, compute(a & 1, (a >> 1) & 1, a >> 2)]);
    }
  });

  it("a flip-flop with enable keeps its bit where that is low; gates weigh their gate equivalents", () => {
    const cells = {
      invert: cell("$_NOT_", { A: [3], Y: [4] }),
      flipFlop: cell("$_DFFE_PP_", { D: [4], E: [2], Q: [3] }),
    };
    const sim = new GateSimulator(netlist({ enable: input(2), q: output(3) }, cells));
    const seen = [0, 1, 1, 0, 1].map((enable) => {
      sim.set("enable", enable);
      sim.tick();
      return sim.number("q");
    });
    expect(seen).toEqual([0, 1, 0, 0, 1]);
    sim.set("enable", 0);
    sim.tick();
    expect(sim.take()).toEqual({ logic: expect.closeTo(3 * 0.67, 10), flipFlops: 3, clocked: 6 });
  });

  it("flip-flops that share an enable have a clock gate, which is clocked always; one alone is clocked always", () => {
    const bits = (count: number, first: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [i, cell("$_DFFE_PP_", { D: [1], E: [2], Q: [first + i] })]),
      );
    const clocked = (count: number, enable: number) => {
      const sim = new GateSimulator(netlist({ enable: input(2) }, bits(count, 10)));
      sim.set("enable", enable);
      sim.tick();
      return sim.take().clocked;
    };
    expect([clocked(2, 0), clocked(2, 1)]).toEqual([2, 2]);
    expect([clocked(3, 0), clocked(3, 1)]).toEqual([1, 4]);
    expect([clocked(65, 0), clocked(65, 1)]).toEqual([2, 67]);
  });

  it("a memory is read at once and written at the clock, behind and before gates", () => {
    const parameters = {
      SIZE: "100",
      WIDTH: "10",
      ABITS: "10",
      RD_PORTS: "1",
      WR_PORTS: "1",
      RD_CLK_ENABLE: "0",
    };
    const memory = cell(
      "$mem_v2",
      { RD_ADDR: [10, 11], RD_DATA: [20, 21], WR_ADDR: [12, 13], WR_DATA: [14, 15], WR_EN: [16, 16] },
      parameters,
    );
    const cells = {
      low: cell("$_NOT_", { A: [2], Y: [10] }),
      memory,
      out: cell("$_NOT_", { A: [20], Y: [22] }),
    };
    const ports = {
      read: input(2, 11),
      write: input(12, 13),
      data: input(14, 15),
      enable: input(16),
      word: output(20, 21),
      inverted: output(22),
    };
    const sim = new GateSimulator(netlist(ports, cells));
    sim.set("write", 2);
    sim.set("data", 3);
    sim.set("enable", 1);
    // the lower bit of the address passes a NOT
    sim.set("read", 3);
    expect(sim.number("word")).toBe(0);
    sim.tick();
    expect([sim.number("word"), sim.number("inverted")]).toEqual([3, 0]);
    sim.set("read", 2);
    expect([sim.number("word"), sim.number("inverted")]).toEqual([0, 1]);
  });

  it("gates in a ring are refused", () => {
    const cells = { a: cell("$_NOT_", { A: [2], Y: [3] }), b: cell("$_NOT_", { A: [3], Y: [2] }) };
    expect(() => new GateSimulator(netlist({}, cells))).toThrow("gates must not form a ring, 2 of them do");
  });
});
