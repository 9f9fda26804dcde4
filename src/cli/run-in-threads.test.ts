import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { swg, tinyTrace } from "../../test/run-swg.ts";
import { startSwg } from "../../test/start-swg.ts";
import { largestFirst } from "./run-in-threads.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "swg-threads-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("does a report depend on the number of threads?", () => {
  const outOf = ({ code, out, err }: Awaited<ReturnType<typeof startSwg>["ended"]>) => {
    expect([code, err]).toEqual([0, ""]);
    return out;
  };

  it.each([
    [
      "of a network",
      "run --network vgg8 --batch 1 --layers conv_0,conv_13 --accelerators swg,dense --seed 5 --zeros coins",
      3,
    ],
    [
      "in all phases",
      `run --trace ${tinyTrace} --layers conv4,conv2 --accelerators lnpu-swg,trainware --phases ff,bp,wg`,
      2,
    ],
  ])("%s, no", async (_, line, threads) => {
    const plain = outOf(await swg(`${line} --format json --threads 1`));
    expect(JSON.parse(plain).layers.length).toBeGreaterThan(1);
    expect(outOf(await startSwg(`${line} --format json --threads ${threads}`).ended)).toBe(plain);
  });
});

describe("which part runs first?", () => {
  const simulate = () => expect.fail();
  const part = (layer: string, work: number) => ({ title: "", layer, work, runs: 1, simulate });

  it("those of the largest layer; a layer's parts stay together, and equal layers in order", () => {
    const layers = { a: 2, b: 9, c: 2, d: 4 };
    const parts = Object.entries(layers).flatMap(([name, work]) => [part(name, work), part(name, 2 * work)]);
    expect(largestFirst({ parts })).toEqual([2, 3, 6, 7, 0, 1, 4, 5]);
  });
});

describe("what does a damaged layer say in threads?", () => {
  /** The tiny trace with the last value of each of these tensors not a number. */
  function damaged(...tensors: string[]): string {
    const bytes = readFileSync(tinyTrace);
    const headerBytes = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + headerBytes));
    for (const tensor of tensors) {
      const {
        dtype,
        data_offsets: [, end],
      } = header[tensor];
      expect(dtype).toBe("F32");
      bytes.writeFloatLE(Number.NaN, 8 + headerBytes + end - 4);
    }
    const path = join(folder, "damaged.safetensors");
    writeFileSync(path, bytes);
    return path;
  }

  it.each([
    [["conv1.fmap"], "conv1.fmap", 2],
    // the largest layers run first, but the first in the trace is reported
    [["fc.emap", "conv2.emap", "conv4.fmap"], "conv2.emap", 5],
  ])("%j: the line of a run in one thread, exit code 1", async (tensors, named, threads) => {
    const line = `run --trace ${damaged(...tensors)} --accelerators swg,dense`;
    const plain = await swg(`${line} --threads 1`);
    expect(plain).toMatchObject({ code: 1, out: "" });
    expect(plain.err).toMatch(/^error: [^\n]+\n$/);
    expect(plain.err).toContain(`tensor "${named}"`);
    expect(await startSwg(`${line} --threads ${threads}`).ended).toEqual(plain);
  });
});
