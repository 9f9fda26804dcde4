import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { oraclePath, sharedTraces } from "../../test/shared-data.ts";
import { InputError } from "../input-error.ts";
import { convolution, linear } from "../workload/layer.ts";
import { openTrace, writeTrace } from "./file.ts";
import type { LayerTrace } from "./trace.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-trace-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ramp = (length: number) => Float32Array.from({ length }, (_, i) => i - 3);
const convolved: LayerTrace = {
  layer: convolution({
    name: "conv",
    N: 1,
    C: 2,
    H: 3,
    W: 3,
    K: 2,
    R: 2,
    S: 2,
    stride: [1, 2],
    padding: [0, 1, 1, 0],
    dilation: [1, 1],
    groups: 2,
  }),
  fmap: ramp(18),
  emap: ramp(12),
  mask: Uint8Array.of(0, 1, 1, 0, 1, 1, 1, 0),
  weightGradient: Float64Array.from({ length: 8 }, (_, i) => i / 3),
};
const fullyConnected: LayerTrace = { layer: linear("__proto__", 2, 3, 4), fmap: ramp(6), emap: ramp(8) };
const labels = { network: "n", dataset: "d", step: 12, batch: 1 };
const path = join(folder, "t.safetensors");

describe("does a written trace read back as it was?", () => {
  it("layers, labels and values, with an odd-sized mask in between", () => {
    writeTrace(path, labels, [convolved, fullyConnected]);
    const trace = openTrace(path);
    expect(trace.labels).toEqual(labels);
    expect(trace.layers).toEqual([convolved.layer, fullyConnected.layer]);
    expect(trace.read("conv")).toEqual(convolved);
    expect(trace.read("__proto__")).toEqual(fullyConnected);
  });

  it("the same traces give the same bytes, and nothing else stays in the folder", () => {
    writeTrace(path, labels, [convolved, fullyConnected]);
    const first = readFileSync(path);
    writeTrace(path, labels, [convolved, fullyConnected]);
    expect(readFileSync(path).equals(first)).toBe(true);
    expect(readdirSync(folder)).toEqual(["t.safetensors"]);
  });
});

describe("what is refused, and what is left behind?", () => {
  it.each<[string, LayerTrace[], string]>([
    ["a NaN", [{ ...convolved, emap: ramp(12).fill(NaN, 4, 5) }], "must be finite, is NaN at [0,0,2,0]"],
    ["values too few", [{ ...convolved, fmap: ramp(17) }], "needs 18 elements, has 17"],
    ["one name twice", [convolved, convolved], 'layer "conv": is listed twice'],
  ])("%s: the file keeps what it held", (_, layers, message) => {
    writeFileSync(path, "before");
    expect(() => writeTrace(path, labels, layers)).toThrow(message);
    expect(readFileSync(path, "utf8")).toBe("before");
    expect(readdirSync(folder)).toEqual(["t.safetensors"]);
  });

  it("a place that a folder has: nothing unfinished stays beside it", () => {
    mkdirSync(join(folder, "taken"));
    expect(() => writeTrace(join(folder, "taken"), labels, [convolved])).toThrow(
      "taken: must be a file to be replaced, is a folder",
    );
    expect(readdirSync(folder).sort()).toEqual(["t.safetensors", "taken"]);
  });

  it("a folder that is not there", () => {
    const write = () => writeTrace(join(folder, "none", "t.safetensors"), labels, [convolved]);
    expect(write).toThrow(InputError);
    expect(write).toThrow("cannot be written: no such file or folder (ENOENT)");
  });

  it.each([
    ["no such file", join(folder, "none")],
    ["must be a file, is a device", "/dev/null"],
  ])("reading: %s", (message, where) => {
    expect(() => openTrace(where)).toThrow(InputError);
    expect(() => openTrace(where)).toThrow(`${where}: ${message}`);
  });
});

describe("are the shared files read whole?", () => {
  it.each(sharedTraces())("$name", ({ path }) => {
    const trace = openTrace(path);
    for (const layer of trace.layers) expect(trace.read(layer.name).weightGradient).toBeDefined();
  });

  it.skipIf(!oraclePath())("the oracle's 48 cases, gradients in float64", () => {
    const trace = openTrace(oraclePath()!);
    expect(trace.layers).toHaveLength(48);
    for (const layer of trace.layers)
      expect(trace.read(layer.name).weightGradient).toBeInstanceOf(Float64Array);
  });
});
