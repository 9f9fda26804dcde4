import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { subjectOf } from "../../accelerators/machine.ts";
import { InputError, isRecord, quoted } from "../../input-error.ts";
import { parseAxis } from "../../sweep/axis.ts";
import { type Objective, parseObjectives, usualObjectives } from "../../sweep/measures.ts";
import type { PointOutcome } from "../../sweep/point.ts";
import { impossible } from "../../sweep/point-evaluator.ts";
import type { PointValues } from "../../sweep/space.ts";
import { checkFolder } from "../../trace/whole-file.ts";
import { Interrupted, interruptible } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { nameList } from "../name-list.ts";
import { untilAborted } from "../run-in-threads.ts";
import { addRequestOptions, type RequestFlags } from "../run-request.ts";
import { pointIdentity } from "./point-identity.ts";
import { openStore, type PointStore } from "./point-store.ts";
import { type PointThreads, pointThreads } from "./point-threads.ts";
import { runsOfPoints, type SearchRuns, searchRuns } from "./search-runs.ts";

const help = `
One line in, one line out, as soon as it is known; as many at once as there are threads:
  {"id": 1, "values": {"swg.columns": 8, "swg.rows": 4}}
  {"id": 1, "objectives": {"cycles": 1234, "areaMm2": 5.6, "energyPj": 789}, "result": {...}}
  {"id": 2, "error": "parameter swg.columns must be a whole number from 1 to 1024, got 0"}
What values can name is what swg sweep can sweep. It ends when its input does.

Examples:
  swg serve --stdio --trace out/trace-after.safetensors --accelerators swg
  python3 examples/search_optuna.py out/trace-after.safetensors`;

interface ServeFlags extends RequestFlags {
  readonly stdio?: boolean;
  readonly over?: string;
  readonly objectives?: string;
  readonly store?: string;
}

/** Declares the options of `swg serve`. */
export function declareServe(command: Command, io: Io): void {
  addRequestOptions(command)
    .option("--stdio", "read points from standard input, write results to standard output; the only way yet")
    .option("--over <what=values>", "run each point over all of these, such as network=vgg8,resnet20")
    .option("--objectives <list>", `what answers name, as in swg sweep (default: ${usualObjectives})`)
    .option("--store <folder>", "keep points there, and take from there those that it has")
    .addHelpText("after", help)
    .action((flags: ServeFlags) => interruptible((signal) => serve(flags, process.stdin, io, signal)));
}

async function serve(
  flags: ServeFlags,
  input: AsyncIterable<Uint8Array>,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  if (!flags.stdio) throw new InputError("serve needs --stdio, from which it reads points");
  const over = flags.over === undefined ? undefined : parseAxis(flags.over);
  const runs = await searchRuns([], over, flags);
  const labels = runs.given.map(({ label }) => label);
  const names = nameList("--objectives", flags.objectives ?? usualObjectives, usualObjectives.split(","));
  const objectives = parseObjectives(names, subjectOf(runs.given).label, labels, runs.works);
  if (flags.store !== undefined) checkFolder(flags.store);
  const store = flags.store === undefined ? undefined : openStore(flags.store);
  const threads = pointThreads(runs, runs.description.settings.threads ?? availableParallelism(), signal);
  const server: Server = { runsOf: runsOfPoints(runs), objectives, threads, store };
  try {
    await untilAborted(signal, answerAll(server, input, io));
  } catch (error) {
    // whoever asks for points ends what answers
    if (!(error instanceof Interrupted)) throw error;
    throw new Interrupted(error.signal, ["answers"]);
  } finally {
    await threads.close();
    store?.close();
    process.stdin.destroy();
  }
}

interface Server {
  readonly runsOf: (values: PointValues) => Promise<SearchRuns>;
  readonly objectives: readonly Objective[];
  readonly threads: PointThreads;
  readonly store: PointStore | undefined;
}

/** Lines that are read ahead, for each thread. */
const readAhead = 4;

async function answerAll(server: Server, input: AsyncIterable<Uint8Array>, io: Io): Promise<void> {
  const going = new Set<Promise<void>>();
  for await (const line of linesOf(input)) {
    if (line.trim() === "") continue;
    const work: Promise<void> = answer(server, line, going.size + 1 < server.threads.threads)
      .then((found) => io.out(`${JSON.stringify(found)}\n`))
      .finally(() => going.delete(work));
    going.add(work);
    if (going.size >= readAhead * server.threads.threads) await Promise.race(going);
  }
  await Promise.all(going);
}

const longestLine = 2 ** 20;

/** Lines of what is read. Throws `InputError` for one that is too long. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of input) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (rest.length > longestLine) throw new InputError(`a line must have at most ${longestLine} characters`);
    yield* lines;
  }
  yield rest + decoder.decode();
}

/** What is answered to a line; `share`: fewer points are asked for than there are threads. A bug is thrown on. */
async function answer(server: Server, line: string, share: boolean): Promise<object> {
  let id: unknown = null;
  try {
    const asked = JSON.parse(line);
    if (!isRecord(asked)) throw new InputError(`a point must be {"id", "values"}, is ${quoted(asked)}`);
    id = asked.id ?? null;
    const outcome = await outcomeOf(server, valuesOf(asked.values), share);
    if ("impossible" in outcome) return { id, error: outcome.impossible };
    const { result } = outcome;
    const objectives = Object.fromEntries(server.objectives.map(({ name, of }) => [name, of(result)]));
    return { id, objectives, result };
  } catch (error) {
    if (error instanceof SyntaxError) return { id, error: `a point must be JSON, is ${quoted(line)}` };
    const outcome = impossible(error);
    return { id, error: "impossible" in outcome ? outcome.impossible : "" };
  }
}

function valuesOf(values: unknown): PointValues {
  if (!isRecord(values)) throw new InputError(`values of a point must be an object, are ${quoted(values)}`);
  for (const [name, value] of Object.entries(values))
    if (!["number", "string", "boolean"].includes(typeof value))
      throw new InputError(`value of ${name} must be a number or a name, is ${quoted(value)}`);
  const entries = Object.entries(values as Record<string, number | string | boolean>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "boolean" ? String(value) : value]),
  );
}

async function outcomeOf(
  { runsOf, threads, store }: Server,
  values: PointValues,
  share: boolean,
): Promise<PointOutcome> {
  const runs = await runsOf(values);
  // what cannot be built is refused here, before a thread has it
  const identity = pointIdentity(runs.pointAt(values), runs.engine);
  const known = store?.outcomeOf(identity);
  if (known) return known;
  const outcome = await threads.evaluate(values, share);
  store?.keep(identity, outcome);
  return outcome;
}
