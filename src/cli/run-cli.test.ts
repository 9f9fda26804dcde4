import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { swg, tinyTrace } from "../../test/run-swg.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const run = `run --trace ${tinyTrace}`;
const machines =
  "swg, trainware, dense, lnpu, lnpu-swg, outer-product, ant, tensordash, sparsetrain, procrustes, sparten, structured";

describe("what does it say to what it cannot do?", () => {
  const cases: [string, string | RegExp][] = [
    [
      "simulate",
      'unknown command "simulate"; known: run, sweep, cost, serve, verify, timeline, train, info, convert, list, check, claims, rtl, explore, demo, help',
    ],
    ["run", "a training step is needed, from one of --trace FILE and --network NAME"],
    [
      `${run} --network vgg8`,
      "--trace and --network cannot be given together: a training step has one source",
    ],
    ["run --network vgg8 --batch 1 --batch 2", '--batch is given twice, as "1" and "2"'],
    ["sweep batch=1,2 --network vgg8 --out a --out b", '--out is given twice, as "a" and "b"'],
    [`${run} --accelerators dense --accelerators swg`, '--accelerators is given twice, as "dense" and "swg"'],
    [`${run} --batch 2 --batch 2`, "--batch goes with --network, not with --trace"],
    [
      `${run} --accelerators dense,lnpu --ablation`,
      '--ablation needs swg in --accelerators, is "dense,lnpu"',
    ],
    [
      `${run} --accelerators swg --equal-area`,
      "--equal-area needs a machine beside swg in --accelerators, whose area is swg's",
    ],
    [`${run} --batch 2`, "--batch goes with --network, not with --trace"],
    [
      `${run} --set dense.macs=256 --equal-area`,
      "dense.macs=256 cannot be given with --equal-area, which decides it",
    ],
    [`${run} --threads 0`, '--threads must be a whole number from 1 to 256, is "0"'],
    [`${run} --threads 257`, '--threads must be a whole number from 1 to 256, is "257"'],
    [`${run} --threads two`, '--threads must be a whole number from 1 to 256, is "two"'],
    [`${run} --engine gpu`, 'unknown engine "gpu"; known: fast, reference'],
    ["run --network vgg", /^unknown network "vgg"; known: alexnet, .*vgg8, FILE.onnx, FILE.csv$/],
    ["run --network none.onnx", "none.onnx: no such file"],
    ["run --network vgg8 --dimension n=2", "--dimension goes with --network FILE.onnx"],
    ["run --network none.onnx --dimension n", '--dimension must have the form name=size, is "n"'],
    ["run --network none.onnx --dimension n=0", /^--dimension n must be a whole number from 1 to 16777216/],
    ["info", "missing required argument 'file'"],
    ["info none", "none: no such file"],
    [`info ${tinyTrace} --batch 2`, "--batch goes with FILE.onnx or FILE.csv, not with a trace"],
    [`info ${tinyTrace} --format csv`, 'unknown format "csv"; known: table, json'],
    ["convert none x.npz", "none: no such file"],
    [`convert ${tinyTrace} x.txt`, /^unknown format of "x.txt"; known: FILE.safetensors, FILE.npz, FOLDER/],
    [`convert ${tinyTrace} ${tinyTrace}`, /tiny.safetensors: exists already; --force replaces it$/],
    ["run --network vgg8 --batch 0", '--batch must be a whole number from 1 to 4096, is "0"'],
    ["run --network vgg8 --zeros many", 'unknown kind of zeros "many"; known: fitted, coins'],
    ["run --network vgg8 --density fmap=2", /^.*density.*fmap.*2/],
    [
      `${run} --fromat json`,
      /^unknown option '--fromat'; known: --trace, --steps, --network, .*--accelerators, .*--out, --width, --labels$/,
    ],
    [`${run} --format xml`, 'unknown format "xml"; known: table, json, csv, markdown, latex'],
    [`${run} extra`, "too many arguments for 'run'. Expected 0 arguments but got 1."],
    [`${run} --accelerators swgg`, `unknown accelerator "swgg"; known: ${machines}`],
    [`${run} --accelerators constructor`, `unknown accelerator "constructor"; known: ${machines}`],
    [`${run} --accelerators swg,swg`, '--accelerators names "swg" twice'],
    [
      `${run} --accelerators swg,`,
      `--accelerators must be names separated by commas, is "swg,"; known: ${machines}`,
    ],
    [`${run} --phases ff,fb`, 'unknown phase "fb"; known: ff, bp, wg'],
    [`${run} --phases=`, '--phases must be names separated by commas, is ""; known: ff, bp, wg'],
    [
      `${run} --accelerators swg,sparten --phases wg,ff`,
      "phase ff must be computed by a machine of the run, is by none of swg, sparten; those that do: trainware, dense, lnpu, lnpu-swg, outer-product, ant, tensordash, sparsetrain, procrustes",
    ],
    [`${run} --layers conv9`, 'unknown layer "conv9"; known: conv1, conv2, conv3, conv4, fc'],
    [`${run} --layers dense*`, 'unknown layer "dense*"; known: conv1, conv2, conv3, conv4, fc'],
    [
      `${run} --accelerators swg --why --format csv`,
      "--why needs --format table, json, markdown or latex, is csv: one table, of layers",
    ],
    [`${run} --accelerators dense --why`, '--why needs swg in --accelerators, is "dense"'],
    [`${run} --layers conv1,conv1`, '--layers names "conv1" twice'],
    [
      `${run} --layers=`,
      '--layers must be names separated by commas, is ""; known: conv1, conv2, conv3, conv4, fc',
    ],
    [
      `${run} --set columns=3`,
      '--set must have the form machine.parameter=value, such as swg.columns=32; is "columns=3"',
    ],
    [
      `${run} --set dense.colums=3`,
      'unknown parameter "dense.colums"; known: macs, format, clockMhz, localBufferKib, globalBufferReadBytes',
    ],
    [`${run} --node 45`, 'unknown process node "45"; known: 28, 65'],
    [
      `${run} --dram ddr9`,
      'unknown kind of DRAM "ddr9"; known: lpddr4, lpddr4-dramdse, lpddr3, ddr3, gddr5, hbm2, hmc',
    ],
    [`${run} --set swgg.columns=3`, `unknown accelerator "swgg"; known: ${machines}`],
    [
      `${run} --set swg.columns=abc`,
      'parameter swg.columns must be a whole number from 1 to 1024, got "abc"',
    ],
    [
      `${run} --set swg.columns=1025`,
      "parameter swg.columns must be a whole number from 1 to 1024, got 1025",
    ],
    [`${run} --set swg.vdt=all`, 'parameter swg.vdt must be one of none, fmap, emap, both, got "all"'],
    [`${run} --set swg.intraColumn=off`, 'parameter swg.intraColumn must be true or false, got "off"'],
    [`${run} --set swg.rows=1 --set swg.rows=2`, "--set swg.rows is given twice"],
    [
      `${run} --accelerators dense --set swg.rows=1`,
      '--set swg.rows=1: accelerator "swg" is not in this run; in it: dense',
    ],
    ["run --trace nowhere", "nowhere: no such file"],
    [
      `run --trace ${folder}`,
      /^[^ ]*: folder holds no .npy files but ".*; give a file of it, or a folder with/,
    ],
    [`run --trace ${file("short", "abc")}`, /^.*short: file has 3 bytes/],
    [`${run} --out ${file("taken", "")}`, /^.*taken: must be a folder, is a file$/],
    [
      "list swgg",
      /^unknown accelerator or network "swgg"; known: swg, trainware, .*alexnet, .*vgg8, energy, fairness$/,
    ],
    ["list swg --format csv", 'unknown format "csv"; known: table, json'],
    [`verify --trace ${tinyTrace} --layers x`, 'unknown layer "x"; known: conv1, conv2, conv3, conv4, fc'],
    ["train --seed 1.5", '--seed must be a whole number of up to 15 digits, is "1.5"'],
    ["train --epochs 0", '--epochs must be a whole number from 1 to 1000, is "0"'],
  ];

  it.each(cases)("%s", async (line, message) => {
    const { code, out, err } = await swg(line);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error: [^\n]+\n$/);
    const said = err.replace(/^error: /, "").trimEnd();
    if (typeof message === "string") expect(said).toBe(message);
    else expect(said).toMatch(message);
  });

  it("a path with control characters stays one line that does a terminal no harm", async () => {
    const { err } = await swg(["run", "--trace", "a\n\u001b[31mb"]);
    expect(err).toBe("error: a\\u000a\\u001b[31mb: no such file\n");
  });
});

describe("what does a machine file that is none say?", () => {
  const machine = async (text: string) => {
    const path = file("machine.json", text);
    const { code, err } = await swg(`${run} --machine ${path}`);
    expect(code).toBe(1);
    return err.replace(`error: ${path}: `, "").trimEnd();
  };

  it.each([
    ["", "is not JSON; must be a machine, in JSON"],
    ["[".repeat(1000), "nests deeper than 16 levels; must be a machine, in JSON"],
    ["[]", "machine must be an object, is []"],
    ['{"parameters":{}}', "accelerator must be a machine's name, is missing"],
    ['{"accelerator":"swg"}', "parameters must be an object, is missing"],
    ['{"accelerator":"x","parameters":{}}', `unknown accelerator "x"; known: ${machines}`],
    [
      '{"accelerator":"swg","paramters":{}}',
      'unknown field "paramters"; known: accelerator, title, source, phases, free, parameters',
    ],
    [
      '{"accelerator":"dense","parameters":{"mac":1}}',
      'unknown parameter "dense.mac"; known: macs, format, clockMhz, localBufferKib, globalBufferReadBytes',
    ],
    [
      '{"accelerator":"dense","parameters":{"macs":{"unit":"MACs"}}}',
      'parameter "macs" must be a value or have one, is {"unit":"MACs"}',
    ],
    [
      '{"accelerator":"dense","parameters":{"macs":"7"}}',
      'parameter dense.macs must be a whole number from 1 to 1048576, got "7"',
    ],
    [" ".repeat(2 ** 20 + 1), "file must have at most 1048576 bytes, has more"],
  ])("%.40s", async (text, message) => expect(await machine(text)).toBe(message));

  it("not there, a folder, two for one machine", async () => {
    expect((await swg(`${run} --machine nowhere`)).err).toBe("error: nowhere: no such file\n");
    expect((await swg(`${run} --machine ${folder}`)).err).toBe(
      `error: ${folder}: must be a file or a pipe, is a folder\n`,
    );
    const path = file("good.json", '{"accelerator":"swg","parameters":{}}');
    expect((await swg(`${run} --machine ${path} --machine ${path}`)).err).toBe(
      `error: --machine ${path}: accelerator "swg" already has a file\n`,
    );
  });
});

describe("does it tell what it can do?", () => {
  it("--version is that of package.json", async () => {
    expect(await swg("--version")).toEqual({
      code: 0,
      out: `${packageJson.version}\n`,
      err: "",
    });
  });

  it("--help names every command, and each command's help has an example", async () => {
    const { code, out } = await swg("--help");
    expect(code).toBe(0);
    for (const command of ["run", "verify", "train", "list"]) {
      expect(out).toContain(`\n  ${command} `);
      expect((await swg(`${command} --help`)).out).toContain(`\n  swg ${command} `);
    }
  });

  it("without a command it shows how it is used, and exits with 1", async () => {
    const { code, out, err } = await swg([]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("Usage: swg");
  });
});
