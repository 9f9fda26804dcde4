import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partlyLeftOut, writePartialTrace } from "../../test/partial-trace.ts";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import type { StepsReport } from "../sweep/drift.ts";
import { openTrace, writeTraceFile } from "../trace/file.ts";
import { bitmapsOnly, memoryTrace } from "../trace/memory-trace.ts";
import type { LayerTrace } from "../trace/trace.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-run-steps-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "training.safetensors");

/** A text as if its lines had never been cut to the width of a terminal. */
const unwrapped = (text: string): string => text.replace(/\s+/g, " ");

/** Every other value of both maps is zero. */
const thinned = ({ weightGradient: _, ...layer }: LayerTrace): LayerTrace => ({
  ...layer,
  fmap: layer.fmap.map((value, i) => (i % 2 === 0 ? value : 0)),
  emap: layer.emap.map((value, i) => (i % 2 === 0 ? value : 0)),
});

beforeAll(() => {
  const tiny = openTrace(tinyTrace);
  const layers = ["conv2", "fc"].map((name) => tiny.read(name));
  const step = (number: number, of: LayerTrace[]) =>
    memoryTrace(path, { ...tiny.labels, step: number, optimizerStep: number / 2 }, of);
  writeTraceFile(path, [step(0, layers), step(100, layers.map(thinned)), step(200, [thinned(layers[1])])]);
});

describe("what does swg run say of several steps?", () => {
  it("each step's own report, the same as if it were alone, and the drift", async () => {
    const several = JSON.parse((await swg(`run --trace ${path} --format json`)).out) as StepsReport;
    expect(several.steps.map(({ trace }) => trace.step)).toEqual([0, 100, 200]);
    const alone = JSON.parse((await swg(`run --trace ${path} --steps 100 --format json`)).out);
    expect(several.steps[1]).toEqual(alone);
    const [first, second] = several.drift.steps;
    expect(first).toMatchObject({ step: 0, optimizerStep: 0, validMacs: several.steps[0].totals.validMacs });
    expect(second.results.swg.cycles).toBe(alone.totals.results.swg.cycles);
    expect(second.densities.fmap).toBeLessThan(0.6 * first.densities.fmap);
    expect(several.drift.layers.map(({ name, steps }) => [name, steps.length])).toEqual([
      ["conv2", 2],
      ["fc", 3],
    ]);
  });

  it("for people: every step, then a table of the steps and one of the layers", async () => {
    const { out } = await swg(`run --trace ${path} --accelerators swg,dense`);
    for (const step of [0, 100, 200]) expect(unwrapped(out)).toContain(`training step ${step}, batch 2`);
    const drift = out.slice(out.indexOf("Drift over training"));
    expect(drift).toMatch(/^Drift over training: weight gradients of digits on .*, steps 0, 100, 200\n/);
    expect(drift).toMatch(/^ 100 +50 +[\d.]+ % /m);
    expect(drift).toMatch(/^conv2 +[\d.]+ % +[\d.]+ % /m);
    expect(drift).toMatch(/^From step 0 to step 200 the nonzeros of the fmap go from [\d.]+ % to [\d.]+ %/m);
  });

  it("as CSV: the lines of every step, the step first", async () => {
    const lines = (await swg(`run --trace ${path} --accelerators swg --format csv`)).out
      .trimEnd()
      .split("\r\n");
    expect(lines.map((line) => line.split(",", 3).join())).toEqual([
      "step,layer,accelerator",
      "0,conv2,swg",
      "0,fc,swg",
      "100,conv2,swg",
      "100,fc,swg",
      "200,fc,swg",
    ]);
  });

  it("--out: a page of the drift with its figure, and each step's report in a folder", async () => {
    const out = join(folder, "out");
    const { code, err } = await swg(`run --trace ${path} --accelerators swg --steps 0,100 --out ${out}`);
    expect(code).toBe(0);
    expect(err).toMatch(/wrote \S+step-100 \(\d+ files\)\n/);
    expect(readdirSync(out).sort()).toEqual([
      "figures",
      "report.csv",
      "report.html",
      "report.json",
      "report.txt",
      "step-0",
      "step-100",
    ]);
    expect(readdirSync(join(out, "step-0"))).toContain("report.html");
    expect(readFileSync(join(out, "figures", "drift.csv"), "utf8")).toMatch(/^step,fmap,emap,mask,/);
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain('<figure id="drift">');
  });
});

describe("do several steps say what the trace does not hold?", () => {
  const partial = join(folder, "partial.safetensors");
  const sentence =
    "Left out: 2 of 4 operators with weights (50.0 %); their gradients are in none of these numbers.";
  beforeAll(() => void writePartialTrace(partial, [0, 100]));
  const line = () => `run --trace ${partial} --accelerators dense`;

  it("in the table, the JSON and the CSV of every step", async () => {
    const { out } = await swg(line());
    expect(unwrapped(out.slice(out.indexOf("Drift over")))).toContain(sentence);
    const { steps } = JSON.parse((await swg(`${line()} --format json`)).out) as StepsReport;
    for (const { coverage } of steps)
      expect(coverage).toMatchObject({ leftOutWithWeights: 2, leftOut: partlyLeftOut });
    const rows = (await swg(`${line()} --format csv`)).out.split("\r\n");
    expect(rows.filter((row) => /^(0|100),up[12],,.*left out: MyConv: an operator/.test(row))).toHaveLength(
      4,
    );
  });

  it("a sweep says it too, once where it is true of every value, and else of which", async () => {
    const whole = await swg(`sweep dense.macs=64,128 ${line().slice(4)} --steps 0`);
    expect(unwrapped(whole.out).split(sentence)).toHaveLength(3);
    const csv = (await swg(`sweep dense.macs=64,128 ${line().slice(4)} --steps 0 --format csv`)).out;
    expect(csv).toMatch(/^64,,+2,2,4,2,up1,left out: MyConv: an operator that nobody knows\r$/m);
    const one = writePartialTrace(join(folder, "one.safetensors"));
    const { out } = await swg(`sweep trace=${one},${tinyTrace} --accelerators dense`);
    expect(unwrapped(out)).toContain(`At trace one: ${sentence}`);
  });

  it("steps that have other layers are no drift, which is said", async () => {
    const { out } = await swg(`run --trace ${path} --accelerators dense`);
    expect(unwrapped(out)).toContain(
      "Mind that the steps do not have the same layers, over which their sums are: " +
        "2 in step 0, 2 in step 100 and 1 in step 200.",
    );
  });
});

describe("what if a step is not there, or one is needed?", () => {
  it.each([
    ["run --steps 7", 'unknown step "7"; known: 0, 100, 200'],
    ["run --steps 0,0", '--steps names "0" twice'],
    ["verify --steps 7", 'unknown step "7"; known: 0, 100, 200'],
    ["sweep swg.chunks=2,3", "has the steps 0, 100, 200; one is needed, as --steps 0"],
  ])("%s", async (command, message) => {
    const { code, out, err } = await swg(`${command} --trace ${path}`);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error: .*\n$/);
    expect(err).toContain(message);
  });

  it("--steps without a trace", async () => {
    expect((await swg("run --network vgg8 --steps 0")).err).toBe(
      "error: --steps goes with --trace, not with --network\n",
    );
  });

  it("a sweep takes the one that is named", async () => {
    expect((await swg(`sweep swg.chunks=2,3 --trace ${path} --steps 200 --accelerators swg`)).code).toBe(0);
  });
});

describe("what does swg verify say of several steps, and of bitmaps?", () => {
  it("a line for each layer of each step; a gradient that is not there is not computed", async () => {
    const { code, out } = await swg(`verify --trace ${path}`);
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.split(/ {2,}/).slice(0, 2).join(": "))).toEqual([
      "0/conv2: right",
      "0/fc: right",
      "100/conv2: no reference",
      "100/fc: no reference",
      "200/fc: no reference",
      "2 of 5 layers have a reference; all of these are right",
      "not verified: 100/conv2, 100/fc, 200/fc",
      "",
    ]);
  });

  it("bitmaps beside values are named as not verified", async () => {
    const both = join(folder, "both.safetensors");
    writeTraceFile(both, [openTrace(path, 0), bitmapsOnly(openTrace(path, 100))]);
    const { code, out } = await swg(`verify --trace ${both}`);
    expect(code).toBe(0);
    expect(out).toMatch(/100\/fc +no values\n2 of 4 layers .*\nnot verified: 100\/conv2, 100\/fc\n$/);
    expect((await swg(`verify --trace ${both} --steps 100`)).code).toBe(1);
  });

  it("bitmaps alone have nothing to verify: one line, and exit 1", async () => {
    const bitmaps = join(folder, "bitmaps.safetensors");
    writeTraceFile(bitmaps, [bitmapsOnly(openTrace(path, 0))]);
    const { code, out, err } = await swg(`verify --trace ${bitmaps}`);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe(`error: ${bitmaps}: nothing to verify: 2 of 2 layers have no values, only bitmaps\n`);
  });
});
