import { describe, expect, it } from "vitest";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { withValues } from "../parameter.ts";
import { designParameters } from "./design.ts";
import { generateDesign } from "./generate.ts";
import { moduleHeader, modulePorts } from "./module-ports.ts";

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
