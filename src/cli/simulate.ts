import { availableParallelism } from "node:os";
import type { Report } from "../report/report.ts";
import { type PlanOptions, planRun, type RunPlan } from "../report/run-plan.ts";
import { runPlan, workOf } from "../report/run-trace.ts";
import type { Selection } from "../report/selection.ts";
import { engines } from "./engines.ts";
import { interruptible } from "./interrupt.ts";
import { type Io, withProgress } from "./io.ts";
import { type StepFlags, stepOf } from "./training-step.ts";

/** What a command wants simulated. */
export interface RunRequest {
  readonly step: StepFlags;
  readonly selections: readonly Selection[];
  readonly engine: string;
  readonly options: PlanOptions;
  /** 1: the calling thread; by default as many as there are cores, and 1 for a run too small to gain by it */
  readonly threads?: number;
  /** which run of several it is, for the line of progress */
  readonly title?: string;
}

/** Runs machines on a training step, with progress on a terminal. The report does not depend on the threads. */
export function simulate(
  { step, selections, engine, options, ...asked }: RunRequest,
  io: Io,
): Promise<Report> {
  const trace = stepOf(step);
  const plan = planRun(trace, selections, engine, options);
  const threads = Math.min(asked.threads ?? worthwhileThreads(plan, engine), plan.parts.length);
  const { title } = asked;
  return withProgress(io, (tell) => {
    const onProgress: typeof tell = (progress) =>
      tell(title === undefined ? progress : { ...progress, what: `${title}, ${progress.what}` });
    if (threads <= 1) return runPlan(plan, trace, engines[engine], onProgress);
    const machines = selections.map(({ name, parameters }) => ({ name, parameters }));
    return interruptible(async (signal) => {
      const { runInThreads } = await import("./run-in-threads.ts");
      return runInThreads(plan, { step, machines, engine, options }, threads, signal, onProgress);
    });
  });
}

/** The work of about a second, measured; a worker takes a fifth of one to start and to warm up. */
const smallRun: Readonly<Record<string, number>> = { fast: 8000, reference: 400 };

const worthwhileThreads = (plan: RunPlan, engine: string): number =>
  workOf(plan) <= smallRun[engine] ? 1 : availableParallelism();
