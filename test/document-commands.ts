import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { blocksOf, root } from "./document-blocks.ts";

/** What commands of documents find in their folder, and what it stands for: a file of the tests. */
const given = {
  "out/trace-after.safetensors": "test/data/tiny.safetensors",
  "training.safetensors": "test/data/recorded/f32.safetensors",
  "model.onnx": "test/data/onnx/resnet18.onnx",
  "step.npz": "test/data/numpy/step.npz",
  "examples/systolic.ts": "examples/systolic.ts",
};

/** The commands of a document: the lines of its `sh` blocks that run the program. */
export const commandsOf = (document: string): string[] =>
  blocksOf(document, "sh")
    .flatMap((block) => block.split("\n"))
    .filter((line) => /^npx swg /.test(line));

/**
 * A test for each command of a document: a shell runs it as it is typed, in order, in one folder, where a tiny trace stands for
 * the one that `npm start` writes. npx asks no registry.
 */
export function testCommandsOf(document: string): void {
  const program = join(root, "dist", "cli", "main.js");
  let folder: string;
  beforeAll(() => {
    if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build`);
    folder = mkdtempSync(join(tmpdir(), "swg-typed-"));
    for (const [path, source] of Object.entries(given)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      copyFileSync(join(root, source), join(folder, path));
    }
    mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
    symlinkSync(program, join(folder, "node_modules", ".bin", "swg"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(commandsOf(document))("%s", (command) => {
    const env = { ...process.env, npm_config_offline: "true", NO_COLOR: "1" };
    const { status, stdout, stderr } = spawnSync(command, {
      cwd: folder,
      env,
      shell: true,
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining("error")]);
    const [, file] = command.split(" > ");
    const out = file === undefined ? stdout : readFileSync(join(folder, file), "utf8");
    if (file?.endsWith(".json")) JSON.parse(out);
    if (command.includes("--help")) expect(out).toMatch(/^Usage: swg /);
    if (command.includes("--version")) expect(out).toBe(`${version()}\n`);
    expect(out.length + stderr.length).toBeGreaterThan(0);
  });
}

const version = (): string => JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
