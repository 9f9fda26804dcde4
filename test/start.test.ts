import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const major = Number.parseInt(process.versions.node, 10);
const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** Runs the program in a Node that says it is another one. */
const startedBy = (version: string) => {
  const pretend = `Object.defineProperty(process, "versions", { value: { node: ${JSON.stringify(version)} } })`;
  const script = `data:text/javascript,${encodeURIComponent(pretend)}`;
  return spawnSync(process.execPath, ["--import", script, main, "--version"], { encoding: "utf8" });
};

describe("what does the program say where it cannot start?", () => {
  it.each(["18.20.8", "20.18.3"])("Node %s is too old: one line, exit code 1", (version) => {
    const { status, stdout, stderr } = startedBy(version);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(`error: Node must be 20.19 or newer, is ${version} (${process.execPath})\n`);
    expect(engines.node).toBe(">=20.19");
  });

  it.each(["20.19.0"])("Node %s is not", (version) => {
    expect(startedBy(version)).toMatchObject({ status: 0, stderr: "" });
  });

  it("nothing is loaded before the check, and its text has no syntax that an old Node lacks", () => {
    const text = readFileSync(main, "utf8").replace(/^\s*(\/\/|\/?\*).*$/gm, "");
    expect(text).not.toMatch(/^import\s|\?\.|\?\?|\bawait\b|#\w+;/m);
  });

  it.for([
    [
      "for the program",
      20,
      "--version",
      /^error: swg cannot be loaded: EMFILE: too many open files[^\n]*\n$/,
    ],
    ["for a command", 24, "run", /^error: [^\n]*: too many files are open; ulimit -n raises [^\n]*\n$/],
  ] as const)("too few open files %s: one line, exit code 1", ([, files, word, line], { skip }) => {
    skip(major > 20, `Node ${major} opens one file of a program after the other`);
    const limited = `ulimit -n ${files}; exec "$0" "$1" ${word}`;
    const { status, stderr } = spawnSync("sh", ["-c", limited, process.execPath, main], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toMatch(line);
  });

  it("too little address space for an engine: one line that says memory, exit code 1", ({ skip }) => {
    skip(major > 22, `Node ${major} reserves no address space for an engine where there is none`);
    const limited =
      'ulimit -v 3000000; exec "$0" "$1" run --network vgg8 --batch 1 --layers conv_13 --threads 1';
    const { status, stderr } = spawnSync("sh", ["-c", limited, process.execPath, main], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: memory ran out[^\n]*\n$/);
  });
});
