import type { Activity } from "../events.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { reference } from "../kernel/reference.ts";
import { fast } from "../kernel/wasm.ts";
import type { Parameters, ParameterValues } from "../parameter.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { phaseOccupancy } from "../trace/phase-occupancy.ts";
import type { Phase } from "../workload/phase.ts";
import { type Accelerator, simulatorOf } from "./accelerator.ts";

/** One layer in one phase on a machine, and what came of it: what rules judge. */
export interface Trial {
  readonly accelerator: Accelerator;
  readonly phase: Phase;
  readonly occupancy: Occupancy;
  readonly parameters: ParameterValues<Parameters>;
  readonly activity: Activity;
}

/** Gives in words what a trial breaks; undefined where the rule holds. */
export type Rule = (trial: Trial) => string | undefined;

/** Runs a layer in a phase that the machine computes. Throws `InputError` for a layer or parameters that it cannot have. */
export function trialOf(
  accelerator: Accelerator,
  phase: Phase,
  occupancy: Occupancy,
  parameters: ParameterValues<Parameters>,
  kernel: Kernel = reference,
): Trial {
  const activity = simulatorOf(accelerator, phase)!(occupancy, parameters, kernel);
  return { accelerator, phase, occupancy, parameters, activity };
}

const again = ({ accelerator, phase, occupancy }: Trial, parameters: Trial["parameters"], kernel: Kernel) =>
  simulatorOf(accelerator, phase)!(occupancy, parameters, kernel);

/** The same as JSON; the order of keys is that of `noEvents`, which every machine fills in. */
const same = (a: Activity, b: Activity): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A mapping is chosen by an estimate: a layer that is mapped anew for a machine with a limit less may take so much longer. */
const mappedAnewMayCost = 0.06;

/**
 * What every machine must keep, beside what `accelerator()` checks of each activity: that every count is known and whole, and
 * that the causes add up to all MAC-cycles.
 */
export const machineRules: Readonly<Record<string, Rule>> = {
  "busy MAC-cycles are products": ({ activity: { breakdown, events } }) =>
    breakdown.busy === events.macs ? undefined : `busy is ${breakdown.busy}, macs ${events.macs}`,

  "every useful product is made": ({ occupancy, phase, activity: { events } }) => {
    const useful = reference.validPairs(phaseOccupancy(occupancy, phase));
    return events.macs >= useful ? undefined : `${events.macs} products are made, ${useful} are useful`;
  },

  "a layer has the same numbers each time, with every kernel": (trial) => {
    const { parameters, activity } = trial;
    if (!same(again(trial, parameters, reference), activity)) return "a second run has other numbers";
    return same(again(trial, parameters, fast), activity) ? undefined : "the fast kernel has other numbers";
  },

  "no more crosses a port than it lets through": ({ parameters, activity: { cycles, events } }) => {
    if (!("unlimitedPorts" in parameters) || parameters.unlimitedPorts) return undefined;
    const { globalBufferReadBytes = Infinity, globalBufferWriteBytes = Infinity } = parameters;
    const read =
      events.fmapReadBytes + events.emapReadBytes + (events.weightReadBytes ?? 0) + events.sumReadBytes;
    const written = events.gradientWriteBytes + (events.mapWriteBytes ?? 0) + events.sumWriteBytes;
    if (read > cycles * Number(globalBufferReadBytes)) return `${read} bytes are read in ${cycles} cycles`;
    if (written > cycles * Number(globalBufferWriteBytes))
      return `${written} bytes are written in ${cycles} cycles`;
    return undefined;
  },

  "ports without limits cost no cycles": (trial) => {
    const { parameters, activity } = trial;
    if (parameters.unlimitedPorts !== false) return undefined;
    const free = again(trial, { ...parameters, unlimitedPorts: true }, fast);
    const isMappedAnew = free.mapping !== activity.mapping;
    if (free.cycles > activity.cycles * (isMappedAnew ? 1 + mappedAnewMayCost : 1))
      return `${free.cycles} cycles without limits, ${activity.cycles} with`;
    // sums may still have to leave their PEs, through no port
    const waits = ["dram", "fmapLoad", "emapLoad"] as const;
    const waited = waits.find((cause) => free.breakdown[cause] > 0);
    return waited === undefined ? undefined : `it waits without limits, for ${waited}`;
  },

  "what it is built of has its multipliers": ({ accelerator, parameters, activity: { macs } }) => {
    const built = accelerator.components(parameters).macs;
    return built === macs ? undefined : `components has ${built}, a run ${macs}`;
  },

  "bytes of a part are no more than of the whole": ({ activity: { events } }) => {
    if (events.dramEmapReadBytes > events.dramReadBytes) return "dramEmapReadBytes is above dramReadBytes";
    return events.bitmapReadBytes > events.fmapReadBytes + events.emapReadBytes
      ? "bitmapReadBytes is above those of both maps"
      : undefined;
  },
};
