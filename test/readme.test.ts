import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { swg } from "./run-swg.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const program = join(root, "dist", "cli", "main.js");
const here = process.cwd();

/** The fenced blocks of a language, in order. */
function blocksOf(language: string): string[] {
  return Array.from(readme.matchAll(/^```(\w+)\n(.*?)^```$/gms), ([, found, text]) => ({ found, text }))
    .filter(({ found }) => found === language)
    .map(({ text }) => text);
}

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

describe("does the README's library sample work?", () => {
  const path = join(root, "examples", "one-layer.ts");

  it("it is the example, word for word", () => {
    expect(blocksOf("ts")).toEqual([readFileSync(path, "utf8")]);
  });

  it("and the example runs", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await import(path);
    expect(log).toHaveBeenCalled();
    log.mockRestore();
  });
});

describe("does the ONNX example run?", () => {
  it("it finds the layers and simulates one", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await import(join(root, "examples", "onnx-model.ts"));
    const lines = log.mock.calls.map(([line]) => String(line));
    log.mockRestore();
    expect(lines[0]).toBe("21 layers, 0 kinds of operators left out");
    expect(lines[1]).toMatch(/^layer4\.1\.conv2 on swg: \d+ cycles, /);
    expect(lines).toHaveLength(3);
  });
});

describe("do the documents link to what exists?", () => {
  it.each(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "DEVIATIONS.md", "CHANGELOG.md"])(
    "%s",
    (name) => {
      const text = readFileSync(join(root, name), "utf8");
      const links = Array.from(text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g), ([, link]) => link);
      expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
    },
  );

  it("every place in the code that DEVIATIONS.md and the reading order name", () => {
    const text = ["DEVIATIONS.md", "ARCHITECTURE.md"]
      .map((name) => readFileSync(join(root, name), "utf8"))
      .join();
    const places = Array.from(
      text.matchAll(/`(?:src\/)?([a-z-]+\/[a-z/-]+(?:\.ts|\/))`/g),
      ([, place]) => place,
    );
    expect(places.length).toBeGreaterThan(20);
    const missing = places.filter((place) => ![join(root, "src", place), join(root, place)].some(existsSync));
    expect(missing).toEqual([]);
  });

  it("every D number in the code stands in DEVIATIONS.md", () => {
    const deviations = readFileSync(join(root, "DEVIATIONS.md"), "utf8");
    const numbers = Array.from(deviations.matchAll(/^\*\*D(\d+)\. /gm), ([, number]) => Number(number));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
    const code = files
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(root, "src", file), "utf8"));
    const cited = Array.from(code.join().matchAll(/assumed, D(\d+)/gi), ([, number]) => Number(number));
    expect(cited.filter((number) => !numbers.includes(number))).toEqual([]);
  });
});
