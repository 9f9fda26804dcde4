import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import { startSwg } from "../../test/start-swg.ts";
import type { Report } from "../report/report.ts";
import type { Sweep } from "../sweep/sweep.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-module-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A module as somebody would write it, of a dense array; `more` stands in its declaration. */
const moduleText = (more = "", exported = "export default mine;") => `
import { accelerator, type Activity, accelerators, denseMacs, emptyBreakdown, noEvents } from "swg-sim";
type Values = { readonly macs: number; readonly clever: boolean };
const simulate = ({ layer }: { layer: Parameters<typeof denseMacs>[0] }, { macs }: Values): Activity => {
  const busy = denseMacs(layer);
  const cycles = Math.ceil(busy / macs);
  const breakdown = { ...emptyBreakdown(), busy, mapping: cycles * macs - busy };
  return { cycles, macs, mapping: "dense", breakdown, events: { ...noEvents(), macs: busy } };
};
const mine = accelerator({
  title: "Mine",
  source: "a test",
  free: [],
  parameters: {
    macs: { value: 64, unit: "MACs", about: "multipliers", max: 4096 },
    clever: { value: false, about: "does nothing" },
  },
  grows: "macs",
  simulate,
  components: ({ macs }) => ({
    clockMhz: 200, format: "bf16", macs, groupMacs: macs, memories: {}, logic: [], peMacs: 1, longestWayGates: 60,
  }),
  ${more}
});
${exported}
`;
const mine = file("mine.ts", moduleText());
const several = file(
  "several.ts",
  moduleText(
    "",
    'export default { first: mine, second: { ...mine, title: "Second" }, known: accelerators.swg };',
  ),
);

const run = `run --trace ${tinyTrace} --layers conv4,fc`;
const report = async (line: string): Promise<Report> => {
  const { code, out, err } = await swg(`${line} --format json`);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
};

describe("does a machine of one's own run beside the others?", () => {
  const machines = `swg,c2=swg:chunks=1:listAhead=1,${mine},lnpu`;

  it("under its file's name, with its hash; variants of one machine under labels", async () => {
    const { machines: found, totals, subject } = await report(`${run} --accelerators ${machines}`);
    expect(Object.keys(found)).toEqual(["swg", "c2", "mine", "lnpu"]);
    expect(subject).toBe("swg");
    expect(found.c2).toMatchObject({ accelerator: "swg", declared: { chunks: 2, listAhead: 8 } });
    expect(found.mine).toMatchObject({ title: "Mine", module: { path: mine } });
    expect(found.mine.module!.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(found.mine).not.toHaveProperty("accelerator");
    expect(totals.results.mine.cycles).toBe(Math.ceil(totals.results.mine.events.macs / 64));
    expect(totals.results.c2.cycles).toBeGreaterThan(totals.results.swg.cycles);
  });

  it("a variant is the machine with those parameters", async () => {
    const variant = await report(`${run} --accelerators c2=swg:chunks=3`);
    const set = await report(`${run} --accelerators swg --set swg.chunks=3`);
    expect(variant.totals.results.c2).toEqual(set.totals.results.swg);
    expect(variant.subject).toBe("c2");
    const last = await report(`${run} --accelerators c2=swg:chunks=1 --set c2.chunks=3`);
    expect(last.totals.results.c2).toEqual(set.totals.results.swg);
  });

  it("with phases, ablation, equal area, a page and figures; in threads as in one", async () => {
    const out = join(folder, "out");
    const small = `run --trace ${tinyTrace} --layers conv1`;
    const line = `${small} --accelerators ${machines} --phases ff,bp,wg --ablation --format json`;
    const alone = await swg(`${line} --threads 1 --out ${out}`);
    expect([alone.code, alone.err.split("\n")[0]]).toEqual([0, `wrote ${join(out, "report.json")}`]);
    expect((await startSwg(`${line} --threads 2`).ended).out).toBe(alone.out);
    const { phases } = (JSON.parse(alone.out) as Report).totals;
    expect(Object.keys(phases!.ff!)).toEqual(["lnpu"]);
    const area = await report(`${small} --accelerators swg,half=swg:chunks=2,${mine} --equal-area`);
    expect(area.machines.mine.parameters.macs).toBeGreaterThan(256);
    expect(area.machines.half.areaMm2.total).toBeLessThanOrEqual(area.equalAreaMm2!);
  });

  it("and can be swept, with its parameter's unit", async () => {
    const { code, out } = await swg(
      `sweep mine.macs=32,64 --trace ${tinyTrace} --layers fc --accelerators swg,${mine} --format json`,
    );
    expect(code).toBe(0);
    const { axis, points } = JSON.parse(out) as Sweep;
    expect(axis).toEqual({ name: "mine.macs", values: [32, 64], unit: "MACs" });
    expect(points.map((point) => point.report.totals.results.mine.macs)).toEqual([32, 64]);
  });

  it("of a record each under its key, or one of them; the program's own stay what they are", async () => {
    const all = await report(`${run} --accelerators ${several}`);
    expect(Object.keys(all.machines)).toEqual(["first", "second", "known"]);
    expect(all.machines.second.module).toMatchObject({ path: several, key: "second" });
    expect(all.subject).toBe("known");
    const one = await report(`${run} --accelerators it=${several}#second:macs=32`);
    expect(one.machines.it).toMatchObject({ title: "Second", parameters: { macs: 32 } });
  });

  it("is listed, checked, and described by a machine file", async () => {
    expect((await swg(`list ${mine}`)).out).toMatch(/^mine: Mine\nfrom: a test\nphases: wg\n/);
    const checked = await swg(`check ${mine} --layers 10`);
    expect(checked).toMatchObject({ code: 0, err: "" });
    expect(checked.out).not.toContain("OFF");
    const described = file("machine.json", (await swg(`list ${mine} --format json`)).out.replace("64", "16"));
    const { machines: found } = await report(`${run} --accelerators ${mine} --machine ${described}`);
    expect(found.mine.parameters.macs).toBe(16);
    const twice = await report(
      `${run} --accelerators other=${mine},${mine} --machine other=${described.replace("machine", "other")}`.replace(
        described.replace("machine", "other"),
        file("other.json", JSON.stringify({ accelerator: "mine", parameters: { macs: 8 } })),
      ),
    );
    expect(twice.machines.other.parameters.macs).toBe(8);
    expect(twice.machines.mine.parameters.macs).toBe(64);
  });
});

describe("what does a module that is none say?", () => {
  const plain = (change: string) =>
    `const m = { title: "t", source: "s", free: [], parameters: { macs: { value: 1, unit: "MACs", about: "a" } }, grows: "macs",
      simulate() {}, components: () => ({ clockMhz: 1, format: "bf16", macs: 1, groupMacs: 1, memories: {}, logic: [],
      peMacs: 1, longestWayGates: 1 }) };
    ${change}
    export default m;`;

  it.each([
    ["", "default export must be accelerator({...}) or a record of them by label, is missing"],
    ["export default 7;", "default export must be accelerator({...}) or a record of them by label, is 7"],
    ["export default {};", "default export must be accelerator({...}) or a record of them by label, is {}"],
    ["throw new Error('no\\nway');", /^cannot be loaded: no \(bad\d*\.mjs:1\)$/],
    ["export default {{;", /^cannot be loaded: /],
    ["import 'nothing-of-that-name';", /^cannot be loaded: .*nothing-of-that-name/],
    [plain("m.title = 1;"), "title must be text, is 1"],
    [plain("delete m.free;"), "free must be a list, is missing"],
    [plain("m.sim = 1;"), /^unknown field "sim"; known: title, /],
    [plain("m.simulate = 1;"), "simulate must be a function, is 1"],
    [plain("m.forward = 1;"), "forward must be a function, is 1"],
    [plain("m.grows = 'rows';"), 'grows must name a parameter that is a number, macs, is "rows"'],
    [plain("m.pricedAsLnpu = ['up'];"), 'pricedAsLnpu must name phases, ff, bp, wg, has "up"'],
    [plain("m.parameters['a b'] = { value: 1 };"), /^parameter "a b" must be named by a letter/],
    [
      plain("m.parameters.macs.value = 0;"),
      /^parameter "macs": value must be a whole number from 1 to 1024, is 0$/,
    ],
    [plain("delete m.parameters.macs.unit;"), 'parameter "macs": unit must be text, is missing'],
    [
      plain("m.components = () => { throw new TypeError('odd'); };"),
      /^components fails: odd \(bad\d*\.mjs:\d+\)$/,
    ],
    [plain("m.components = () => ({});"), "components: clockMhz must be a number of at least 1, is missing"],
  ])("%.60s", async (text, message) => {
    const path = file(`bad${Math.abs(hash(text))}.mjs`, text);
    const { code, out, err } = await swg(`${run} --accelerators ${path}`);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error: [^\n]+\n$/);
    const said = err.replace(`error: ${path}: `, "").trimEnd();
    if (typeof message === "string") expect(said).toBe(message);
    else expect(said).toMatch(message);
  });

  it("what fails in a run names the module and the place", async () => {
    const path = file("fails.mjs", plain("m.simulate = () => { throw new TypeError('odd'); };"));
    const { code, err } = await swg(`${run} --accelerators ${path}`);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .*fails\.mjs: simulate fails: odd \(fails\.mjs:\d+\)\n$/);
    const miscounts = file(
      "miscounts.mjs",
      plain("m.simulate = () => ({ cycles: 1, macs: 1, mapping: '', breakdown: {}, events: {} });"),
    );
    expect((await swg(`${run} --accelerators ${miscounts}`)).err).toMatch(
      /^error: machine "t", layer "conv4": breakdown busy must be a whole number of at least 0, is missing\n$/,
    );
  });

  it("one that waits for what never comes ends with 1, and says so", async () => {
    const path = file("waits.mjs", "await new Promise(() => {});\nexport default {};");
    const ended = await startSwg(`${run} --accelerators ${path}`).ended;
    expect(ended).toMatchObject({ code: 1, out: "", err: "error: ended before it was done\n" });
  });

  it.each([
    ["nowhere/mine.ts", "nowhere/mine.ts: no such file"],
    ["./mine.json", "./mine.json: a module of machines must end in .ts, .mts, .js, .mjs"],
    [`${mine}#x`, `${mine}: has one machine and none called "x"`],
    [
      `a=${several}`,
      `${several}: has the machines first, second, known; one is needed, as a=${several}#first`,
    ],
    [`a=${several}#x`, `${several}: unknown machine "x"; known: first, second, known`],
    [`lnpu=${mine}`, `${mine}: label must not be "lnpu", the name of another accelerator`],
    [
      "swg:columns=8",
      '--accelerators: "swg:columns=8" changes parameters and needs a label, as s2=swg:columns=8',
    ],
    ["a.b=swg", 'label of "a.b=swg" must be a letter and then up to 63 letters, digits, - and _, is "a.b"'],
    ["density=swg", 'label of "density=swg" must not be "density", which means something else'],
    ["toString=swg", 'label of "toString=swg" must not be "toString", which means something else'],
    ["dense=swg", 'label of "dense=swg" must not be "dense", the name of another accelerator'],
    [
      "a=swg:columns",
      '--accelerators: "a=swg:columns" must have PARAMETER=VALUE after each colon, has "columns"',
    ],
    ["a=swg:columns=8:columns=9", '--accelerators: "a=swg:columns=8:columns=9" gives columns twice'],
    ["a=swg:columns=0", "parameter a.columns must be a whole number from 1 to 1024, got 0"],
    ["a=swg,a=lnpu", '--accelerators has "a" twice; a label tells them apart, as other=a=lnpu'],
    ["a=swgg", /^unknown accelerator "swgg"; known: swg/],
  ])("%s", async (item, message) => {
    const { code, err } = await swg(`${run} --accelerators ${item}`);
    expect(code).toBe(1);
    const said = err.replace(/^error: /, "").trimEnd();
    if (typeof message === "string") expect(said).toBe(message);
    else expect(said).toMatch(message);
  });
});

const hash = (text: string): number =>
  Array.from(text).reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) | 0, 7);

describe("can a module do harm to others?", () => {
  const alone = () => report(`${run} --accelerators swg,dense`);

  it("what it changes in maps and parameters, or keeps of its answers, changes nothing", async () => {
    const changes = `simulate: ({ layer, fmap, emap }, p) => {
      const answer = simulate({ layer }, p);
      fmap.fill(0); emap.fill(0); layer.K = 1; p.macs = 7;
      return { ...answer, breakdown: Object.assign(kept, answer.breakdown) };
    },`;
    const text = moduleText(changes).replace("type Values", "const kept: any = {};\ntype Values");
    const harm = file("harm.ts", text);
    const beside = await report(`${run} --accelerators harm=${harm},${mine},swg,dense`);
    const { swg: own, dense } = (await alone()).totals.results;
    expect(beside.totals.results.swg.cycles).toBe(own.cycles);
    expect(beside.totals.results.dense.breakdown).toEqual(dense.breakdown);
    expect(beside.machines.harm.parameters.macs).toBe(64);
    expect(beside.totals.results.harm.breakdown).toEqual(beside.totals.results.mine.breakdown);
  });

  it.each([
    [
      "macs === 64 ? Number.NaN : 1",
      "components: logic: gateEquivalents must be a number of at least 0, is NaN",
    ],
    ["macs === 64 ? -1 : 1", "components: logic: gateEquivalents must be a number of at least 0, is -1"],
  ])("components are checked for its own parameters: %s", async (gates, message) => {
    const components = `components: ({ macs }) => ({ clockMhz: 200, format: "bf16", macs, groupMacs: macs, memories: {},
      logic: [{ purpose: "interconnect", count: 1, gateEquivalents: ${gates.replace("64", "32")} }], peMacs: 1, longestWayGates: 60 }),`;
    const path = file(`gates${Math.abs(hash(gates))}.ts`, moduleText(components));
    expect((await swg(`${run} --accelerators ${path}`)).code).toBe(0);
    expect((await swg(`${run} --accelerators a=${path}:macs=32`)).err).toBe(`error: ${path}: ${message}\n`);
  });

  it.each([["cycle: 1", 'activity has an unknown field "cycle"']])(
    "an activity with %s",
    async (field, message) => {
      const path = file(
        `field${Math.abs(hash(field))}.ts`,
        moduleText(`simulate: (o, p) => ({ ...simulate(o, p), ${field} }),`),
      );
      const { code, err } = await swg(`${run} --accelerators ${path}`);
      expect(code).toBe(1);
      expect(err).toMatch(/^error: machine "Mine", layer "conv4": [^\n]*\n$/);
      expect(err).toContain(message);
    },
  );
});

describe("can a process node be one's own?", () => {
  const node = {
    nm: 22,
    voltage: 0.8,
    scaling: [["20HP", 1]],
    about: "made up",
    sram: [{ wordBits: 64, bytes: 512, readPj: 1, writePj: 1, leakMw: 0.001, areaMm2: 0.0004 }],
  };

  it("energy and area follow from it, and the report says what it is", async () => {
    const path = file("node.json", JSON.stringify(node));
    const own = await report(`${run} --node ${path}`);
    expect(own.pricing).toMatchObject({ node: path, nm: 22, voltage: 0.8, about: "made up" });
    const known = await report(`${run} --node 28`);
    expect(own.machines.dense.areaMm2.total).toBeLessThan(known.machines.dense.areaMm2.total);
    expect((await swg(`${run} --node ${path}`)).out).toContain(
      "Energy and area at 22 nm, 0.8 V, beside lpddr4",
    );
  });

  it.each([
    [{ nm: 0 }, "nm must be a number from 1 to 1000, is 0"],
    [{ volts: 1 }, 'unknown field "volts"; known: nm, voltage, scaling, sram, about'],
    [{ scaling: [["x", 1]] }, /^scaling must name rows 65, 45HP, .*, has "x"$/],
    [{ scaling: [["20HP", 0.5]] }, "shares of scaling must add up to 1, add up to 0.5"],
    [{ sram: [] }, "sram must be a list of 1 to 10000 macros, is []"],
    [{ sram: [{ ...node.sram[0], readPj: -1 }] }, "sram[0].readPj must be a number from 0 to 1000000, is -1"],
    [{ sram: [node.sram[0], node.sram[0]] }, "sram has a macro of 512 bytes, words of 64 bits twice"],
    [{ voltage: 3, scaling: [["65", 1]] }, "voltage 3 is outside what the rows of scaling hold for"],
    [{ sram: [{ ...node.sram[0], wordBits: 64.5 }] }, /^sram\[0\].wordBits must be a whole number/],
    [{ about: "" }, 'about must say in a line where the numbers come from, is ""'],
  ])("%j", async (change, message) => {
    const path = file("odd.json", JSON.stringify({ ...node, ...change }));
    const { code, err } = await swg(`${run} --node ${path}`);
    expect(code).toBe(1);
    const said = err.replace(`error: ${path}: `, "").trimEnd();
    if (typeof message === "string") expect(said).toBe(message);
    else expect(said).toMatch(message);
  });
});
