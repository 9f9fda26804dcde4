// npm run bench -- [network ...]: the simulator's speed beside that of computing the same gradients densely.

import { fork } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { nameList } from "../src/cli/name-list.ts";
import { InputError, unknownName } from "../src/input-error.ts";
import { makeFolder, writeWholeFile } from "../src/trace/whole-file.ts";
import { networks } from "../src/workload/networks/index.ts";
import { pythonWithTorch } from "../test/python.ts";
import { kernels, type Measurement, openSource, type Task, taskText } from "./measurement.ts";
import { benchResult, benchText } from "./result.ts";
import { measureTorch, torchVersion } from "./torch.ts";

interface Options {
  readonly kernels: string;
  readonly threads: string;
  readonly json: string;
}

const mostThreads = 64;
const defaultNetworks = ["vgg8", "resnet18", "resnet50"];

/** Threads of Node in a process of its own. */
async function measureNode(task: Task): Promise<Measurement> {
  const child = fork(fileURLToPath(new URL("threads.js", import.meta.url)));
  child.send(task);
  const failed = once(child, "exit").then(() => {
    throw new Error(`${taskText(task)}: its process ended without a result`);
  });
  const [measurement]: Measurement[] = await Promise.race([once(child, "message"), failed]);
  return measurement;
}

function known<T extends string>(noun: string, names: readonly string[], list: Record<T, unknown>): T[] {
  for (const name of names) if (!Object.hasOwn(list, name)) throw unknownName(noun, name, Object.keys(list));
  return names as T[];
}

function threadCounts(text: string): number[] {
  const counts = nameList("--threads", text, ["1", "2"]).map(Number);
  if (counts.every((count) => Number.isInteger(count) && count >= 1 && count <= mostThreads)) return counts;
  throw new InputError(
    `--threads must be whole numbers from 1 to ${mostThreads}, is ${JSON.stringify(text)}`,
  );
}

/** Every kernel on every network; without PyTorch where there is none, for that reason. */
function tasksOf(asked: readonly string[], options: Options, noTorch: string | undefined): Task[] {
  const names = known("network", asked.length > 0 ? [...new Set(asked)] : defaultNetworks, networks);
  const given = known("kernel", nameList("--kernels", options.kernels, Object.keys(kernels)), kernels);
  const threads = threadCounts(options.threads);
  const timed = given.filter((kernel) => kernel !== "torch" || noTorch === undefined);
  if (timed.length === 0) throw new InputError(`--kernels torch needs PyTorch: ${noTorch}`);
  if (timed.length < given.length) process.stderr.write(`bench: torch is left out: ${noTorch}\n`);
  return names.flatMap((network) =>
    threads.flatMap((count) => timed.map((kernel) => ({ network, kernel, threads: count }))),
  );
}

async function bench(asked: string[], options: Options): Promise<void> {
  const { python, reason } = pythonWithTorch();
  const torch = python && torchVersion(python);
  const [load] = loadavg();
  const tasks = tasksOf(asked, options, reason);
  // what cannot be read or written is said before minutes of work, not after
  for (const task of tasks) openSource(task);
  makeFolder(dirname(options.json));
  const measurements: Measurement[] = [];
  for (const task of tasks) {
    process.stderr.write(`bench: ${taskText(task)} ...\n`);
    measurements.push(task.kernel === "torch" ? measureTorch(task, python!) : await measureNode(task));
  }
  const result = benchResult(measurements, { load, torch });
  writeWholeFile(options.json, [new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`)]);
  process.stdout.write(`${benchText(result)}\n${options.json} has the same as JSON.\n`);
}

const program = new Command("npm run bench --")
  .description("Times the simulator, and computing the same weight gradients in f32.")
  .argument("[network...]", `which; default: ${defaultNetworks.join(", ")}`)
  .option("--kernels <names>", "what to time", Object.keys(kernels).join(","))
  .option("--threads <numbers>", "on how many threads", "1,2")
  .option("--json <file>", "where the figures go", "out/bench.json")
  .action(bench);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
