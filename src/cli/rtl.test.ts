import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

async function rtl(...args: readonly string[]) {
  let [out, err] = ["", ""];
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    terminal: false,
  };
  const code = await runCli(["rtl", ...args], io);
  return { code, out, err };
}

describe("what does swg rtl say?", () => {
  it("writes the design for the parameters that it was given, a line for each file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "swg-rtl-"));
    try {
      const into = join(folder, "design");
      const { code, err } = await rtl("--out", into, "--set", "swg.columns=2", "--set", "swg.rows=2");
      expect(code).toBe(0);
      expect(err).toContain(`wrote ${join(into, "swg.sv")}\n`);
      expect(existsSync(join(into, "bench", "array_bench.sv"))).toBe(true);
      expect(readFileSync(join(into, "swg.sv"), "utf8")).toContain("parameter int COLUMNS = 2,");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("writes over what it wrote, and over nothing else without --force", async () => {
    const folder = mkdtempSync(join(tmpdir(), "swg-rtl-"));
    try {
      const small = ["--out", folder, "--set", "swg.columns=2", "--set", "swg.clusterSize=2"];
      const [two, four] = ["2", "4"].map((rows) => [...small, "--set", `swg.rows=${rows}`]);
      const at = (name: string) => join(folder, name);
      writeFileSync(at("README.md"), "mine");
      const refused = await rtl(...two);
      expect(refused).toEqual({
        code: 1,
        out: "",
        err: `error: ${folder}: holds a file that swg did not write, or that changed since: README.md; --force replaces it\n`,
      });
      expect(readdirSync(folder)).toEqual(["README.md"]);
      expect((await rtl(...two, "--force")).code).toBe(0);
      expect(readFileSync(at("README.md"), "utf8")).toContain("SWG in SystemVerilog");
      // its own files, of other parameters too, are its own
      for (const design of [two, four, two]) expect((await rtl(...design)).code).toBe(0);
      appendFileSync(at("swg.sv"), "// mine\n");
      appendFileSync(at("bench/array_bench.sv"), "// mine\n");
      const { code, err } = await rtl(...four);
      expect([code, err]).toEqual([
        1,
        `error: ${folder}: holds files that swg did not write, or that changed since: swg.sv, bench/array_bench.sv; --force replaces them\n`,
      ]);
      expect(readFileSync(at("swg.sv"), "utf8")).toContain("// mine");
      writeFileSync(at("written-by-swg.sha256"), "mine\n");
      expect((await rtl(...four)).err).toMatch(/written-by-swg\.sha256: must be the list that swg wrote/);
      expect((await rtl(...four, "--force")).code).toBe(0);
      expect((await rtl(...four)).code).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    [
      ["--out", "x", "--set", "swg.format=fp32"],
      "error: swg.format of the hardware must be one of int8, int16, bf16, is fp32",
    ],
    [["--check", "--seed", "-1"], 'error: --seed must be a whole number from 0 to 4294967296, is "-1"'],
    [["--check", "--layers", "conv2"], "error: --layers goes with --trace"],
    [["--synth", "--trace", "step.safetensors"], "error: --trace goes with --check"],
    [["--out", "x", "--cycles", "5"], "error: --cycles goes with --check"],
    [["--out", ""], "error: --out must name a folder"],
    [
      ["--check", "--trace", "x", "--seed", "5"],
      "error: --seed goes with layers drawn at random, not with --trace",
    ],
    [
      ["--check", "--trace", "x", "--cycles", "5"],
      "error: --cycles goes with layers drawn at random, not with --trace",
    ],
    [["--check", "--force"], "error: --force goes with --out"],
    [
      ["--out", "x", "--set", "swg.accumulators=1"],
      "error: swg.accumulators of the hardware must be at least 2, is 1",
    ],
    [["--check", "--trace", "none.safetensors"], "error: none.safetensors: no such file"],
    [
      ["--check", "--cycles", "many"],
      'error: --cycles must be a whole number from 1 to 4294967296, is "many"',
    ],
  ])("%j is one clear line", async (args, line) => {
    const { code, err } = await rtl(...args);
    expect(code).toBe(1);
    expect(err).toBe(`${line}\n`);
  });
});
