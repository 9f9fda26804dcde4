import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Command, Tree } from "@yowasp/yosys";
import { InputError } from "../input-error.ts";

const packages = ["@yowasp/yosys", "@yowasp/clang"] as const;

/** Runs Yosys's commands on `files`; returns the files afterwards. Throws an `InputError` with its first error. */
export async function yosys(commands: readonly string[], files: Tree): Promise<{ files: Tree }> {
  const { runYosys } = await installed(() => import("@yowasp/yosys"));
  const { made, log } = await run(runYosys, ["-q", "-p", commands.join("; ")], files);
  if (made) return { files: made };
  throw yosysError(log);
}

/** Yosys in a thread of its own, which can be ended: a job after another. */
export class YosysThread {
  private readonly worker = new Worker(threadText, {
    eval: true,
    workerData: location(packages[0]),
    // Yosys must not see the flags of this process
    execArgv: [],
  });

  /**
   * As `yosys`, but gives only `output`, and throws an `InputError` that begins with `what` if it takes more than `seconds`.
   */
  async run(what: string, commands: readonly string[], files: Tree, output: string, seconds: number) {
    const limit = AbortSignal.timeout(1000 * seconds);
    this.worker.postMessage({ args: ["-q", "-p", commands.join("; ")], files, output });
    try {
      const [{ made, log }] = await once(this.worker, "message", { signal: limit });
      if (made) return made as Uint8Array;
      throw yosysError(log);
    } catch (error) {
      if (limit.aborted) throw new InputError(`${what}: Yosys must take at most ${seconds} s, takes more`);
      throw error;
    }
  }

  /** Ends the thread, whatever it is doing. */
  async end(): Promise<void> {
    await this.worker.terminate();
  }
}

/** Plain JavaScript, which a thread can run from sources and from `dist/` alike. */
const threadText = `
const { parentPort, workerData } = require("node:worker_threads");
const yosys = import(workerData);
parentPort.on("message", async ({ args, files, output }) => {
  const { runYosys } = await yosys;
  const decoder = new TextDecoder();
  let log = "";
  const keep = (bytes) => { if (bytes) log += decoder.decode(bytes, { stream: true }); };
  const options = { stdout: keep, stderr: keep, decodeASCII: false, fetchProgress() {} };
  try {
    const made = (await runYosys(args, files, options))[output];
    parentPort.postMessage({ made, log });
  } catch (error) {
    parentPort.postMessage({ log: log || String(error) });
  }
});
`;

function yosysError(log: string): InputError {
  const error = log.split("\n").find((line) => line.includes("ERROR:")) ?? log;
  return new InputError(`yosys: ${error.replace("ERROR: ", "").trim()}`);
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

async function run(program: Command, args: readonly string[], files: Tree) {
  const decoder = new TextDecoder();
  let log = "";
  const keep = (bytes: Uint8Array | null) => {
    if (bytes) log += decoder.decode(bytes, { stream: true });
  };
  const options = { stdout: keep, stderr: keep, decodeASCII: false, ...quiet };
  try {
    return { made: (await program([...args], files, options)) ?? {}, log };
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== "number") throw error;
    return { made: undefined, log };
  }
}
