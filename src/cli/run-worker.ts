import { Tinypool } from "tinypool";
import { InputError } from "../input-error.ts";
import { planRun } from "../report/run-plan.ts";
import { type PartSimulator, partSimulator } from "../report/run-trace.ts";
import { engines } from "./engines.ts";
import { describedMachine } from "./machine-description.ts";
import type { PartAnswer, PartTask, RunDescription } from "./run-in-threads.ts";
import { openSource } from "./training-step.ts";

/** Made at the first part: what is wrong with the input is an answer, which loading a module cannot give. */
let simulator: Promise<PartSimulator<number>> | undefined;

/** Simulates a part of the run that the pool was started for. */
export async function simulatePart({ part, shares }: PartTask): Promise<PartAnswer> {
  try {
    simulator ??= simulatorOf(Tinypool.workerData);
    const simulate = await simulator;
    return { result: simulate(part, (share) => shares.postMessage(share)) };
  } catch (error) {
    if (error instanceof InputError) return { inputError: error.message };
    throw error;
  }
}

async function simulatorOf(description: RunDescription): Promise<PartSimulator<number>> {
  const { source, engine, options } = description;
  const trace = openSource(source);
  const machines = await Promise.all(description.machines.map(describedMachine));
  const { parts } = planRun(trace, machines, engine, options);
  const simulate = partSimulator(trace, engines[engine]);
  return (part, onShare) => simulate(parts[part], onShare);
}
