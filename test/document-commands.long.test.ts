import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocksOf, root } from "./readme-blocks.ts";
import { swg } from "./run-swg.ts";

const program = join(root, "dist", "cli", "main.js");
const here = process.cwd();

const commands = blocksOf("sh")
  .flatMap((block) => block.split("\n"))
  .filter((line) => /^(npx --no )?swg /.test(line));

describe("does every command in the README work?", () => {
  // They run in order in one folder, where the tiny trace stands for the one that `npm start` writes; in this process, for
  // starting Node takes longer than most of them.
  let folder: string;
  beforeAll(() => {
    if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build`);
    folder = mkdtempSync(join(tmpdir(), "swg-readme-"));
    mkdirSync(join(folder, "out"));
    copyFileSync(join(root, "test/data/tiny.safetensors"), join(folder, "out/trace-after.safetensors"));
    copyFileSync(join(root, "test/data/onnx/resnet18.onnx"), join(folder, "model.onnx"));
    copyFileSync(join(root, "test/data/numpy/step.npz"), join(folder, "step.npz"));
    mkdirSync(join(folder, "examples"));
    copyFileSync(join(root, "examples/systolic.ts"), join(folder, "examples/systolic.ts"));
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(here);
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a command prints; throws where it fails. Worker threads need what is built. */
  async function output(words: readonly string[]): Promise<string> {
    if (words.includes("--threads"))
      return execFileSync(process.execPath, [program, ...words], { encoding: "utf8", stdio: "pipe" });
    const { code, out, err } = await swg(words);
    expect([code, err]).toEqual([0, expect.not.stringContaining("error")]);
    return out;
  }

  it("there are some", () => {
    expect(commands.length).toBeGreaterThan(5);
  });

  it.each(commands)("%s", async (command) => {
    const [line, file] = command.replace(/^(npx --no )?swg /, "").split(" > ");
    expect(line).not.toMatch(/["'$|<>&;\\]/);
    const out = await output(line.split(" "));
    if (file !== undefined) writeFileSync(file, out);
    if (file?.endsWith(".json")) JSON.parse(out);
  });
});
