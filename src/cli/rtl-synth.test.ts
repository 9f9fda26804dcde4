import { describe, expect, it } from "vitest";
import { swg } from "../../test/run-swg.ts";

describe("what does swg rtl --synth refuse?", () => {
  it.each([
    ["rtl --liberty none --out x", "--liberty goes with --synth"],
    ["rtl --synth --liberty none", "none: no such file"],
    [
      "rtl --synth --liberty package.json",
      "package.json: must be a Liberty file, with a library(...) { ... }",
    ],
    ["rtl --synth --format csv", 'unknown format "csv"; known: table, json'],
    [
      "rtl --synth --set swg.format=fp8",
      "swg.format of the hardware must be one of int8, int16, bf16, is fp8",
    ],
  ])("%s: refused in one line", async (line, message) => {
    const { out, err, code } = await swg(line);
    expect({ out, err, code }).toEqual({ out: "", err: `error: ${message}\n`, code: 1 });
  });
});
