import { readFileSync } from "node:fs";
import type { Command, Tree } from "@yowasp/yosys";
import { InputError } from "../input-error.ts";

const packages = ["@yowasp/yosys", "@yowasp/clang"] as const;

/**
 * Runs Yosys's commands on `files`; returns the files afterwards. `onLine` gets what it prints, as it goes. Throws an
 * `InputError` with its first error.
 */
export async function yosys(
  commands: readonly string[],
  files: Tree,
  onLine?: (line: string) => void,
): Promise<{ files: Tree }> {
  const { runYosys } = await installed(() => import("@yowasp/yosys"));
  const flags = onLine ? [] : ["-q"];
  const { made, log } = await run(runYosys, [...flags, "-p", commands.join("; ")], files, onLine);
  if (made) return { files: made };
  const error = log.split("\n").find((line) => line.includes("ERROR:")) ?? log;
  throw new InputError(`yosys: ${error.replace("ERROR: ", "").trim()}`);
}

/** Runs clang++; returns the files afterwards. Throws with all that it printed: C++ that it refuses is a bug of ours. */
export async function clang(args: readonly string[], files: Tree): Promise<Tree> {
  const { commands, runLLVM } = await installed(() => import("@yowasp/clang"));
  await runLLVM(undefined, {}, quiet);
  const { made, log } = await run(commands["clang++"], args, files);
  if (!made) throw new Error(`clang: ${log}`);
  return made;
}

/** The headers that the C++ of `write_cxxrtl` includes: resources of the Yosys package. */
export async function cxxrtlHeaders(): Promise<Tree> {
  const url = new URL("resources-yosys.js", location(packages[0]));
  const { filesystem } = (await import(url.href)) as { filesystem: Tree };
  const path = ["share", "include", "backends", "cxxrtl", "runtime"];
  return path.reduce((tree, name) => tree[name] as Tree, filesystem);
}

/** Versions of both packages: what they made is valid for these alone. */
export function toolVersions(): string {
  const versions = packages.map((name) => {
    const manifest = readFileSync(new URL("../package.json", location(name)), "utf8");
    return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
  });
  return versions.join(", ");
}

const notInstalled = () =>
  new InputError(
    `circuits need packages that are not installed (140 MB); install them: npm install ${packages.join(" ")}`,
  );

function location(name: string): string {
  try {
    return import.meta.resolve(name);
  } catch {
    throw notInstalled();
  }
}

async function installed<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" ? notInstalled() : error;
  }
}

/** Without the progress of reading its own resources, which it otherwise prints. */
const quiet = { fetchProgress: () => {} };

async function run(program: Command, args: readonly string[], files: Tree, onLine?: (line: string) => void) {
  const decoder = new TextDecoder();
  let log = "";
  const keep = (bytes: Uint8Array | null) => {
    if (!bytes) return;
    const text = decoder.decode(bytes, { stream: true });
    log += text;
    if (onLine) for (const line of text.split("\n")) onLine(line);
  };
  const options = { stdout: keep, stderr: keep, decodeASCII: false, ...quiet };
  try {
    return { made: (await program([...args], files, options)) ?? {}, log };
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== "number") throw error;
    return { made: undefined, log };
  }
}
