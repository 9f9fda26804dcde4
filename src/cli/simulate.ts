import { availableParallelism } from "node:os";
import type { Machine } from "../accelerators/machine.ts";
import { defaults } from "../parameter.ts";
import type { Report } from "../report/report.ts";
import { type PlanOptions, planRun } from "../report/run-plan.ts";
import { runPlan, workOf } from "../report/run-trace.ts";
import { whyRun, withWhy } from "../report/why.ts";
import { engines } from "./engines.ts";
import { pause } from "./interrupt.ts";
import { type Io, withProgress } from "./io.ts";
import { describeMachine } from "./machine-description.ts";
import type { TrainingStep } from "./training-step.ts";

/** What a command wants simulated. */
export interface RunRequest {
  readonly step: TrainingStep;
  readonly machines: readonly Machine[];
  readonly engine: string;
  readonly options: PlanOptions;
  /** by default as many as there are cores, and 1 for a run too small to gain by more */
  readonly threads?: number;
  /** which run of several it is, for the line of progress */
  readonly title?: string;
}

/** Workers load compiled files; from sources, all is done in the calling thread. */
const canStartThreads = import.meta.url.endsWith(".js");

/**
 * Runs machines on a training step, with progress on a terminal. The report does not depend on the threads. Aborting `signal`
 * ends the run, and throws the signal's reason.
 */
export function simulate(
  { step: { source, trace }, machines, engine, options, ...asked }: RunRequest,
  io: Io,
  signal: AbortSignal,
): Promise<Report> {
  const plan = planRun(trace, machines, engine, options);
  // a thread that simulates hears no signal, so the calling one has only what takes about a second
  const small = workOf(plan) <= smallRun[engine] && machines.every(isUsual);
  const threads = Math.min(asked.threads ?? (small ? 1 : availableParallelism()), plan.parts.length);
  const inThreads = canStartThreads && (threads > 1 || !small);
  const { title } = asked;
  return withProgress(io, async (tell) => {
    const onProgress: typeof tell = (progress) =>
      tell(title === undefined ? progress : { ...progress, what: `${title}, ${progress.what}` });
    if (!inThreads) {
      await pause(signal);
      return runPlan(plan, trace, engines[engine], onProgress);
    }
    const { runInThreads } = await import("./run-in-threads.ts");
    const description = { source, machines: machines.map(describeMachine), engine, options };
    return runInThreads(plan, description, threads, signal, onProgress);
  });
}

/** The same, and then the slowest layer again with each limit of the first SWG lifted in turn, for the report's answer to why it is not faster. */
export async function simulateWithWhy(request: RunRequest, io: Io, signal: AbortSignal): Promise<Report> {
  const report = await simulate(request, io, signal);
  const { layers, machines } = whyRun(report, request.machines);
  const { ablation, equalArea, phases, ...prices } = request.options;
  const lifted = { ...request, machines, options: { ...prices, layers }, title: "each limit lifted" };
  return withWhy(report, await simulate(lifted, io, signal));
}

/** Whether a machine has the sizes at which the time of a run was measured. */
const isUsual = ({ accelerator, module, parameters }: Machine): boolean =>
  !module && JSON.stringify(parameters) === JSON.stringify(defaults(accelerator.parameters));

/** The work of about a second, measured; a worker takes a fifth of one to start and to warm up. */
const smallRun: Readonly<Record<string, number>> = { fast: 8000, reference: 400 };
