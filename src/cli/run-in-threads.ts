import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Tinypool } from "tinypool";
import { InputError } from "../input-error.ts";
import type { Report } from "../report/report.ts";
import type { PartResult, PlanOptions, RunPlan } from "../report/run-plan.ts";
import { type RunProgress, workOf } from "../report/run-trace.ts";
import type { MachineDescription } from "./machine-description.ts";
import type { StepSource } from "./training-step.ts";

/** A run as plain data. Each worker makes the same plan from it, and opens the training step itself. */
export interface RunDescription {
  readonly source: StepSource;
  readonly machines: readonly MachineDescription[];
  readonly engine: string;
  readonly options: PlanOptions;
}

/** A part by its index in the plan, and where a worker says which share of it is done. */
export interface PartTask {
  readonly part: number;
  readonly shares: MessagePort;
}

/** A part's result, or the line that says what is wrong with the input: an error loses its class between threads. */
export type PartAnswer = { readonly result: PartResult } | { readonly inputError: string };

/**
 * Simulates the parts of a run in worker threads, and gives the report that `runPlan` gives. Where parts fail, it throws
 * the error of the first of them in the order of the plan, as `runPlan` does. Aborting `signal` stops the workers at once
 * and throws the signal's reason. `plan` is that of `description`.
 */
export async function runInThreads(
  plan: RunPlan,
  description: RunDescription,
  threads: number,
  signal: AbortSignal,
  onProgress: (progress: RunProgress) => void,
): Promise<Report> {
  signal.throwIfAborted();
  const pool = new Tinypool({
    filename: new URL("./run-worker.js", import.meta.url).href,
    name: "simulatePart",
    workerData: description,
    minThreads: threads,
    maxThreads: threads,
  });
  const results = new Array<PartResult>(plan.parts.length);
  const waiting = largestFirst(plan);
  let failed = { part: plan.parts.length, error: undefined as unknown };
  const of = workOf(plan);
  let done = 0;
  /** [part] the work that is done of those in progress */
  const begun = new Map<number, number>();
  const tell = (what: string) =>
    onProgress({ what, done: [...begun.values()].reduce((a, b) => a + b, done), of });

  const simulatePart = async (part: number): Promise<void> => {
    const { title, work } = plan.parts[part];
    tell(title);
    const { port1: told, port2: shares } = new MessageChannel();
    told.on("message", (share: number) => {
      begun.set(part, share * work);
      tell(title);
    });
    try {
      const answer: PartAnswer = await pool.run({ part, shares }, { transferList: [shares] });
      if ("inputError" in answer) throw new InputError(answer.inputError);
      results[part] = answer.result;
    } catch (error) {
      if (part < failed.part) failed = { part, error };
    }
    told.close();
    begun.delete(part);
    done += work;
  };

  const simulateParts = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined && !signal.aborted; part = waiting.shift())
      // what stands before a failure must still run: it may fail too
      if (part <= failed.part) await simulatePart(part);
  };

  try {
    await untilAborted(signal, Promise.all(Array.from({ length: threads }, simulateParts)));
  } finally {
    await pool.destroy();
  }
  if (failed.part < plan.parts.length) throw failed.error;
  return plan.report(results);
}

/**
 * The indices of a plan's parts, those of the largest layers first, so that no thread is left alone with one at the end.
 * A layer's parts stay together, for a worker holds its maps from one part to the next.
 */
export function largestFirst({ parts }: Pick<RunPlan, "parts">): number[] {
  const largest = new Map<string, number>();
  for (const { layer, work } of parts) largest.set(layer, Math.max(largest.get(layer) ?? 0, work));
  const ranks = new Map([...largest].sort(([, a], [, b]) => b - a).map(([layer], rank) => [layer, rank]));
  return [...parts.keys()].sort((a, b) => ranks.get(parts[a].layer)! - ranks.get(parts[b].layer)! || a - b);
}

/** Rejects with the signal's reason as soon as it is aborted. */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}
