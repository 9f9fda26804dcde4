import { InputError, select } from "swg-sim";
import { designParameters, designPurposes, designSource, generateDesign } from "swg-sim/rtl";
import { describe, expect, it } from "vitest";
import type { SwgParameters } from "../src/hardware/parameters.ts";

const machine = (given: Record<string, unknown>) => select("swg", given).parameters as SwgParameters;

describe("does swg-sim/rtl give a hardware engineer the design?", () => {
  it("its files for the parameters of a machine", () => {
    const files = generateDesign(machine({ columns: 2, rows: 4, clusterSize: 4 }));
    expect(files.get("swg.sv")).toMatch(/parameter int COLUMNS = 2\b/);
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(["files.f", "README.md", "bench/array_bench.sv"]),
    );
  });

  it("a source for synthesis and simulation, each of its modules with a purpose", () => {
    const source = designSource("swg", designParameters(machine({ columns: 3 })));
    expect(source.parameters).toMatchObject({ COLUMNS: 3 });
    const modules = Object.keys(source.files).map((file) => file.replace(".sv", ""));
    expect(Object.keys(designPurposes).filter((module) => !modules.includes(module))).toEqual([]);
  });

  it("and one line for a machine that the hardware does not have", () => {
    expect(() => generateDesign(machine({ vdt: "emap" }))).toThrow(InputError);
  });
});
