import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type Arrays, asZip, goodArrays, hostileArrays, hostileZips } from "./hostile-arrays.ts";
import { hostileOnnx } from "./hostile-onnx.ts";
import { mostMib, mostSeconds, peakMibText } from "./run-limited.ts";

const program = fileURLToPath(new URL("../dist/cli/run-cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "swg-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Answer {
  readonly code: number;
  readonly err: string;
  readonly out: string;
  readonly seconds: number;
}

/**
 * Runs command lines one after another in a process of their own; its peak of memory is that of the worst of them. Seconds
 * are the processor's, which other tests on the machine do not lengthen.
 */
function answers(lines: readonly (readonly string[])[]): { answers: Answer[]; megabytes: number } {
  const script = `
    import { runCli } from ${JSON.stringify(pathToFileURL(program).href)};
    const answers = [];
    const answer = async (line) => {
      const written = { out: "", err: "" };
      const before = process.cpuUsage();
      const code = await runCli(line, { out: (t) => { written.out += t; }, err: (t) => { written.err += t; }, terminal: false });
      const { user, system } = process.cpuUsage(before);
      return { code, ...written, seconds: (user + system) / 1e6 };
    };
    for (const line of ${JSON.stringify(lines)}) {
      const first = await answer(line);
      answers.push(first.seconds < ${mostSeconds} ? first : await answer(line));
    }
    console.log(JSON.stringify({ answers, megabytes: ${peakMibText} }));`;
  const flags = ["--input-type=module", "--max-semi-space-size=8"];
  const text = execFileSync(process.execPath, flags, {
    input: script,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    timeout: 100_000,
  });
  return JSON.parse(text);
}

function expectRefusals(names: readonly string[], lines: readonly (readonly string[])[]): void {
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build`);
  const before = readdirSync(folder, { recursive: true }).length;
  const { answers: found, megabytes } = answers(lines);
  const wrong = found.flatMap(({ code, err, out, seconds }, i) =>
    code === 1 && out === "" && /^error: [^\n]+\n$/.test(err) && err.length < 700 && seconds < mostSeconds
      ? []
      : [{ name: names[i], code, err, out, seconds }],
  );
  expect(wrong).toEqual([]);
  expect(found.length).toBeGreaterThan(30);
  expect(megabytes).toBeLessThan(mostMib);
  expect(readdirSync(folder, { recursive: true }).length).toBe(before);
}

const converted = (paths: readonly string[]) => paths.map((path) => ["convert", path, `${path}.safetensors`]);

function writeFolder(path: string, arrays: Arrays): string {
  mkdirSync(path);
  for (const [name, bytes] of Object.entries(arrays)) writeFileSync(join(path, `${name}.npy`), bytes);
  return path;
}

describe("are hostile files refused in one line, with little work and memory, and nothing written?", () => {
  it(".npz", () => {
    const files: [string, Uint8Array][] = [
      ...hostileArrays.map(([name, arrays]): [string, Uint8Array] => [name, asZip(arrays)]),
      ...hostileZips.map(([name, file]): [string, Uint8Array] => [name, file()]),
    ];
    const paths = files.map(([, bytes], i) => {
      const path = join(folder, `${i}.npz`);
      writeFileSync(path, bytes);
      return path;
    });
    expectRefusals(
      files.map(([name]) => name),
      converted(paths),
    );
  });

  it("a folder of .npy", () => {
    const paths = hostileArrays.map(([, arrays], i) => writeFolder(join(folder, `arrays-${i}`), arrays));
    const names = hostileArrays.map(([name]) => name);
    const more = (name: string, make: (path: string) => void) => {
      const path = writeFolder(join(folder, `arrays-${paths.length}`), goodArrays);
      make(path);
      names.push(name);
      paths.push(path);
    };
    const replace = (path: string, put: (file: string) => void) => {
      rmSync(join(path, "a.fmap.npy"));
      put(join(path, "a.fmap.npy"));
    };
    more("empty", (path) => {
      for (const name of readdirSync(path)) rmSync(join(path, name));
    });
    more("a folder in place of an array", (path) => replace(path, (file) => mkdirSync(file)));
    more("a link to itself", (path) => replace(path, (file) => symlinkSync(file, file)));
    more("a link to nothing", (path) => replace(path, (file) => symlinkSync(join(path, "none"), file)));
    more("a link to an endless device", (path) => replace(path, (file) => symlinkSync("/dev/zero", file)));
    more("a link to a file that is no array", (path) => replace(path, (file) => symlinkSync(program, file)));
    more("a pipe that nobody writes to", (path) =>
      replace(path, (file) => execFileSync("sh", ["-c", 'mkfifo "$0"', file])),
    );
    more("an array of a terabyte of holes", (path) => truncateSync(join(path, "a.fmap.npy"), 2 ** 40));
    more("a step with half of its arrays", (path) => {
      mkdirSync(join(path, "7"));
      writeFileSync(join(path, "7", "a.fmap.npy"), goodArrays["a.fmap"]);
    });
    expectRefusals(names, converted(paths));
  });

  it("ONNX", () => {
    const lines = hostileOnnx.map(([, file], i) => {
      const path = join(folder, `${i}.onnx`);
      writeFileSync(path, file());
      return ["run", "--network", path, "--out", join(folder, "out")];
    });
    expectRefusals(
      hostileOnnx.map(([name]) => name),
      lines,
    );
  });
});
