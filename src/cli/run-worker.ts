import { Tinypool } from "tinypool";
import { InputError } from "../input-error.ts";
import { planRun } from "../report/run-plan.ts";
import { type PartSimulator, partSimulator } from "../report/run-trace.ts";
import { select } from "../report/selection.ts";
import { engines } from "./engines.ts";
import type { PartAnswer, PartTask, RunDescription } from "./run-in-threads.ts";
import { stepOf } from "./training-step.ts";

/** Made at the first part: what is wrong with the input is an answer, which loading a module cannot give. */
let simulate: PartSimulator<number> | undefined;

/** Simulates a part of the run that the pool was started for. */
export function simulatePart({ part, shares }: PartTask): PartAnswer {
  try {
    simulate ??= simulatorOf(Tinypool.workerData);
    return { result: simulate(part, (share) => shares.postMessage(share)) };
  } catch (error) {
    if (error instanceof InputError) return { inputError: error.message };
    throw error;
  }
}

function simulatorOf({ step, machines, engine, options }: RunDescription): PartSimulator<number> {
  const trace = stepOf(step);
  const selections = machines.map(({ name, parameters }) => select(name, parameters));
  const { parts } = planRun(trace, selections, engine, options);
  const simulate = partSimulator(trace, engines[engine]);
  return (part, onShare) => simulate(parts[part], onShare);
}
