import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { openTraceFile } from "../src/trace/file.ts";
import { occupancy } from "../src/trace/occupancy.ts";
import { compareGradient } from "../src/training/verify.ts";
import { weightGradient } from "../src/training/weight-gradient.ts";
import { pythonWithTorch, runPython } from "./python.ts";
import { swg } from "./run-swg.ts";

const recorded = fileURLToPath(new URL("data/recorded/", import.meta.url));
const files = readdirSync(recorded).map((name) => join(recorded, name));
const withValues = files.filter((path) => !path.endsWith("bitmaps.safetensors"));
const folder = mkdtempSync(join(tmpdir(), "swg-capture-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What storing a sum in F32 leaves: half a unit in the last place of the largest. */
const roundingToF32 = 2 ** -24;

describe("what did PyTorch's capture record?", () => {
  it.each(withValues)(
    "%s: every gradient verifies, to the rounding of F32, whatever the values' type",
    async (path) => {
      expect((await swg(["verify", "--trace", path])).code).toBe(0);
      for (const step of openTraceFile(path).steps)
        for (const { name } of step.layers) {
          const layer = step.read(name);
          const { error } = compareGradient(layer.weightGradient!, weightGradient(layer));
          expect(error).toBeLessThanOrEqual(roundingToF32);
        }
    },
  );

  it("layers of every kind, in half precision what autocast multiplied", () => {
    const [, last] = openTraceFile(join(recorded, "autocast-bf16.safetensors")).steps;
    expect(last.labels).toMatchObject({ network: "Shapes", step: 5, optimizerStep: 5, batch: 2 });
    expect(last.labels.framework).toMatch(/^PyTorch \d/);
    expect(last.layers.map(({ name }) => name)).toEqual([
      "same",
      "depthwise",
      "grouped",
      "again",
      "again#1",
      "around",
      "row",
      "tokens",
      "pruned",
    ]);
    expect(last.layers[0].padding).toEqual([0, 1, 1, 2]);
    for (const { name } of last.layers)
      expect(last.contents(name)).toMatchObject({ fmap: "BF16", emap: "BF16", weightGradient: "F32" });
    expect(last.contents("pruned").mask).toBe(true);
  });

  it("bitmaps are where the values of the same training are not zero", () => {
    const values = openTraceFile(join(recorded, "f32.safetensors")).steps;
    const bitmaps = openTraceFile(join(recorded, "bitmaps.safetensors")).steps;
    for (const [i, step] of values.entries())
      for (const { name } of step.layers)
        expect(bitmaps[i].occupancy(name)).toEqual(occupancy(step.read(name)));
  });

  it("the reference, the fast engine and the machine's own order of work agree on all of it", async () => {
    const path = join(recorded, "f32.safetensors");
    const run = (more: string) => swg(`run --trace ${path} --threads 1 --format csv ${more}`);
    const fast = await run("--steps 5 --accelerators swg");
    const reference = await run("--steps 5 --accelerators swg --engine reference");
    expect(fast.code).toBe(0);
    expect(reference.out).toBe(fast.out);
    expect((await swg(`verify --trace ${path} --on swg`)).out).toContain("; all are right");
  });

  it("bitmaps run as values do, to the same numbers", async () => {
    const [values, bitmaps] = await Promise.all(
      ["f32", "bitmaps"].map((name) =>
        swg(`run --trace ${join(recorded, `${name}.safetensors`)} --threads 1 --format csv`),
      ),
    );
    expect(bitmaps.out).toBe(values.out);
  });

  it("all of it is small", () => {
    expect(files.reduce((sum, path) => sum + statSync(path).size, 0)).toBeLessThan(300_000);
  });
});

const { python, reason } = pythonWithTorch();
if (reason) console.warn(`${reason}: the capture runs on recorded files alone`);

describe(`does swg_capture record what PyTorch computes?${reason ? ` (${reason})` : ""}`, () => {
  // its own tests, in Python, are in capture.long.test.ts
  it.skipIf(!python)("the sample in docs/traces.md, on two forwards", () => {
    const readme = readFileSync(fileURLToPath(new URL("../docs/traces.md", import.meta.url)), "utf8");
    const [, sample] = /^```python\n(import swg_capture\n.*?)^```$/ms.exec(readme)!;
    const prelude = `import os, swg_capture, torch
os.chdir(${JSON.stringify(folder)})
model = torch.nn.Linear(3, 2)
def train(model):
    for _ in range(2):
        model(torch.randn(4, 3)).sum().backward()
`;
    const { status, stderr } = runPython(python!, ["-c", `${prelude}${sample}`], "capture");
    expect(status, stderr).toBe(0);
    expect(stderr).toContain("not recorded: step 100, 1000");
    expect(openTraceFile(join(folder, "trace.safetensors")).steps).toHaveLength(1);
  });
});
