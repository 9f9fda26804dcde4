import { describe, expect, it } from "vitest";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { designParameters, designSource } from "./design.ts";
import { generateDesign } from "./generate.ts";
import { moduleHeader, modulePorts } from "./module-ports.ts";
import { lint, type NativeTool, nativeTool } from "./native-tools.ts";
import { yosys } from "./toolchain.ts";

const machine = (given: Partial<SwgParameters>) => withValues("swg", swgParameters, given);
const small = machine({ columns: 2, rows: 4, clusterSize: 4 });

describe("is what swg rtl writes a whole design?", () => {
  const files = generateDesign(small);

  it("one module a file of its name, all of them in files.f, only the top named swg", () => {
    const modules = files.get("files.f")!.trim().split("\n");
    expect([...files.keys()].filter((path) => /^[^/]+\.sv$/.test(path)).sort()).toEqual(modules.sort());
    for (const file of modules) {
      const names = Array.from(files.get(file)!.matchAll(/^module (\w+)/gm), ([, name]) => name);
      expect(names).toEqual([file.replace(".sv", "")]);
      expect(names[0].startsWith("swg")).toBe(names[0] === "swg");
      expect(files.get("README.md")).toMatch(new RegExp(`^\\| ${names[0]} \\| [A-Z].*[^.] \\|$`, "m"));
    }
  });

  it("the top has the machine's parameters, and the README every port", () => {
    expect(files.get("swg.sv")).toContain("parameter int COLUMNS = 2,");
    expect(files.get("swg.sv")).toContain("parameter int ROWS = 4,");
    const ports = modulePorts(files.get("swg.sv")!);
    expect(ports.find(({ name }) => name === "emap_bits")?.width).toBe(2 * 4 * 4 * 192);
    for (const { name, width } of ports)
      expect(files.get("README.md")).toMatch(
        new RegExp(`\\| ${name} \\| \\w+ \\| \\S+ \\| ${width} \\| \\S`),
      );
  });

  it("each parameter and port of the top has a comment of its own", () => {
    const { parameters, ports } = moduleHeader(files.get("swg.sv")!);
    expect(parameters.length).toBeGreaterThan(20);
    expect(ports.length).toBeGreaterThan(50);
    for (const { name, group, about } of [...parameters, ...ports])
      expect(
        [name, group, about].every((text) => /\w/.test(text)),
        name,
      ).toBe(true);
  });

  it.each([
    [{ format: "fp16" }, "swg.format of the hardware must be one of int8, int16, bf16, is fp16"],
    [{ vdt: "fmap" }, "swg.vdt of the hardware must be both, is fmap"],
    [{ unlimitedPorts: true }, "swg.unlimitedPorts of the hardware must be false, is true"],
  ] as const)("%j is refused in one line", (given, line) => {
    expect(() => designParameters(machine(given))).toThrow(line);
  });

  it("and an array whose ports are too wide", () => {
    expect(() => generateDesign(machine({ columns: 1024, rows: 1024, clusterSize: 16 }))).toThrow(
      "ports of the hardware must have at most 16777216 bits each, emap_bits has 805306368",
    );
  });
});

const tool: NativeTool = "verilator";
const verilator = nativeTool(tool);

describe.skipIf(!verilator)(
  `does Verilator accept the design${verilator ? "" : ": not installed, left out"}?`,
  () => {
    it.each([
      { columns: 2, rows: 4, clusterSize: 4 },
      { columns: 1, rows: 1, format: "int8", slack: 0, traceTaps: 1, roundKs: 1 },
      { columns: 2, rows: 5, clusterSize: 3, slack: 3, traceTaps: 3, columnDrainSums: 2, format: "int16" },
      { columns: 3, rows: 2, intraColumn: false, traceBits: 48, accumulators: 36 },
      { columns: 1, rows: 2, fmapBufferBytes: 64, traceBits: 16, accumulators: 8, traceTaps: 80, roundKs: 1 },
      { columns: 2, rows: 2, traceBits: 64, accumulators: 36, emapBufferBytes: 9 },
    ] as const)("without a warning, with %j", (given) => {
      const { files, top, parameters } = designSource("swg", designParameters(machine(given)));
      expect(lint(tool, files, top, parameters)).toEqual([]);
    });
  },
);

describe("does the design refuse parameters that it is not made for, as it is elaborated?", () => {
  it.each([
    [{ FORMAT: 3 }, "FORMAT must be 0, 1 or 2"],
    [{ HELP: 2 }, "HELP must be 0 or 1"],
    [{ COUNTER_BITS: 1 }, "COUNTER_BITS must hold SLACK and CHUNKS"],
    [{ CLUSTER_SIZE: 0 }, "CLUSTER_SIZE, ROUND_KS and TRACE_TAPS must be at least 1"],
    [{ DRAIN_SUMS: 0 }, "DRAIN_SUMS must be at least 1"],
    [{ CHUNKS: 1 }, "CHUNKS must be at least 2"],
  ])("%j", async (wrong, line) => {
    const { files, top } = designSource("swg", {});
    const set = Object.entries(wrong).map(([name, value]) => `-chparam ${name} ${value}`);
    const read = Object.keys(files).map((file) => `read_verilog -sv ${file}`);
    await expect(yosys([...read, `hierarchy -top ${top} ${set.join(" ")}`], { ...files })).rejects.toThrow(
      line,
    );
  });
});
