import type { Machine } from "../accelerators/machine.ts";
import { requireList, requireObject } from "../input-error.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Occupancy, OccupancySource } from "../trace/occupancy.ts";
import type { Report } from "./report.ts";
import { type PartResult, type PlanOptions, planRun, type RunPart, type RunPlan } from "./run-plan.ts";
import { watchedKernel } from "./watched-kernel.ts";

/** How far a run is: `done` of `of` is simulated, in no unit; `what` is being simulated. */
export interface RunProgress {
  readonly what: string;
  readonly done: number;
  readonly of: number;
}

/** What is run, at what prices, and who is told how far it is. */
export interface RunOptions extends PlanOptions {
  /** told of each part before it begins, and now and then meanwhile */
  readonly onProgress?: (progress: RunProgress) => void;
}

/**
 * Runs the layers of a training step on each machine, in the calling thread. Throws `InputError` for a layer
 * that is not in the trace, and for machines of one label.
 */
export function runTrace(
  trace: OccupancySource,
  machines: readonly Machine[],
  kernel: Kernel,
  { onProgress, ...options }: RunOptions = {},
): Report {
  requireObject("trace", trace, ["occupancy"]);
  requireList("layers of a trace", trace.layers);
  requireList("machines", machines);
  requireObject("kernel", kernel, ["validPairs", "simulate"]);
  return runPlan(planRun(trace, machines, kernel.name, options), trace, kernel, onProgress);
}

/** Simulates the parts of a run one after another; `onProgress` hears of each before it begins, and now and then meanwhile. */
export function runPlan(
  plan: RunPlan,
  trace: OccupancySource,
  kernel: Kernel,
  onProgress: (progress: RunProgress) => void = () => {},
): Report {
  const simulate = partSimulator(trace, kernel);
  const of = workOf(plan);
  let done = 0;
  const results = plan.parts.map((part) => {
    const tell = (share: number) => onProgress({ what: part.title, done: done + share * part.work, of });
    tell(0);
    const result = simulate(part, tell);
    done += part.work;
    return result;
  });
  return plan.report(results);
}

/** Simulates one part, and says now and then which share of it is done. */
export type PartSimulator<P> = (part: P, onShare: (share: number) => void) => PartResult;

/** Simulates one part at a time. Holds the maps of the last one's layer, and of no other. */
export function partSimulator(trace: OccupancySource, kernel: Kernel): PartSimulator<RunPart> {
  let held: Occupancy | undefined;
  return (part, onShare) => {
    if (held?.layer.name !== part.layer) {
      held = undefined;
      held = trace.occupancy(part.layer);
    }
    return part.simulate(held, watchedKernel(kernel, part.runs, onShare));
  };
}

/** What all parts of a run take together. */
export const workOf = ({ parts }: RunPlan): number => parts.reduce((sum, { work }) => sum + work, 0);
