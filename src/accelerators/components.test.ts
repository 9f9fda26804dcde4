import { describe, expect, it } from "vitest";
import { adderSize, blockSize } from "../hardware/logic/block-use.ts";
import { toggledBlocks } from "../hardware/logic/toggled-blocks.ts";
import { withValues } from "../parameter.ts";
import { longestWayGates } from "./components.ts";
import { accelerators } from "./index.ts";

const built = (name: string, given = {}) => {
  const { parameters, components } = accelerators[name];
  return components(withValues(name, parameters, { ...given }));
};

describe("how many gates lie between a machine's registers?", () => {
  it("those of the adder of sums, unless a block of the machine has more", () => {
    const adder = adderSize("fp32").gates;
    expect(built("dense").longestWayGates).toBe(adder);
    expect(built("tensordash").longestWayGates).toBe(
      Math.max(adder, blockSize("tensordashScheduler", 16).gates, blockSize("tensordashLane", 16).gates),
    );
    const slowest = Object.keys(toggledBlocks).map(
      (name) => blockSize(name as keyof typeof toggledBlocks, 16).gates,
    );
    expect(longestWayGates("bf16", Object.keys(toggledBlocks) as (keyof typeof toggledBlocks)[])).toBe(
      Math.max(adder, ...slowest),
    );
  });

  it("SWG's through a PE, more than in any of its blocks, also beside LNPU", () => {
    expect([built("swg").longestWayGates, built("lnpu-swg").longestWayGates]).toEqual([55, 55]);
    expect(longestWayGates("bf16", ["traceLook", "macPair", "switchedPair", "listWord"])).toBeLessThan(55);
  });
});

describe("does every machine say what is free for it?", () => {
  it.each(Object.keys(accelerators))("%s: in sentences", (name) => {
    const { free } = accelerators[name];
    expect(free.length).toBeGreaterThan(0);
    for (const sentence of free) expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(new Set(free).size).toBe(free.length);
  });
});

describe("do arrays of another size have logic and memory in proportion?", () => {
  it("twice as many lines: twice the memories and the logic that finds nonzeros", () => {
    const [one, two] = [built("lnpu"), built("lnpu", { rows: 32 })];
    expect(two.memories.operandBuffers?.count).toBe(2 * one.memories.operandBuffers!.count);
    const lines = ({ logic }: typeof one) =>
      logic.find((block) => "netlist" in block && block.netlist === "lnpuLine")!.count;
    expect(lines(two)).toBe(2 * lines(one));
  });

  it("what spreads bitmaps at the port is as wide as the port, and its tree reaches every MAC", () => {
    const [own, wide] = [built("lnpu"), built("lnpu", { globalBufferReadBytes: 256 })];
    const gates = ({ logic }: typeof own) =>
      logic.flatMap((block) => ("gateEquivalents" in block ? [block.gateEquivalents] : []));
    const spreaders = ({ logic }: typeof own) =>
      logic.find((block) => "netlist" in block && block.netlist === "spreadWord")!.count;
    expect([spreaders(own), spreaders(wide)]).toEqual([32, 64]);
    for (const name of ["swg", "lnpu-swg"]) expect(spreaders(built(name))).toBe(32);
    // 256 ends: trees of 64 + 16 + 4 buffers for each bit of 128 bytes
    expect(gates(own)).toEqual([8 * 128 * 84]);
    expect(gates(wide)).toEqual([8 * 256 * 84]);
  });

  it("a scatter from twice as many products to twice as many banks has four times the gates", () => {
    const scatter = (given: object) =>
      built("outer-product", given).logic.find((block) => "netlist" in block && block.netlist === "scatter")!
        .count;
    expect(scatter({})).toBe(16);
    expect(scatter({ fmapVector: 8 })).toBe(4 * 16);
  });

  it("the global buffer has as many banks of one port as both of its ports move in a cycle, whosever it is", () => {
    const buffer = (name: string, given = {}) => built(name, given).memories.globalBuffer;
    const own = { count: 32, words: 2048, wordBits: 64, ports: "shared" };
    for (const name of ["lnpu", "trainware", "dense", "ant"]) expect(buffer(name)).toEqual(own);
    expect(buffer("swg")).toEqual({ ...own, words: 192 });
    const widths = { globalBufferReadBytes: 64, globalBufferWriteBytes: 32 };
    expect(buffer("lnpu", widths)).toEqual({ ...own, count: 12, words: 65536 / 12 });
    expect(buffer("swg", widths)).toEqual({ ...own, count: 12, words: 6144 / 12 });
  });

  it("rows from the port need no memory of the group", () => {
    expect(built("sparsetrain").memories).toHaveProperty("operandBuffers");
    expect(built("sparsetrain", { rows: "port" }).memories).not.toHaveProperty("operandBuffers");
  });
});
