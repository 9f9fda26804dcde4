import { describe, expect, it } from "vitest";
import { swg } from "../../test/run-swg.ts";
import { accelerators } from "../accelerators/index.ts";

const names = Object.keys(accelerators);

describe("what machines and parameters are there?", () => {
  it("swg list names every machine and where it comes from", async () => {
    const { code, out } = await swg("list");
    expect(code).toBe(0);
    const width = Math.max(...names.map((name) => name.length));
    for (const name of names) expect(out).toContain(`${name.padEnd(width)}  ${accelerators[name].title}\n`);
    expect(
      JSON.parse((await swg("list --format json")).out).accelerators.map(
        (m: { accelerator: string }) => m.accelerator,
      ),
    ).toEqual(names);
  });

  it("with the phases that each machine computes", async () => {
    const { accelerators } = JSON.parse((await swg("list --format json")).out);
    const phases = Object.fromEntries(
      accelerators.map((m: { accelerator: string; phases: string[] }) => [m.accelerator, m.phases]),
    );
    expect(phases).toMatchObject({ swg: ["wg"], lnpu: ["ff", "bp", "wg"], "lnpu-swg": ["ff", "bp", "wg"] });
    expect((await swg("list")).out).toMatch(/ phases: ff, bp, wg\n/);
    expect((await swg("list lnpu")).out).toMatch(/^phases: ff, bp, wg$/m);
  });

  it.each(names)(
    "swg list %s shows each parameter's default, range and meaning within 120 characters",
    async (name) => {
      const { out } = await swg(`list ${name}`);
      for (const parameter of Object.keys(accelerators[name].parameters))
        expect(out).toContain(`\n${parameter} `);
      expect(out.split("\n").filter((line) => line.length > 120)).toEqual([]);
    },
  );

  it("as JSON, with units, ranges and choices", async () => {
    const { accelerator, parameters } = JSON.parse((await swg("list trainware --format json")).out);
    expect(accelerator).toBe("trainware");
    expect(parameters.columns).toMatchObject({ value: 16, unit: "columns", min: 1, max: 1024 });
    expect(parameters.format.choices).toContain("bf16");
    expect(parameters.unlimitedPorts).toEqual({ value: false, about: expect.any(String) });
  });

  it("swg list energy shows each price, its source, and what was recalled or derived, within 120 characters", async () => {
    const { code, out } = await swg("list energy");
    expect(code).toBe(0);
    expect(out).toMatch(/mul +fp16 +45 +1\.1 +1640 +Horowitz ISSCC 2014 +energy yes;/);
    expect(out).toContain("area recalled");
    expect(out).toMatch(/A gate equivalent that toggles takes 1\.02 fJ at 45 nm and 0\.9 V/);
    expect(out).toMatch(/adder +int32 +0\.100 +0\.111 +1\.11 +fitted/);
    expect(out).toMatch(/multiplier +int8 +0\.200 +0\.212 +1\.06/);
    expect(out).toMatch(/lpddr4 +8 +2048 +1,818/);
    expect(out.split("\n").filter((line) => line.length > 120)).toEqual([]);
    const { nodes } = JSON.parse((await swg("list energy --format json")).out);
    expect(nodes.map(({ name }: { name: string }) => name)).toEqual(["28", "65"]);
    expect(nodes[1].sram).toHaveLength(30);
  });

  it("swg list fairness shows what each machine is charged for, and what is free for it, within 120 characters", async () => {
    const { code, out } = await swg("list fairness");
    expect(code).toBe(0);
    expect(out.split("\n").filter((line) => line.length > 120)).toEqual([]);
    expect(out).toMatch(/^swg +256 +bf16 +1\d\.\d +valid data trace/m);
    expect(out).toMatch(/fmap buffers +256 +64 +64 +1 read, 1 write +SRAM/);
    expect(out).toContain("no bank conflicts");
    const machines = JSON.parse((await swg("list fairness --format json")).out);
    for (const { machine, areaMm2, memories, free } of machines) {
      const parts = Object.values(areaMm2.parts as Record<string, number>);
      expect(parts.reduce((sum, mm2) => sum + mm2, 0)).toBeCloseTo(areaMm2.total, 9);
      expect(memories.map(({ name }: { name: string }) => name)).toContain("globalBuffer");
      expect(free.length, machine).toBeGreaterThan(0);
    }
  });

  it("swg list resnet50 shows its layers", async () => {
    const { out } = await swg("list resnet50");
    expect(out).toMatch(/layer4\.2\.conv3/);
    expect(JSON.parse((await swg("list resnet50 --format json")).out).layers).toHaveLength(54);
    expect(JSON.parse((await swg("list --format json")).out).networks[0]).toMatchObject({
      network: "alexnet",
    });
  });
});
