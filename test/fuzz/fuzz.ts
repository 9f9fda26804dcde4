import { readFileSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { InputError } from "../../src/input-error.ts";
import { seededRandom } from "../../src/random.ts";
import type { FuzzedReader } from "./fuzzed-reader.ts";

/** What an input may take: seconds of the processor, and MiB above what the process had before it. */
export const limits = { seconds: 2, mib: 300 };

/** What became of an input. */
export interface Outcome {
  readonly accepted: boolean;
  readonly seconds: number;
  readonly mib: number;
  /** why it is a finding; absent where all is well */
  readonly problem?: string;
}

/** The least that the process has had before an input. */
let idleMib = Number.POSITIVE_INFINITY;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** An input by its place in the order of a seed. */
export const inputOf = (reader: FuzzedReader, seed: number, index: number): Uint8Array =>
  reader.make(seededRandom(seed * 2 ** 32 + index));

/** Reads an input, twice where it takes too much: the first time pays for machine code and what was left to collect. */
export async function outcomeOf(
  reader: FuzzedReader,
  input: Uint8Array,
  most: Readonly<typeof limits> = limits,
): Promise<Outcome> {
  const first = await attempt(reader, input, most);
  if (first.problem === undefined || !first.tooMuch) return first;
  collectGarbage();
  const second = await attempt(reader, input, most);
  return second.problem === undefined ? second : { ...second, problem: `twice: ${second.problem}` };
}

async function attempt(
  reader: FuzzedReader,
  input: Uint8Array,
  most: Readonly<typeof limits>,
): Promise<Outcome & { tooMuch?: true }> {
  idleMib = Math.min(idleMib, residentMib(true));
  const started = process.cpuUsage();
  let error: unknown;
  try {
    await reader.read(input);
  } catch (thrown) {
    error = thrown ?? new Error("nothing was thrown");
  }
  const { user, system } = process.cpuUsage(started);
  const used = { seconds: (user + system) / 1e6, mib: residentMib(false) - idleMib };
  const outcome = { accepted: error === undefined, ...used };
  if (error !== undefined && !(error instanceof InputError))
    return { ...outcome, problem: `throws ${(error as Partial<Error>).stack ?? String(error)}` };
  if (used.seconds > most.seconds)
    return { ...outcome, tooMuch: true, problem: `takes ${used.seconds.toFixed(2)} s of the processor` };
  if (used.mib > most.mib)
    return { ...outcome, tooMuch: true, problem: `takes ${Math.round(used.mib)} MiB above the idle process` };
  return outcome;
}

/** MiB in memory: now, after which the peak is counted anew, or at the peak since then. Linux says it exactly. */
function residentMib(start: boolean): number {
  if (process.platform !== "linux") return process.memoryUsage.rss() / 2 ** 20;
  if (start) writeFileSync("/proc/self/clear_refs", "5");
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024;
}
