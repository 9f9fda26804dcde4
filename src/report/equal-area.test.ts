import { describe, expect, it } from "vitest";
import type { Accelerator } from "../accelerators/accelerator.ts";
import { accelerators } from "../accelerators/index.ts";
import { type Machine, machineOf, select } from "../accelerators/machine.ts";
import type { NumberParameter } from "../parameter.ts";
import { atEqualArea, equalAreaMm2 } from "./equal-area.ts";
import { areaMm2 } from "./machine-report.ts";
import { pricingOf } from "./pricing.ts";

const { dense } = accelerators;
const all = Object.keys(accelerators).map((name) => select(name));

describe.each(["65", "28"])("are machines at equal area as large as fits, at %s nm?", (node) => {
  const pricing = pricingOf({ node });
  const target = equalAreaMm2(all, pricing);
  const grown = atEqualArea(all, pricing);

  it.each(grown.map((machine): [string, Machine] => [machine.label, machine]))("%s", (name, machine) => {
    const { grows, parameters: declared } = machine.accelerator;
    const asked = select(name);
    if (name === "swg") return expect(machine).toEqual(asked);
    const size = machine.parameters[grows] as number;
    expect(machine.parameters).toEqual({ ...asked.parameters, [grows]: size });
    expect(areaMm2(machine, pricing)).toBeLessThanOrEqual(target);
    const { max = 1024 } = declared[grows] as NumberParameter;
    const larger = { ...machine, parameters: { ...machine.parameters, [grows]: size + 1 } };
    expect(size === max || areaMm2(larger, pricing) > target).toBe(true);
  });
});

describe("what decides the area?", () => {
  const pricing = pricingOf();
  const trainware = [select("trainware")];

  it("the SWG of the run; a default one where there is none", () => {
    const small = [select("swg", { columns: 8 }), ...trainware];
    expect(equalAreaMm2(small, pricing)).toBeLessThan(equalAreaMm2(trainware, pricing));
    expect(equalAreaMm2(trainware, pricing)).toBe(areaMm2(select("swg"), pricing));
    const columns = (machines: Machine[]) => atEqualArea(machines, pricing).at(-1)!.parameters.columns;
    expect(columns(small)).toBeLessThan(columns(trainware) as number);
  });

  it("a size without end, on which the area does not depend, is the most that it may be", () => {
    const endless: Accelerator = {
      ...dense,
      parameters: { ...dense.parameters, macs: { value: 1, unit: "MACs", about: "", max: 2 ** 53 - 1 } },
      components: ({ macs: _, ...others }) => dense.components({ ...select("dense").parameters, ...others }),
    };
    const [grown] = atEqualArea([machineOf("endless", endless)], pricing);
    expect(grown.parameters.macs).toBe(2 ** 53 - 1);
  });

  it("not a size that was given, and no room smaller than the least array", () => {
    expect(() => atEqualArea([select("trainware", { columns: 8 })], pricing)).toThrow(
      "parameter trainware.columns cannot be given at equal area, which decides it, got 8",
    );
    const large = [select("swg", { columns: 1 }), select("trainware", { localBufferKib: 8192 })];
    expect(() => atEqualArea(large, pricing)).toThrow(/^trainware must fit in the [\d.]+ mm2 of swg, takes /);
  });
});
