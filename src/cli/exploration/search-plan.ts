import { type Machine, subjectOf } from "../../accelerators/machine.ts";
import { InputError } from "../../input-error.ts";
import { seededRandom } from "../../random.ts";
import { machineReport } from "../../report/machine-report.ts";
import { parseAxis } from "../../sweep/axis.ts";
import type { ExplorationHead, SearchKind } from "../../sweep/exploration.ts";
import { mostObjectives, type ObjectiveValues } from "../../sweep/front.ts";
import { type Objective, parseObjectives, usualObjectives } from "../../sweep/measures.ts";
import { nsga2Search } from "../../sweep/nsga2.ts";
import { impossible, pointEvaluator } from "../../sweep/point-evaluator.ts";
import { listSearch, type Search } from "../../sweep/search.ts";
import { type SearchConditions, searchConditions } from "../../sweep/search-conditions.ts";
import { gridPoints, gridSize, type PointValues, samplePoints } from "../../sweep/space.ts";
import { engines } from "../engines.ts";
import { nameList } from "../name-list.ts";
import { isOfStep } from "../sweep-axes.ts";
import { type SearchFlags, type SearchNumbers, searchNumbers } from "./search-flags.ts";
import { type SearchRuns, type SourcedPoint, searchRuns } from "./search-runs.ts";

/** A search, ready to begin. */
export interface SearchPlan extends SearchNumbers {
  readonly runs: SearchRuns;
  readonly objectives: readonly Objective[];
  readonly conditions: SearchConditions;
  readonly search: Search;
  /** by generations: the next points depend on those before */
  readonly byGenerations: boolean;
  /** points, or as many as are asked for */
  readonly total: number;
  /** whether the machines of the run, before anything changes, can be run too */
  readonly hasGiven: boolean;
  readonly boundOf?: (point: SourcedPoint) => ObjectiveValues | undefined;
  readonly head: ExplorationHead;
}

/** Plans the search of a command line. Every value of every axis is checked. Throws `InputError`. */
export async function searchPlan(texts: readonly string[], flags: SearchFlags): Promise<SearchPlan> {
  const numbers = searchNumbers(flags);
  const axes = texts.map(parseAxis);
  const over = flags.over === undefined ? undefined : parseAxis(flags.over);
  if (over && !isOfStep(over.name))
    throw new InputError(`--over must be of a training step, such as network=vgg8,resnet20; is ${over.name}`);
  const runs = await searchRuns(axes, over, flags);
  const conditions = searchConditions(flags.where, runs.axes, runs.given);
  const objectives = objectivesOf(flags, runs);
  const wanted = flags.where === undefined ? () => true : wantedBy(runs, conditions);
  const given = givenValues(runs);
  const { search, total } = searchOf(flags, numbers, runs, wanted, given);
  return {
    ...numbers,
    runs,
    conditions,
    objectives,
    search,
    total,
    byGenerations: flags.search !== undefined,
    hasGiven: axes.every(({ name }) => !isOfStep(name)),
    ...(flags.skipDominated && { boundOf: boundBy(runs, objectives) }),
    head: {
      engine: runs.engine,
      axes: runs.axes,
      works: runs.works,
      remarks: runs.remarks,
      subject: subjectOf(runs.given).label,
      search: kindOf(flags, numbers),
      own: ownValues(runs),
      ...(flags.where !== undefined && { where: flags.where }),
    },
  };
}

function objectivesOf({ objectives = usualObjectives }: SearchFlags, runs: SearchRuns): Objective[] {
  const names = nameList("--objectives", objectives, usualObjectives.split(","));
  if (names.length > mostObjectives)
    throw new InputError(`--objectives must be at most ${mostObjectives}, are ${names.length}`);
  const labels = runs.given.map(({ label }) => label);
  return parseObjectives(names, subjectOf(runs.given).label, labels, runs.works);
}

/** What cannot be built is looked at, so that it is said to be impossible. */
const wantedBy =
  (runs: SearchRuns, { allowsBefore }: SearchConditions) =>
  (values: PointValues) => {
    try {
      return allowsBefore({ ...runs.pointAt(values), values });
    } catch (error) {
      impossible(error);
      return true;
    }
  };

/** What the machines have before anything changes, of the axes that are parameters. */
const ownValues = ({ axes, given }: SearchRuns): PointValues =>
  Object.fromEntries(
    axes.flatMap(({ name }) => {
      const [label, parameter] = name.split(".");
      const machine: Machine | undefined = given.find((one) => one.label === label);
      if (!machine || !Object.hasOwn(machine.parameters, parameter)) return [];
      const value = machine.parameters[parameter];
      return [[name, typeof value === "number" ? value : String(value)]];
    }),
  );

/** The same as a point of the search; undefined where an axis is no parameter or does not have that value. */
function givenValues(runs: SearchRuns): PointValues | undefined {
  const own = ownValues(runs);
  const entries = runs.axes.map(
    ({ name, values }) => [name, values.find((value) => String(value) === String(own[name]))] as const,
  );
  return entries.every(([, value]) => value !== undefined)
    ? (Object.fromEntries(entries) as PointValues)
    : undefined;
}

function searchOf(
  { search }: SearchFlags,
  { samples, seed, population, stale }: SearchNumbers,
  { axes }: SearchRuns,
  wanted: (values: PointValues) => boolean,
  given: PointValues | undefined,
): { search: Search; total: number } {
  if (search !== undefined) {
    const count = Math.min(samples!, gridSize(axes));
    const first = given ? [given] : [];
    return { search: nsga2Search(axes, { count, population, seed, first, wanted }), total: count };
  }
  const points =
    samples === undefined
      ? gridPoints(axes).filter(wanted)
      : samplePoints(axes, samples, seededRandom(seed), wanted);
  if (points.length === 0)
    throw new InputError("--where must hold for a point of the search, holds for none");
  return { search: listSearch(points, stale), total: points.length };
}

function kindOf({ search }: SearchFlags, { samples, seed, population }: SearchNumbers): SearchKind {
  if (samples === undefined) return { kind: "grid" };
  return search === undefined
    ? { kind: "samples", asked: samples, seed }
    : { kind: "nsga2", asked: samples, seed, population };
}

const timesOrSizes = ["cycles", "microseconds", "areaMm2", "mm2xcycles", "multipliers"];

/** Objectives of a machine that takes no longer than its bound. Throws `InputError` for one that a bound says nothing of. */
function boundBy(
  runs: SearchRuns,
  objectives: readonly Objective[],
): (point: SourcedPoint) => ObjectiveValues | undefined {
  const { label } = subjectOf(runs.given);
  const unbound = objectives.find(
    ({ name, measure }) =>
      !timesOrSizes.includes(measure) || (name.includes(".") && !name.startsWith(`${label}.`)),
  );
  if (unbound)
    throw new InputError(
      `--skip-dominated needs objectives of ${label} among ${timesOrSizes.join(", ")}, has ${unbound.name}`,
    );
  const evaluator = pointEvaluator(engines[runs.engine]);
  return (point) => {
    const bound = evaluator.boundCycles(point);
    if (!bound) return undefined;
    const machine = subjectOf(point.machines);
    const { clockMhz, areaMm2 } = machineReport(machine, point.pricing);
    const works = bound.map((cycles) => ({ cycles, energyPj: 0, onChipPj: 0 }));
    const multipliers = machine.accelerator.components(machine.parameters).macs;
    const result = {
      machines: { [label]: { clockMhz, multipliers, areaMm2: areaMm2.total, works } },
      works: bound.map((boundCycles) => ({ validMacs: 0, boundCycles })),
    };
    return objectives.map(({ of }) => of(result));
  };
}
