import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { trainAndCapture } from "./train-and-capture.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-training-"));
afterAll(() => rmSync(folder, { recursive: true }));

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
    expect(() => trainAndCapture({ seed: 1, outDir: path })).toThrow(`${path}: must be a folder, is a file`);
  });
});
