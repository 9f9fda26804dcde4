import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import { columnWidth } from "../report/figures/svg-text.ts";
import { times } from "../report/format.ts";
import type { Report } from "../report/report.ts";
import type { Sweep } from "../sweep/sweep.ts";
import { sweepFigures } from "../sweep/sweep-figures.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-sweep-"));
afterAll(() => rmSync(folder, { recursive: true }));

const trace = `--trace ${tinyTrace} --layers conv4`;
const network = "--network vgg8 --layers conv_13 --accelerators swg,dense --zeros coins";
const fewImages = `${network} --batch 2`;

/** What a line gave as JSON, run once however often it is asked for: the same line gives the same bytes, which others test. */
const known = new Map<string, string>();
const json = async <T>(line: string): Promise<T> => {
  if (!known.has(line)) {
    const { code, out, err } = await swg(`${line} --format json`);
    expect([code, err]).toEqual([0, ""]);
    known.set(line, out);
  }
  return JSON.parse(known.get(line)!);
};

describe("is every point of a sweep the run at that value?", () => {
  it.each([
    ["swg.columns=4,8", trace, (value: unknown) => `${trace} --set swg.columns=${value}`],
    ["swg.vdt=none,both", trace, (value: unknown) => `${trace} --set swg.vdt=${value}`],
    [
      "swg.rows=8,16",
      `${trace} --node 28 --dram hbm2 --equal-area`,
      (value: unknown) => `${trace} --node 28 --dram hbm2 --equal-area --set swg.rows=${value}`,
    ],
    ["batch=1,2", network, (value: unknown) => `${network} --batch ${value}`],
    ["density.fmap=0.2:0.4:0.2", fewImages, (value: unknown) => `${fewImages} --density fmap=${value}`],
    [
      "density.maps=.5,.25",
      `${fewImages} --density mask=.5`,
      (value: unknown) => `${fewImages} --density fmap=${value},emap=${value},mask=.5`,
    ],
  ])("%s", async (axis, flags, run) => {
    const { axis: swept, points } = await json<Sweep>(`sweep ${axis} ${flags}`);
    expect(points.map(({ value }) => value)).toEqual(swept.values);
    expect(points).toHaveLength(2);
    for (const { value, report } of points) expect(report).toEqual(await json<Report>(`run ${run(value)}`));
    expect(points[0].report).not.toEqual(points[1].report);
  });
});

describe("what does a sweep print and write?", () => {
  const line = `sweep swg.columns=4,8 ${trace}`;

  it("a table with a row for each value, and sentences", async () => {
    const { code, out } = await swg(line);
    expect(code).toBe(0);
    expect(out).toMatch(/^Sweep of swg.columns: weight gradients of .*\n\n/);
    expect(out).toMatch(/\n +4 .*\n +8 .*\n/);
    expect(out).toMatch(/Its multipliers do useful work in [\d.]+ % \(at [48]\) to [\d.]+ % \(at [48]\)/);
    expect(out.replaceAll("\n", " ")).toMatch(
      /The area of swg is [\d.]+ mm2 \(at 4\) to [\d.]+ mm2 \(at 8\); its mm2 x cycles, .* least at [48]\./,
    );
  });

  it("machines with other numbers of MACs: in words and under every figure, and no line of what they cannot gain", async () => {
    const out = join(folder, "macs");
    const printed = await swg(`${line} --accelerators swg,dense --out ${out}`);
    const mind = "Mind that numbers of MACs differ: swg 64 (at 4) to 128 (at 8) and dense 256.";
    expect(printed.out).toContain(`${mind}\n`);
    const page = readFileSync(join(out, "sweep.html"), "utf8");
    const figures = readdirSync(join(out, "figures")).filter((name) => name.endsWith(".svg"));
    expect(page.split(mind)).toHaveLength(2 + 3 * figures.length);
    const speedup = readFileSync(join(out, "figures", "sweep-speedup.svg"), "utf8");
    expect(speedup).not.toContain("dense MACs / valid MACs");
    expect(readFileSync(join(out, "figures", "sweep-speedup.csv"), "utf8")).toMatch(/^swg.columns,dense\r\n/);
  });

  it("machines with as many MACs as each other: no such words, and that line", async () => {
    const { out } = await swg(`sweep density.fmap=.2,.4 ${fewImages}`);
    expect(out).not.toContain("MACs differ");
    const report = await json<Sweep>(`sweep density.fmap=.2,.4 ${fewImages}`);
    const [{ caption, data }] = sweepFigures(report);
    expect(caption).toContain("what leaving out every zero would gain over a dense array");
    expect(data.columns.at(-1)).toBe("dense MACs / valid MACs");
  });

  it("area x cycles where the values change the machine, as so many times the least", async () => {
    const { points } = await json<Sweep>(line);
    const products = points.map(
      ({ report: { machines, totals } }) => machines.swg.areaMm2.total * totals.results.swg.cycles,
    );
    const { out } = await swg(line);
    const shown = Array.from(out.matchAll(/^ +[48] .* ([\d.]+)x +\S+ +[\d.]+ %/gm), ([row]) => row);
    expect(shown).toHaveLength(2);
    for (const [i, product] of products.entries())
      expect(shown[i]).toContain(`${(product / Math.min(...products)).toFixed(2)}x`);
    expect((await swg(`sweep density.fmap=.2,.4 ${fewImages}`)).out).not.toContain("mm2");
  });

  it("CSV: each value and machine, with the numbers of the reports", async () => {
    const rows = (await swg(`${line} --format csv`)).out.split("\r\n").map((row) => row.split(","));
    const { points } = await json<Sweep>(line);
    expect(rows[0].slice(0, 2)).toEqual(["swg.columns", "accelerator"]);
    expect(rows).toHaveLength(1 + 2 * 3 + 1);
    const cycles = rows[0].indexOf("cycles");
    const expected = points.flatMap(({ report }) =>
      Object.values(report.totals.results).map((result) => String(result.cycles)),
    );
    expect(rows.slice(1, -1).map((row) => row[cycles])).toEqual(expected);
  });

  it("a page, figures with their data, and what is printed", async () => {
    const out = join(folder, "out");
    expect((await swg(`${line} --out ${out}`)).code).toBe(0);
    const names = ["sweep.csv", "sweep.html", "sweep.json", "sweep.txt"];
    expect(readdirSync(out).sort()).toEqual(["figures", ...names]);
    expect(readdirSync(join(out, "figures"))).toHaveLength(20);
    const written = (name: string) => readFileSync(join(out, name), "utf8");
    expect(written("sweep.txt")).toBe((await swg(line)).out);
    const { points } = await json<Sweep>(line);
    const row = (i: number) => {
      const { results, boundCycles } = points[i].report.totals;
      return [
        points[i].value,
        results.swg.cycles,
        results.trainware.cycles,
        results.dense.cycles,
        boundCycles,
      ];
    };
    expect(written("figures/sweep-cycles.csv")).toBe(
      `swg.columns,swg,trainware,dense,bound\r\n${row(0).join()}\r\n${row(1).join()}\r\n`,
    );
    expect(written("sweep.html")).toContain('<figure id="sweep-speedup">');
    expect(written("figures/sweep-speedup.svg")).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("training steps: a row for each and their geometric mean; traces by the names of their files", async () => {
    const out = join(folder, "steps");
    const both = "sweep network=resnet18,resnet34 --batch 1 --layers layer4.0.downsample.0";
    const { code, out: text } = await swg(`${both} --accelerators swg,dense --out ${out}`);
    expect(code).toBe(0);
    const { points } = JSON.parse(readFileSync(join(out, "sweep.json"), "utf8")) as Sweep;
    const speedups = points.map(({ report }) => report.totals.results.swg.speedupOver.dense);
    const mean = Math.sqrt(speedups[0] * speedups[1]);
    expect(text).toContain(`In the geometric mean it is ${mean.toFixed(2)}x as fast as dense.`);
    const taken = (cost: (report: Report, name: string) => number) =>
      times(
        Math.sqrt(points.reduce((all, { report }) => all * (cost(report, "dense") / cost(report, "swg")), 1)),
      );
    const area = taken(
      ({ machines, totals }, name) => machines[name].areaMm2.total * totals.results[name].cycles,
    );
    const energy = taken(({ totals }, name) => totals.results[name].energy.totalPj);
    expect(text.replace(/\s+/g, " ")).toContain(
      `the others take: ${area} dense; in pJ, DRAM included: ${energy} dense.`,
    );
    expect(text).toContain("Sweep of network: weight gradients of resnet18 and resnet34 on synthetic");
    const svg = readFileSync(join(out, "figures/sweep-speedup.svg"), "utf8");
    for (const label of ["resnet18", "resnet34", "geometric mean"]) expect(svg).toContain(`>${label}<`);
    const [point] = (await json<Sweep>(`sweep trace=${tinyTrace} --layers conv4`)).points;
    expect(point.value).toBe(basename(tinyTrace, ".safetensors"));
  });

  it("densities as shares of zeros, and no point where nothing has a logarithm", async () => {
    const out = join(folder, "zeros");
    const drawn = `--out ${out} --width column --labels dense=Dense`;
    expect((await swg(`sweep density.fmap=0:1:0.5 ${network} --batch 1 ${drawn}`)).code).toBe(0);
    const svg = readFileSync(join(out, "figures/sweep-speedup.svg"), "utf8");
    // as wide as one column of a paper, and by the names that it uses
    expect(svg).toContain(`viewBox="0 0 ${columnWidth} `);
    expect(svg).toContain(">Dense<");
    expect(svg).not.toContain(">dense<");
    expect(
      JSON.parse(readFileSync(join(out, "sweep.json"), "utf8")).points[0].report.machines,
    ).toHaveProperty("dense");
    expect(svg).toContain("zeros in fmap (%)");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("what does a wrong sweep say?", () => {
  it.each([
    [
      "nonsense=1",
      'unknown sweep "nonsense"; known: batch, network, trace, density.fmap, density.emap, density.mask',
    ],
    ["density.all=1", 'unknown sweep "density.all"; known: batch'],
    ["swgg.columns=1", 'unknown accelerator "swgg"; known: swg'],
    ["swg.column=1", 'unknown parameter "swg.column"; known: columns'],
    ["swg.columns=8,0", "parameter swg.columns must be a whole number from 1 to 1024, got 0"],
    ["batch=1,2", "error: batch goes with --network, not with --trace"],
    ["density.fmap=0.5", "error: density goes with --network, not with --trace"],
    ["network=vgg8,alexnet", "error: --trace cannot be given when network is swept"],
    ["ant.sets=8", "error: ant.sets"],
    ["dense.macs=8 --equal-area", "error: dense.macs=8 cannot be given with --equal-area, which decides it"],
    ["batch", "sweep must be a name, =, and values"],
  ])("%s of a trace", async (axis, message) => {
    const { code, out, err } = await swg(`sweep ${axis} ${trace}`);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error: [^\n]+\n$/);
    expect(err).toContain(message);
  });

  it.each([
    ["network=vgg8,alexnet", "--network cannot be given when network is swept"],
    ["trace=a,b --trace c", "--network and --trace cannot be given when trace is swept"],
    ["batch=1 --batch 2", "--batch cannot be given when batch is swept"],
    ["batch=1,2 --width column", "--width and --labels are of figures, which --out writes"],
    [`batch=1,2 --out ${folder}/none --labels sgw=SWG`, 'unknown machine or layer "sgw"; known: swg, dense'],
    [
      "batch=1,2 swg.columns=4,8 --width column",
      "--width column and --labels are of a sweep over one thing; this is a search",
    ],
    ["batch=0", 'batch must be a whole number from 1 to 4096, is "0"'],
    ["density.fmap=0.5,1.5", 'density fmap must be a number from 0 to 1, got "1.5"'],
    [
      "density.maps=.5 --density mask=1,fmap=.1",
      "--density fmap=.1 cannot be given when density.maps is swept",
    ],
    ["swg.rows=8 --set swg.rows=4", "--set swg.rows=4 cannot be given when swg.rows is swept"],
  ])("%s of a network", async (axis, message) => {
    const { code, err } = await swg(`sweep ${axis} ${network}`);
    expect([code, err]).toEqual([1, `error: ${message}\n`]);
  });
});
