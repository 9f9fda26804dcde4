import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import { fileSource } from "../trace/file-source.ts";
import { topologyNetwork } from "../trace/topology/network.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-shapes-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const shipped = "test/data/topology/Resnet18.csv";
const cells = (path: string) =>
  readFileSync(path, "utf8")
    .replace(/ *,[ ,]*/g, ",")
    .trim();

describe("does a SCALE-Sim topology run, and come back?", () => {
  it("ResNet-18 as SCALE-Sim ships it: a layer of it runs, and it is written back unchanged", async () => {
    const { code, out } = await swg(`run --network ${shipped} --layers FC --density fmap=.5 --format json`);
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report.layers[0]).toMatchObject({ name: "FC", denseMacs: 512_000 });
    expect(report.coverage.notes).toContain(
      "A topology has no zeros: maps are dense unless --density says otherwise.",
    );
    expect(await swg(`convert ${shipped} ${at("again.csv")}`)).toEqual({
      code: 0,
      out: "",
      err: `wrote ${at("again.csv")}: 21 layers of ${shipped}, 1 image, 1,471,181,568 dense MACs a phase\n`,
    });
    expect(cells(at("again.csv"))).toBe(cells(shipped));
  });

  it("info shows its layers, for as many images as are asked for", async () => {
    const { out } = await swg(`info ${shipped} --batch 2`);
    expect(out).toMatch(/Resnet18.csv, a topology of SCALE-Sim: 21 layers\n/);
    expect(out).toMatch(/Conv1 +2 +3 x 224 x 224 +64 x 110 x 110/);
    expect(out).toMatch(/hangs over zeros at the\s+edge/);
  });
});

describe("do a network and a trace go out as shapes?", () => {
  it("a known network, as convolutions and as products of its weight gradients", async () => {
    expect((await swg(`convert vgg8 ${at("v.csv")}`)).err).toMatch(
      /^wrote .*: \d+ layers of vgg8, 1 image, /,
    );
    expect((await swg(`convert vgg8 ${at("g.csv")} --gemm --phase wg --batch 4`)).err).toMatch(
      /, 4 images, /,
    );
    const [one, four] = ["v", "g"].map((name) => topologyNetwork(fileSource(at(`${name}.csv`))).layers(1));
    expect(four.map(({ N, C, K }) => N * C * K)).toEqual(
      one.map(({ N, C, K, P, Q, R, S }) => 4 * N * C * K * P * Q * R * S),
    );
  });

  it("a trace's first step, and one layer of it for Timeloop with its densities", async () => {
    expect((await swg(`convert ${tinyTrace} ${at("t.csv")}`)).err).toMatch(
      /: 5 layers of step 40, 1 image, /,
    );
    await swg(`convert ${tinyTrace} ${at("t.yaml")} --layer conv3`);
    const text = readFileSync(at("t.yaml"), "utf8");
    expect(text).toMatch(/ {4}N: 2\n/);
    expect(text).toMatch(/Weights: \{distribution: hypergeometric, density: 0\.\d+\}/);
  });

  it.each([
    ["vgg8 x.yaml", "vgg8: has 6 layers; FILE.yaml holds one, such as --layer conv_0"],
    ["vgg8 x.yaml --layer conv_7", 'unknown layer "conv_7"; known: conv_0, '],
    ["vgg8 x.yaml --gemm", "--gemm goes with FILE.csv, which SCALE-Sim reads"],
    ["vgg8 x.csv --layer conv_0", "--layer goes with FILE.yaml, which holds one layer"],
    ["vgg8 x.csv --phase wg", "--phase goes with --gemm or FILE.yaml"],
    ["vgg8 x.csv --gemm --phase up", 'unknown phase "up"; known: ff, bp, wg'],
    ["vgg8 x.csv --bitmaps-only", "--bitmaps-only goes with a trace, and not with shapes"],
    [
      "vgg8 x.npz",
      'vgg8 is a network, without values; its shapes go to FILE.csv or FILE.yaml, out is "x.npz"',
    ],
    [`${tinyTrace} x.csv --batch 2`, "--batch goes with a network, not with a trace"],
    [`${tinyTrace} x.npz --gemm`, '--gemm goes with FILE.csv or FILE.yaml, out is "x.npz"'],
  ])("%s is refused in a line", async (line, message) => {
    const { code, err } = await swg(`convert ${line}`);
    expect([code, err]).toEqual([1, expect.stringContaining(`error: ${message}`)]);
    expect(existsSync("x.csv") || existsSync("x.yaml")).toBe(false);
  });

  it("a file that is there stays, unless --force", async () => {
    writeFileSync(at("kept.csv"), "mine");
    expect((await swg(`convert vgg8 ${at("kept.csv")}`)).err).toMatch("exists already; --force replaces it");
    expect((await swg(`convert vgg8 ${at("kept.csv")} --force`)).code).toBe(0);
  });
});
