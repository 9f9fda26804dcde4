import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writePartialTrace } from "../../test/partial-trace.ts";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import { openTrace, writeTrace } from "../trace/file.ts";
import type { LayerTrace } from "../trace/trace.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-verify-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The tiny trace's conv1 and conv4, one of them changed. */
function changed(name: string, change: (trace: LayerTrace) => LayerTrace): string {
  const trace = openTrace(tinyTrace);
  const layers = ["conv1", "conv4"].map((layer) =>
    layer === name ? change(trace.read(layer)) : trace.read(layer),
  );
  const path = join(folder, "changed.safetensors");
  writeTrace(path, trace.labels, layers);
  return path;
}

describe("does swg verify find a wrong gradient?", () => {
  it("a good trace has a line for each layer and exits with 0", async () => {
    const { code, out, err } = await swg(`verify --trace ${tinyTrace}`);
    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n")).toHaveLength(7);
    expect(out).toMatch(
      /^conv1 {2}right {2}72 elements, largest difference \S+ at \[k \d+, c 0, r \d, s \d\]/,
    );
    expect(out).toContain("5 of 5 layers have a reference; all are right\n");
  });

  it("without a gradient nothing is verified: one line, exit 1; values that are none are found all the same", async () => {
    const trace = openTrace(tinyTrace);
    const { layer, fmap, emap } = trace.read("conv1");
    const path = join(folder, "nan.safetensors");
    writeTrace(path, trace.labels, [{ layer, fmap, emap }]);
    expect(await swg(`verify --trace ${path}`)).toEqual({
      code: 1,
      out: "",
      err: `error: ${path}: nothing to verify: 1 of 1 layer has no weight gradient to compare with\n`,
    });
    const bytes = readFileSync(path);
    bytes.writeFloatLE(Number.NaN, bytes.length - 4);
    writeFileSync(path, bytes);
    const { code, err } = await swg(`verify --trace ${path}`);
    expect([code, err]).toEqual([1, expect.stringContaining("values must be finite, is NaN")]);
  });

  it("only the layers asked for", async () => {
    expect((await swg(`verify --trace ${tinyTrace} --layers fc`)).out).toMatch(
      /^fc .*\n1 of 1 layer has a reference; all are right\n$/,
    );
  });

  it("does so for the gradient that the machine computes in its own order of work", async () => {
    const { code, out } = await swg(`verify --trace ${tinyTrace} --on swg`);
    expect(code).toBe(0);
    expect(out).toMatch(/5 of 5 layers have a reference; all are right/);
    expect((await swg(`verify --trace ${tinyTrace} --on gpu`)).err).toBe(
      'error: unknown computation "gpu"; known: reference, swg\n',
    );
  });

  it("one element off: that element is named, exit 1, and the other layers are still checked", async () => {
    const path = changed("conv1", (trace) => {
      const weightGradient = trace.weightGradient!.slice();
      weightGradient[13] += 1; // [k 1, c 0, r 1, s 1] of [8][1][3][3]
      return { ...trace, weightGradient };
    });
    const { code, out, err } = await swg(`verify --trace ${path}`);
    expect(code).toBe(1);
    expect(out).toMatch(/^conv1 {2}OFF .*\nconv4 {2}right/);
    expect(err).toMatch(
      /^error: .*: gradient of layer "conv1" is off by \S+ of its largest magnitude at \[k 1, c 0, r 1, s 1\]; allowed: 0.0001\n$/,
    );
  });

  it("a layer without a gradient of its own has no reference, and says so", async () => {
    const path = changed("conv4", ({ layer, fmap, emap }) => ({ layer, fmap, emap }));
    const { code, out } = await swg(`verify --trace ${path}`);
    expect(code).toBe(0);
    expect(out).toMatch(
      /conv4 {2}no reference\n1 of 2 layers has a reference; all of these are right\nnot verified: conv4\n$/,
    );
  });

  it("what the trace does not hold of its network", async () => {
    const { code, out } = await swg(
      `verify --trace ${writePartialTrace(join(folder, "partial.safetensors"))}`,
    );
    expect(code).toBe(0);
    expect(out).toContain("all are right\nLeft out: 2 of 4 operators with weights (50.0 %);");
    expect(out).toContain("left out: 2 MyConv: an operator that nobody knows\n  with weights: up1, up2\n");
  });
});
