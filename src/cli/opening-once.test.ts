import fs, { mkdtempSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chooseLayers } from "../report/run-plan.ts";
import { openTraceFile, writeTraceFile } from "../trace/file.ts";
import { bitmapsOnly, memoryTrace } from "../trace/memory-trace.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { nameList } from "./name-list.ts";
import { openSource, stepsOf } from "./training-step.ts";

/** How often files are opened meanwhile. */
function opensDuring(work: () => void): number {
  const { openSync } = fs;
  let opens = 0;
  fs.openSync = (...given) => {
    opens++;
    return openSync(...given);
  };
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    fs.openSync = openSync;
    syncBuiltinESMExports();
  }
  return opens;
}

const folder = mkdtempSync(join(tmpdir(), "swg-many-"));
afterAll(() => rmSync(folder, { recursive: true }));

const layerTrace = (i: number): LayerTrace => ({
  layer: {
    name: `layer${i}`,
    type: "conv2d",
    N: 1,
    C: 1,
    H: 1,
    W: 1,
    K: 1,
    P: 1,
    Q: 1,
    R: 1,
    S: 1,
    groups: 1,
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
  },
  fmap: Float32Array.of(1),
  emap: Float32Array.of(1),
});
const labels = { network: "n", dataset: "d", step: 0, batch: 1 };

const secondsOf = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

describe("is a step of very many layers no more work than its layers?", () => {
  it("a command reads the header of its trace once", () => {
    const path = join(folder, "steps.safetensors");
    const steps = [0, 1, 2].map((step) => memoryTrace("m", { ...labels, step }, [layerTrace(0)]));
    writeTraceFile(path, steps);
    let asked: ReturnType<typeof stepsOf> = [];
    const once = opensDuring(() => openTraceFile(path));
    expect(once).toBeGreaterThan(0);
    expect(opensDuring(() => (asked = stepsOf({ trace: path })))).toBe(once);
    expect(asked.map(({ trace }) => trace.labels.step)).toEqual([0, 1, 2]);
    expect(openSource(asked[1].source).labels).toEqual(asked[1].trace.labels);
  });

  it("layers are found by name in no time that grows with their number", () => {
    const trace = bitmapsOnly(
      memoryTrace(
        "m",
        labels,
        Array.from({ length: 40_000 }, (_, i) => layerTrace(i)),
      ),
    );
    const names = trace.layers.map(({ name }) => name);
    const seconds = secondsOf(() => {
      expect(chooseLayers(trace, nameList("--layers", names.join(","), names))).toHaveLength(40_000);
      for (const name of names) trace.contents(name);
    });
    expect(seconds).toBeLessThan(1);
  });

  it("an unknown one is answered with a hundred known ones at most", () => {
    const trace = memoryTrace(
      "m",
      labels,
      Array.from({ length: 500 }, (_, i) => layerTrace(i)),
    );
    expect(() => chooseLayers(trace, ["x"])).toThrow(
      /^unknown layer "x"; known: layer0, .*, layer99, and 400 more$/,
    );
  });
});
