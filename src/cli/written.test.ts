import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../test/run-swg.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-written-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const trace = `--trace ${tinyTrace} --accelerators dense`;

describe("where does a command say what it wrote?", () => {
  it.each([
    `run ${trace} --layers fc --out ${at("run")}`,
    `sweep dense.macs=64,256 ${trace} --layers fc --format csv --out ${at("sweep")}`,
    `timeline --trace ${tinyTrace} --layer conv4 --cycles 0:9 --out ${at("conv4.vcd")}`,
    `convert ${tinyTrace} ${at("tiny.npz")}`,
  ])("on stderr, where no answer is: %s", async (line) => {
    const { code, out, err } = await swg(line);
    expect([code, code === 0 ? "" : err]).toEqual([0, ""]);
    expect(out).not.toContain("wrote ");
    expect(err).toMatch(/^(wrote [^\n]+\n)+$/);
  });
});
