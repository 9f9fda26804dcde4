import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { openTrace } from "../trace/file.ts";
import type { Trace } from "../trace/trace.ts";
import type { Progress } from "./train.ts";
import { type TrainingResult, trainAndCapture } from "./train-and-capture.ts";
import { verifyLayer } from "./verify.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-training-"));
afterAll(() => rmSync(folder, { recursive: true }));

const density = (values: ArrayLike<number>) =>
  Array.from(values).filter((value) => value !== 0).length / values.length;

describe("does the network learn, and are the captured steps real ones?", () => {
  const heard: Progress[] = [];
  let result: TrainingResult;
  let before: Trace;
  let after: Trace;
  beforeAll(() => {
    const outDir = join(folder, "made", "here");
    result = trainAndCapture({ seed: 1, outDir, onProgress: (progress) => heard.push(progress) });
    before = openTrace(result.paths.before);
    after = openTrace(result.paths.after);
  }, 120_000);

  it("it recognises 97 % of pictures it has never seen", () => {
    expect(result.accuracy).toBeGreaterThan(0.97);
    expect(result.lossAfter).toBeLessThan(0.05 * result.lossBefore);
  });

  it("progress is reported once an epoch", () => {
    expect(heard.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(heard.at(-1)).toMatchObject({ epochs: 3, accuracy: result.accuracy });
  });

  it("both traces hold every layer, the linear one too, at the step they were taken", () => {
    expect(after.layers.map(({ name, type, N }) => [name, type, N])).toEqual([
      ["conv1", "conv2d", 16],
      ["conv2", "conv2d", 16],
      ["conv3", "conv2d", 16],
      ["conv4", "conv2d", 16],
      ["fc", "linear", 16],
    ]);
    expect([before.labels.step, after.labels.step]).toEqual([0, 300]);
  });

  it("the gradients of both verify", () => {
    for (const trace of [before, after])
      for (const { name } of trace.layers) expect(verifyLayer(trace.read(name))).toMatchObject({ ok: true });
  });

  it("ReLU and pooling leave the emaps of the convolutions sparse, not empty", () => {
    for (const name of ["conv1", "conv2", "conv3", "conv4"]) {
      const share = density(after.read(name).emap);
      expect(share).toBeGreaterThan(0.02);
      expect(share).toBeLessThan(0.6);
    }
  });
});

describe("does a seed decide every byte?", () => {
  const bytes = (seed: number, run: string) => {
    const { paths } = trainAndCapture({
      seed,
      outDir: join(folder, run),
      pictures: 100,
      epochs: 1,
      heldOut: 25,
    });
    return Buffer.concat([readFileSync(paths.before), readFileSync(paths.after)]);
  };

  it("the same seed, the same bytes; another seed, others", () => {
    const first = bytes(5, "first");
    expect(bytes(5, "second").equals(first)).toBe(true);
    expect(bytes(6, "third").equals(first)).toBe(false);
  });
});

describe("what is refused before any work is done?", () => {
  it.each([
    ["seed", { seed: 0.5 }, "seed must be a whole number from 0 to 9007199254740991, is 0.5"],
    ["pictures", { pictures: 3 }, "pictures must be a whole number from 25 to 1000000, is 3"],
    ["epochs", { epochs: 0 }, "epochs must be a whole number from 1 to 1000, is 0"],
    ["heldOut", { heldOut: 0 }, "heldOut must be a whole number from 1 to 1000000, is 0"],
  ])("%s", (_, change, message) => {
    const start = () => trainAndCapture({ seed: 1, outDir: folder, ...change });
    expect(start).toThrow(InputError);
    expect(start).toThrow(message);
  });

  it("a folder that is a file", () => {
    const path = join(folder, "file");
    writeFileSync(path, "");
    expect(() => trainAndCapture({ seed: 1, outDir: path })).toThrow(
      `${path}: folder cannot be made: is there already (EEXIST)`,
    );
  });
});
