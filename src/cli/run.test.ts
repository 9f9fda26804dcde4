import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import { accelerators } from "../accelerators/index.ts";
import type { Report } from "../report/report.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = `run --trace ${tinyTrace} --layers conv4,conv1`;
const report = async (line: string): Promise<Report> => {
  const { code, out, err } = await swg(`${line} --format json`);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
};
const parametersOf = async (flags: string, machine = "dense") =>
  (await report(`${run} --accelerators ${machine} ${flags}`)).machines[machine].parameters;

describe("what does swg run print?", () => {
  it("a table of swg, trainware and dense by default", async () => {
    const { code, out, err } = await swg(run);
    expect([code, err]).toEqual([0, ""]);
    for (const words of ["conv1", "conv4", "swg", "trainware", "dense", "total"])
      expect(out).toContain(words);
    for (const words of ["conv2", "tensordash"]) expect(out).not.toContain(words);
  });

  it("every machine with --accelerators all, in lines of a terminal's 80 characters", async () => {
    const { totals } = await report(`${run} --accelerators all`);
    expect(Object.keys(totals.results)).toEqual(Object.keys(accelerators));
    const { out } = await swg(`${run} --accelerators all`);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("--layers takes patterns, and each layer once", async () => {
    const { layers } = await report(`run --trace ${tinyTrace} --accelerators dense --layers fc,conv?,*v1`);
    expect(layers.map(({ name }) => name).sort()).toEqual(["conv1", "conv2", "conv3", "conv4", "fc"]);
    expect((await swg(`run --trace ${tinyTrace} --layers conv*,conv*`)).err).toBe(
      'error: --layers names "conv*" twice\n',
    );
  });

  it("--why: what each lifted limit is worth, in words and in JSON, and nothing else changes", async () => {
    const { why, ...rest } = await report(`${run} --accelerators swg --why`);
    expect(rest).toEqual(await report(`${run} --accelerators swg`));
    const { out } = await swg(`${run} --accelerators swg --why`);
    expect(out).toMatch(/\nWhy is swg not faster\? /);
    for (const { words } of why!.limits) expect(out).toContain(`\n${words} `);
  });

  it("Markdown and LaTeX, of one training step alone", async () => {
    expect((await swg(`${run} --format markdown`)).out).toMatch(/\n\| machine \| cycles \| mm2 \| /);
    expect((await swg(`${run} --format latex`)).out).toMatch(/\\toprule\n/);
    const several = "run --trace test/data/recorded/f32.safetensors --accelerators dense";
    expect((await swg(`${several} --format latex`)).err).toMatch(
      /^error: --format latex is of one training step, the trace has \d+; --steps chooses one\n$/,
    );
  });

  it("only JSON with --format json, the same on two runs", async () => {
    const { out } = await swg(`${run} --format json`);
    expect(Object.keys(JSON.parse(out))).toEqual([
      "schemaVersion",
      "engine",
      "trace",
      "coverage",
      "pricing",
      "subject",
      "machines",
      "layers",
      "totals",
    ]);
    expect((await swg(`${run} --format json`)).out).toBe(out);
  });

  it("the machines asked for, in that order", async () => {
    const { totals } = await report(`${run} --accelerators dense,trainware`);
    expect(Object.keys(totals.results)).toEqual(["dense", "trainware"]);
    expect(Object.keys(totals.results.dense.speedupOver)).toEqual(["trainware"]);
  });

  it("CSV", async () => {
    const { out } = await swg(`${run} --format csv --accelerators dense`);
    expect(out.split("\r\n").map((line) => line.split(",")[0])).toEqual(["layer", "conv1", "conv4", ""]);
  });

  it("the phases asked for, in JSON, in the table and in CSV", async () => {
    const line = `${run} --accelerators lnpu-swg,swg,lnpu --set lnpu-swg.format=bf16 --phases ff,bp,wg`;
    const { layers, totals } = await report(line);
    expect(layers.map(({ phases }) => Object.keys(phases!))).toEqual([
      ["ff", "wg"],
      ["ff", "bp", "wg"],
    ]);
    expect(Object.keys(totals.phases!.bp!)).toEqual(["lnpu-swg", "lnpu"]);
    expect(totals.phases!.wg).toEqual(totals.results);
    expect(totals.results["lnpu-swg"].cycles).toBe(totals.results.swg.cycles);
    expect(totals.phases!.ff!["lnpu-swg"]).toMatchObject({ cycles: totals.phases!.ff!.lnpu.cycles });
    expect((await swg(line)).out).toContain("Phases of the training step");
    const csv = (await swg(`${line} --format csv`)).out.trimEnd().split("\r\n").slice(1);
    expect(csv.filter((row) => row.endsWith(",bp"))).toHaveLength(2);
    expect(csv).toHaveLength(2 * 3 + 2 * 2 + 2);
  });

  it("the ablation where it is wanted", async () => {
    const line = `run --trace ${tinyTrace} --layers conv1 --accelerators swg --ablation`;
    expect((await swg(line)).out).toContain("without the valid-data trace");
    const { ablation, totals } = await report(line);
    expect(ablation?.full.limitedPorts.cycles).toBe(totals.results.swg.cycles);
  });

  it("progress on a terminal, on standard error alone, taken back at the end", async () => {
    const { out, err } = await swg(`${run} --accelerators dense --format json`, true);
    expect(() => JSON.parse(out)).not.toThrow();
    const [before, ...shown] = err.split("\r\u001b[2K");
    expect(before).toBe("");
    expect(shown).toEqual(["[0.0 %] conv1", expect.stringMatching(/^\[\d\d\.\d %\] conv4$/), ""]);
  });
});

describe("where do a machine's parameters come from?", () => {
  const path = join(folder, "machine.json");

  it("from the machine, unless --set says otherwise", async () => {
    expect(await parametersOf("")).toEqual({
      macs: 256,
      format: "bf16",
      clockMhz: 200,
      localBufferKib: 512,
      globalBufferReadBytes: 128,
    });
    expect(await parametersOf("--set dense.macs=7")).toMatchObject({ macs: 7 });
    const given = { unlimitedPorts: true, format: "int8" };
    const flags = "--set trainware.unlimitedPorts=true --set trainware.format=int8";
    expect(await parametersOf(flags, "trainware")).toMatchObject(given);
  });

  it.each(Object.keys(accelerators))("from a file that swg list %s printed", async (machine) => {
    writeFileSync(path, (await swg(`list ${machine} --format json`)).out);
    expect(await parametersOf(`--machine ${path}`, machine)).toEqual(await parametersOf("", machine));
  });

  it("from a file of plain values; --set is stronger", async () => {
    writeFileSync(path, '{"accelerator":"trainware","parameters":{"columns":4,"rows":{"value":5}}}');
    const flags = `--machine ${path} --set trainware.rows=6`;
    expect(await parametersOf(`--machine ${path}`, "trainware")).toMatchObject({ columns: 4, rows: 5 });
    expect(await parametersOf(flags, "trainware")).toMatchObject({ columns: 4, rows: 6 });
  });
});

describe("are figures drawn as --width and --labels say?", () => {
  const line = "run --trace test/data/tiny.safetensors --layers fc --accelerators dense";

  it("one line for what cannot be", async () => {
    const wrong = async (flags: string) => (await swg(`${line} ${flags}`)).err;
    expect(await wrong("--width column")).toBe(
      "error: --width and --labels are of figures, which --out writes\n",
    );
    expect(await wrong("--out no/such --width wide")).toBe(
      'error: unknown width "wide"; known: page, column\n',
    );
    expect(await wrong("--out no/such --labels dense")).toBe(
      'error: --labels must be NAME=LABEL,... is "dense"\n',
    );
    expect(await wrong("--out no/such --labels swg=SWG")).toBe(
      'error: unknown machine or layer "swg"; known: dense, fc\n',
    );
  });
});

describe("does --mapping force a mapping?", () => {
  const line = "run --trace test/data/tiny.safetensors --layers conv2 --accelerators swg,dense --format json";
  const mapped = async (asked: string) => swg(`${line} --mapping ${asked}`);

  it("on both engines, with the numbers that are asked for", async () => {
    const { out } = await mapped("teamColumns=2,channelSlices=4");
    const { results } = JSON.parse(out).layers[0];
    expect(results.swg.mapping).toMatch(/^teams of 2 columns, 4 channel x /);
    expect((await swg(`${line} --mapping teamColumns=2,channelSlices=4 --engine reference`)).out).toBe(
      out.replace('"engine": "fast"', '"engine": "reference"'),
    );
  });

  it("one line for what cannot be", async () => {
    expect((await mapped("channelSlices=0")).err).toMatch(
      /^error: --mapping must be NUMBER=VALUE,\.\.\. such as channelSlices=8, is "channelSlices=0"\n$/,
    );
    expect((await mapped("slices=8")).err).toMatch(
      /^error: unknown number of a mapping "slices"; known: domains, /,
    );
    expect((await mapped("passRows=1,passRows=2")).err).toBe("error: --mapping gives passRows twice\n");
    expect((await mapped("teamColumns=3")).err).toMatch(
      /^error: [^\n]*layer "conv2" fits no mapping with teamColumns=3; with fewer of these numbers [^\n]*\n$/,
    );
    expect((await swg("run --network vgg8 --accelerators dense --mapping passRows=1")).err).toBe(
      "error: --mapping needs swg or lnpu-swg in this run; in it: dense\n",
    );
  });
});

describe("what does --out write?", () => {
  const dense = `${run} --accelerators dense`;

  it("JSON, CSV and text, the same as printed, a page, figures, and nothing else", async () => {
    const out = join(folder, "made", "here");
    const { code, err } = await swg(`${dense} --out ${out}`);
    expect(code).toBe(0);
    expect(err.split("\n").map((line) => line.replace(out, "OUT"))).toEqual([
      ...["json", "csv", "txt", "html"].map((extension) => `wrote OUT/report.${extension}`),
      "wrote OUT/figures (8 figures, each as SVG, PDF, PNG and CSV)",
      "",
    ]);
    const names = ["report.csv", "report.html", "report.json", "report.txt"];
    expect(readdirSync(out).sort()).toEqual(["figures", ...names]);
    expect(readdirSync(join(out, "figures"))).toHaveLength(32);
    const written = (name: string) => readFileSync(join(out, name), "utf8");
    expect(written("report.json")).toBe((await swg(`${dense} --format json`)).out);
    expect(written("report.csv")).toBe((await swg(`${dense} --format csv`)).out);
    expect(written("report.txt")).toBe((await swg(dense)).out);
    // layers that were not asked for are said in a sentence, without a table that has nothing in it
    expect(written("report.html")).toContain("These numbers are of 2 of 5 layers, chosen by --layers.");
    expect(written("report.html")).not.toContain("<tbody></tbody>");
  });

  it("nothing at all where one file cannot be written", async () => {
    const out = join(folder, "blocked");
    mkdirSync(out);
    writeFileSync(join(out, "figures"), "a file where a folder is needed");
    const { code, out: printed, err } = await swg(`${dense} --out ${out}`);
    expect([code, printed]).toEqual([1, ""]);
    expect(err).toBe(`error: ${join(out, "figures")}: folder cannot be made: is there already (EEXIST)\n`);
    expect(readdirSync(out)).toEqual(["figures"]);
  });
});

describe("does a network run without a trace?", () => {
  const network = "run --network vgg8 --batch 1 --accelerators dense --format json";

  it("on made-up zeros, the same for the same seed", async () => {
    const { code, out } = await swg(network);
    expect(code).toBe(0);
    const { trace, layers } = JSON.parse(out);
    expect(trace).toEqual({ network: "vgg8", dataset: "synthetic", step: 0, batch: 1 });
    expect(layers).toHaveLength(6);
    expect((await swg(`${network} --seed 1`)).out).toBe(out);
    expect((await swg(`${network} --seed 2`)).out).not.toBe(out);
  });

  it("with densities as asked for", async () => {
    const { layers } = JSON.parse(
      (await swg(`${network} --density fmap=.4,emap=.3,mask=.2 --zeros coins`)).out,
    );
    for (const { densities } of layers) {
      expect(densities.fmap).toBeCloseTo(0.4, 1);
      expect(densities.emap).toBeCloseTo(0.3, 1);
      expect(densities.mask).toBeCloseTo(0.2, 1);
    }
  });
});

describe("do both engines give the same answer?", () => {
  it("the same JSON but for the engine's name", async () => {
    const of = (engine: string) => report(`run --trace ${tinyTrace} --layers conv1,fc --engine ${engine}`);
    const [fast, reference] = [await of("fast"), await of("reference")];
    expect(fast).toEqual({ ...reference, engine: "fast" });
    expect(reference.engine).toBe("reference");
  });
});
