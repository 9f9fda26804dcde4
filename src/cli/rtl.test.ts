import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
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
      "error: --seed and --cycles go with layers drawn at random, not with --trace",
    ],
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
