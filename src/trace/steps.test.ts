import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { convolution, linear } from "../workload/layer.ts";
import { openTrace, openTraceFile, writeTraceFile } from "./file.ts";
import { bitmapsOnly, memoryTrace } from "./memory-trace.ts";
import { occupancy } from "./occupancy.ts";
import type { LayerContents, LayerTrace, Trace } from "./trace.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-steps-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "t.safetensors");

const ramp = (length: number, by = 1) =>
  Float32Array.from({ length }, (_, i) => (i % 3 === 0 ? 0 : by * (i - 3)));
/** 1 x 5 in, 1 x 5 out, padded on the right alone: a causal Conv1d the other way round */
const sequence: LayerTrace = {
  layer: convolution({
    name: "c#1",
    N: 2,
    C: 2,
    H: 1,
    W: 5,
    K: 4,
    R: 1,
    S: 2,
    stride: [1, 1],
    padding: [0, 0, 0, 1],
    dilation: [1, 1],
    groups: 2,
  }),
  fmap: ramp(20),
  emap: ramp(40, 0.5),
  mask: Uint8Array.of(0, 1, 1, 0, 1, 1, 1, 0),
  weightGradient: Float32Array.from({ length: 8 }, (_, i) => i),
};
const connected: LayerTrace = { layer: linear("fc", 3, 3, 2), fmap: ramp(9), emap: ramp(6) };
const labels = { network: "n", dataset: "d", batch: 2, framework: "PyTorch 1.13.1" };
const step = (number: number, layers: LayerTrace[], optimizerStep = number) =>
  memoryTrace("memory", { ...labels, step: number, optimizerStep }, layers);
const stored = (trace: Trace, types: Partial<LayerContents>): Trace => ({
  ...trace,
  contents: (name) => ({ ...trace.contents(name), ...types }),
});

describe("do several steps come back as they were written?", () => {
  it("labels, layers and values of each, also where a step has other layers", () => {
    const steps = [step(0, [sequence, connected]), step(100, [sequence], 25)];
    writeTraceFile(path, steps);
    const file = openTraceFile(path);
    expect(file.version).toBe(2);
    expect(file.steps.map(({ labels }) => labels)).toEqual(steps.map(({ labels }) => labels));
    expect(file.steps.map(({ layers }) => layers)).toEqual(steps.map(({ layers }) => layers));
    expect(file.steps[0].read("c#1")).toEqual(sequence);
    expect(file.steps[0].read("fc")).toEqual(connected);
    expect(file.steps[1].read("c#1")).toEqual(sequence);
    expect(() => file.steps[1].read("fc")).toThrow('unknown layer "fc"; known: c#1');
  });

  it("one of them is opened by its number, and must be named", () => {
    expect(openTrace(path, 100).labels.optimizerStep).toBe(25);
    expect(() => openTrace(path)).toThrow(`${path}: holds the steps 0, 100; one must be named`);
    expect(() => openTrace(path, 7)).toThrow(`${path}: unknown step 7; known: 0, 100`);
  });

  it.each(["F16", "BF16", "F64"] as const)("values as %s", (type) => {
    writeTraceFile(path, [stored(step(3, [sequence]), { fmap: type, emap: type })]);
    const trace = openTrace(path);
    expect(trace.contents("c#1")).toEqual({ fmap: type, emap: type, mask: true, weightGradient: "F32" });
    expect([...trace.read("c#1").fmap]).toEqual([...sequence.fmap]);
    expect(trace.occupancy("c#1")).toEqual(occupancy(sequence));
  });

  it("bitmaps alone: where the values are not zero, and no values", () => {
    writeTraceFile(path, [bitmapsOnly(step(3, [sequence, connected]))]);
    const trace = openTrace(path);
    expect(trace.contents("c#1")).toEqual({ fmap: "bits", emap: "bits", mask: true });
    expect(trace.occupancy("c#1")).toEqual(occupancy(sequence));
    expect(() => trace.read("c#1")).toThrow(InputError);
    expect(() => trace.read("c#1")).toThrow(`${path}: layer "c#1" has no values, only bitmaps`);
  });

  it("a bitmap takes a sixteenth of the bytes of BF16", () => {
    const wide: LayerTrace = { layer: linear("w", 64, 1024, 1024), fmap: ramp(2 ** 16), emap: ramp(2 ** 16) };
    const bytes = (trace: Trace) => {
      writeTraceFile(path, [trace]);
      return statSync(path).size;
    };
    const blank = { ...wide, fmap: new Float32Array(2 ** 16), emap: new Float32Array(2 ** 16) };
    const values = bytes(stored(step(1, [blank]), { fmap: "BF16", emap: "BF16" }));
    expect(values / bytes(bitmapsOnly(step(1, [wide])))).toBeGreaterThan(15);
  });
});

describe("what is refused, and leaves nothing?", () => {
  it.each<[string, Trace[], string]>([
    ["no step", [], "must have one step or more"],
    ["a step twice", [step(1, [sequence]), step(1, [sequence])], "step 1 is listed twice"],
    [
      "steps of two networks",
      [step(1, [sequence]), memoryTrace("m", { ...labels, network: "other", step: 2 }, [sequence])],
      'steps must be of one network, are of "n" and "other"',
    ],
    [
      "a value that F16 cannot hold",
      [stored(step(1, [{ ...sequence, fmap: ramp(20, 0.1) }]), { fmap: "F16" })],
      "values must be F16 numbers, is -0.2",
    ],
    [
      "a value that is beyond BF16",
      [stored(step(1, [{ ...sequence, emap: ramp(40, 1 + 2 ** -12) }]), { emap: "BF16" })],
      "values must be BF16 numbers, is",
    ],
    [
      "a gradient that was announced",
      [stored(step(1, [connected]), { weightGradient: "F32" })],
      'tensor "1/fc.weight_gradient" was announced, but is missing',
    ],
  ])("%s", (_, steps, message) => {
    const other = join(folder, "none.safetensors");
    expect(() => writeTraceFile(other, steps)).toThrow(InputError);
    expect(() => writeTraceFile(other, steps)).toThrow(message);
    expect(existsSync(other)).toBe(false);
  });
});
