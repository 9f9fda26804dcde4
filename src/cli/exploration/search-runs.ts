import type { Machine } from "../../accelerators/machine.ts";
import { coverageSentences, reportCoverage } from "../../report/coverage.ts";
import { atEqualArea } from "../../report/equal-area.ts";
import { pricingOf } from "../../report/pricing.ts";
import { chooseLayers } from "../../report/run-plan.ts";
import type { SweepAxis } from "../../sweep/axis.ts";
import type { BuiltPoint } from "../../sweep/point-evaluator.ts";
import type { PointValues } from "../../sweep/space.ts";
import { describedMachine, describeMachine, type MachineDescription } from "../machine-description.ts";
import type { RequestFlags, RunSettings } from "../run-request.ts";
import { axisRuns, isOfStep, shownValues } from "../sweep-axes.ts";
import type { StepSource } from "../training-step.ts";

/** A search as plain data, which can be sent to another thread: what it varies, and over what each point runs. */
export interface SearchDescription {
  readonly axes: readonly SweepAxis[];
  /** training steps of which each point runs all; absent: the one of the flags */
  readonly over?: SweepAxis;
  readonly flags: RequestFlags;
  readonly settings: Omit<RunSettings, "machines"> & { readonly machines: readonly MachineDescription[] };
}

/** What a search simulates at each of its points. */
export interface SearchRuns {
  readonly description: SearchDescription;
  /** with the units of parameters */
  readonly axes: readonly SweepAxis[];
  /** names of the works, in their order */
  readonly works: readonly string[];
  /** machines before anything changed */
  readonly given: readonly Machine[];
  readonly engine: string;
  /** layers of a point, over all of its works; of an axis that changes the work, at its first value */
  readonly layers: number;
  /** what is not in the numbers, in sentences */
  readonly remarks: readonly string[];
  /** Throws `InputError` where there is no such machine, or none at equal area. */
  pointAt(values: PointValues): SourcedPoint;
}

/** A point, and where each of its works comes from. */
export interface SourcedPoint extends BuiltPoint {
  readonly sources: readonly StepSource[];
}

/** What a command line searches. Throws `InputError`. */
export async function searchRuns(
  axes: readonly SweepAxis[],
  over: SweepAxis | undefined,
  flags: RequestFlags,
  known?: RunSettings,
): Promise<SearchRuns> {
  const runs = await axisRuns(over ? [...axes, over] : axes, flags, known);
  const { settings } = runs;
  const valuesOver = (values: PointValues): PointValues[] =>
    over ? over.values.map((value) => ({ ...values, [over.name]: value })) : [values];
  const { machines, ...rest } = settings;
  const works = over ? shownValues(over).map(String) : undefined;
  const requests = valuesOver(firstOf(axes)).map(runs.requestAt);
  return {
    description: {
      axes,
      flags,
      settings: { ...rest, machines: machines.map(describeMachine) },
      ...(over && { over }),
    },
    axes: runs.axes.filter(({ name }) => name !== over?.name),
    works: works ?? [requests[0].step.trace.labels.network],
    layers: requests.reduce(
      (sum, { step: { trace }, options }) => sum + chooseLayers(trace, options.layers).length,
      0,
    ),
    remarks: requests.flatMap(({ step: { trace }, options: { layers } }, i) =>
      coverageSentences(reportCoverage(trace, chooseLayers(trace, layers))).map((sentence) =>
        works ? `At ${over!.name} ${works[i]}: ${sentence}` : sentence,
      ),
    ),
    given: machines,
    engine: settings.engine,
    pointAt(values) {
      const each = valuesOver(values);
      const requests = each.map(runs.requestAt);
      const [{ machines: asked, options }] = requests;
      const pricing = pricingOf(options);
      return {
        machines: options.equalArea ? atEqualArea(asked, pricing) : asked,
        pricing,
        sources: requests.map(({ step }) => step.source),
        works: requests.map(({ step, options: { layers } }, i) => ({
          key: stepKey(each[i]),
          trace: step.trace,
          layers: chooseLayers(step.trace, layers),
        })),
      };
    },
  };
}

/** The same in another thread. Throws `InputError` where a module has changed. */
export async function describedRuns({ axes, over, flags, settings }: SearchDescription): Promise<SearchRuns> {
  const machines = await Promise.all(settings.machines.map(describedMachine));
  return searchRuns(axes, over, flags, { ...settings, machines });
}

/** Sets of names of which the runs are kept. */
const mostSets = 1000;

/** The runs of points that vary other things than a search does: of each set of names their own. Throws `InputError`. */
export function runsOfPoints(runs: SearchRuns): (values: PointValues) => Promise<SearchRuns> {
  const { axes, over, flags, settings } = runs.description;
  const known = new Map<string, SearchRuns>();
  return async (values) => {
    const names = Object.keys(values);
    if (names.every((name) => axes.some((axis) => axis.name === name))) return runs;
    const key = JSON.stringify(names);
    const found = known.get(key);
    if (found) return found;
    const own = names.map((name) => ({ name, values: [values[name]] }));
    const made = await searchRuns(own, over, flags, { ...settings, machines: runs.given });
    if (known.size >= mostSets) known.clear();
    known.set(key, made);
    return made;
  };
}

const firstOf = (axes: readonly SweepAxis[]): PointValues =>
  Object.fromEntries(axes.map(({ name, values }) => [name, values[0]]));

const stepKey = (values: PointValues): string =>
  JSON.stringify(Object.entries(values).filter(([name]) => isOfStep(name)));
