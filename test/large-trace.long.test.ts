import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeHeader } from "../src/trace/encode-header.ts";
import { memoryTrace } from "../src/trace/memory-trace.ts";
import { plannedTensors } from "../src/trace/planned-tensors.ts";
import type { Trace } from "../src/trace/trace.ts";
import { convolution, emapSize, fmapSize } from "../src/workload/layer.ts";
import { swgMeasured } from "./run-limited.ts";

// five steps of four layers, 102 MB of maps in each; a file of zeros takes no room on disk
const layers = ["conv1", "conv2", "conv3", "conv4"].map((name) =>
  convolution({
    name,
    N: 64,
    C: 64,
    H: 56,
    W: 56,
    K: 64,
    R: 3,
    S: 3,
    groups: 1,
    stride: [1, 1],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
  }),
);
const steps = [0, 1, 2, 3, 4].map(
  (step): Trace => ({
    ...memoryTrace("zeros", { network: "zeros", dataset: "none", step, batch: 64, optimizerStep: step }, []),
    layers,
    contents: () => ({ fmap: "F32", emap: "F32", mask: false, weightGradient: "F32" }),
  }),
);
const layerMib = (4 * (fmapSize(layers[0]) + emapSize(layers[0]))) / 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), "swg-large-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "large.safetensors");

beforeAll(() => {
  const tensors = steps.flatMap((step) => plannedTensors(step, true)).flat();
  const file = openSync(path, "w");
  const header = encodeHeader(steps, tensors);
  writeSync(file, header);
  ftruncateSync(file, header.length + tensors.reduce((sum, { bytes }) => sum + bytes, 0));
  closeSync(file);
});

describe("does a trace of 2 GB need more memory than its largest layer?", () => {
  it("the file is one: 2 GB of 5 steps with 4 layers", () => {
    expect(statSync(path).size).toBeGreaterThan(2e9);
  });

  it("verify holds the values of one layer", () => {
    const { code, out, peakMib } = swgMeasured(["verify", "--trace", path]);
    expect(out).toContain("20 of 20 layers have a reference; all are right");
    expect(code).toBe(0);
    expect(peakMib).toBeLessThan(150 + 2 * layerMib);
  });

  it("run holds where one layer's values are not zero", () => {
    const { code, out, peakMib } = swgMeasured([
      "run",
      "--trace",
      path,
      "--threads",
      "1",
      "--accelerators",
      "swg",
    ]);
    expect(out).toContain("Drift over training: weight gradients of zeros on none, steps 0, 1, 2, 3, 4");
    expect(code).toBe(0);
    expect(peakMib).toBeLessThan(150 + 2 * layerMib);
  });
});
