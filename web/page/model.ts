import { type Machine, select } from "../../src/accelerators/machine.ts";
import { InputError } from "../../src/input-error.ts";
import { machinesWithout } from "../../src/report/ablation.ts";
import { atEqualArea } from "../../src/report/equal-area.ts";
import { liftedMachines, limits } from "../../src/report/lifted-limits.ts";
import { areaMm2 } from "../../src/report/machine-report.ts";
import { pricingOf } from "../../src/report/pricing.ts";
import type { LayerReport, Report } from "../../src/report/report.ts";
import { whyRun, withWhy } from "../../src/report/why.ts";
import { denseMacs } from "../../src/workload/layer.ts";
import { type Compared, comparedOf } from "./compared.ts";
import type { Job } from "./pool.ts";
import { type Opened, type Pricing, type Results, reportOf } from "./results.ts";
import type { Found } from "./sources.ts";
import { changedOnly, type Origin, type Settings, type State } from "./state.ts";

/** What the page shows of a state, as far as it has been simulated, and what has yet to be. */
export interface Model {
  /** absent: what was simulated is a report's, and there is nothing to simulate with */
  readonly subject?: Machine;
  /** of swg alone, over the layers that are done; absent before the first */
  readonly own?: Report;
  readonly done: number;
  readonly of: number;
  /** layers of `own` whose mappings are first ones, while others are tried */
  readonly untried: number;
  /** of every machine whose layers are all done, swg first; with the answer to why it is not faster where that is known */
  readonly ranked?: Report;
  /** labels of the machines that are not done yet */
  readonly waiting: readonly string[];
  /** lines that say which machine has no place in the ranking, and why */
  readonly refused: readonly string[];
  readonly help?: Help;
  /** pins beside it */
  readonly compared: readonly Compared[];
  /** what went wrong */
  readonly problem?: string;
  /** the most wanted first */
  readonly jobs: readonly Job[];
}

/** What would help: cycles with each limit lifted and each mechanism off, of a layer or of all of them. */
export interface Help {
  /** absent: of all layers */
  readonly layer?: string;
  /** as the machine is */
  readonly cycles: number;
  readonly lifted: readonly Change[];
  readonly without: readonly Change[];
  /** whether it can be asked of one layer and of all */
  readonly either: boolean;
  /** changes that have yet to be simulated */
  readonly missing: number;
}

/** The machine changed in one thing. */
export interface Change {
  readonly words: string;
  /** of the machine with it; absent where it cannot be tried */
  readonly settings?: Settings;
  readonly cycles: number;
  readonly areaMm2?: number;
}

/** Label of the machine with its defaults, where swg is changed: what a change is held against. */
export const unchanged = "default";

/** Builds what there is to show. Throws `InputError` for a machine that cannot be. */
export function modelOf(
  state: State,
  opened: Opened,
  find: (origin: Origin) => Found,
  results: Results,
): Model {
  const pricing: Pricing = { node: state.node, dram: state.dram };
  const beside = comparedOf(state, opened, find, results, pricing);
  if (opened.report) return modelOfReport(opened.report, state.everywhere, beside);
  const names = opened.step.layers.map(({ name }) => name);
  const subject = select("swg", state.settings);
  const own = results.layersOf(opened, names, subject, pricing);
  const inSight = inOrderOfInterest(opened, state.layer);
  const base = {
    subject,
    done: own.layers.length,
    of: names.length,
    untried: 0,
    waiting: [],
    refused: [],
    compared: beside.compared,
  };
  if (own.error !== undefined) return { ...base, problem: own.error, jobs: [] };
  if (!own.complete) {
    const untried = results.untriedLayersOf(opened, names, subject, pricing);
    const untriedJobs = results.untriedJobsOf(opened, inSight, subject, pricing);
    // first all with a first mapping: a worker would sooner do both of one layer
    const jobs = untriedJobs.length > 0 ? untriedJobs : results.ownJobsOf(opened, inSight, subject, pricing);
    const isWhole = untried.length === names.length;
    const layers = isWhole ? untried : own.layers;
    if (layers.length === 0) return { ...base, jobs };
    const report = reportOf(opened.step, [{ machine: subject, layers }], pricing);
    if (!isWhole) return { ...base, own: report, jobs };
    const { report: ranked } = rankingOf(state, opened, subject, layers, results, pricing);
    return {
      ...base,
      own: report,
      ranked,
      done: names.length,
      untried: names.length - own.layers.length,
      jobs,
    };
  }
  const report = reportOf(opened.step, [{ machine: subject, layers: own.layers }], pricing);
  const lifted = whyOf(opened, report, subject, results, pricing);
  const ranking = rankingOf(state, opened, subject, own.layers, results, pricing);
  const help = helpOf(state, opened, report, results, pricing);
  return {
    ...base,
    own: lifted.report,
    ranked: lifted.why ? { ...ranking.report, why: lifted.why } : ranking.report,
    waiting: ranking.waiting,
    refused: ranking.refused,
    help: help.help,
    ...(ranking.problem !== undefined && { problem: ranking.problem }),
    jobs: [...lifted.jobs, ...beside.jobs, ...ranking.jobs, ...help.jobs],
  };
}

/** The layer in sight first, then the largest first: so that all workers are done at about the same time. */
const inOrderOfInterest = ({ step }: Opened, looked: string | undefined): string[] =>
  [...step.layers]
    .sort((a, b) => Number(b.name === looked) - Number(a.name === looked) || denseMacs(b) - denseMacs(a))
    .map(({ name }) => name);

/** What a report says by itself. */
function modelOfReport(
  report: Report,
  isEverywhere: boolean,
  { compared, jobs }: ReturnType<typeof comparedOf>,
): Model {
  const help = helpOfReport(report, isEverywhere);
  return {
    own: report,
    ranked: report,
    done: report.layers.length,
    of: report.layers.length,
    untried: 0,
    waiting: [],
    refused: [],
    ...(help && { help }),
    compared,
    jobs,
  };
}

/** What would help, as far as it was run with `--why`, of a layer, or with `--ablation`, of all. */
function helpOfReport(
  { why, ablation, layers, subject, totals }: Report,
  isEverywhere: boolean,
): Help | undefined {
  const rest = { lifted: [], without: [], missing: 0, either: why !== undefined && ablation !== undefined };
  const without = ablation?.removed.map(({ machine, limitedPorts }) => ({
    words: machine,
    cycles: limitedPorts.cycles,
  }));
  const ofAll = without && { ...rest, cycles: totals.results[subject].cycles, without };
  const layer = why && layers.find(({ name }) => name === why.layer);
  if (!layer || (isEverywhere && ofAll)) return ofAll;
  return { ...rest, layer: layer.name, cycles: layer.results[subject].cycles, lifted: why.limits };
}

/** The report with the answer to why it is not faster, as `swg run --why` has it, or what has to be run for one. */
function whyOf(opened: Opened, report: Report, subject: Machine, results: Results, pricing: Pricing) {
  const { layers, machines } = whyRun(report, [subject]);
  const runs = machines.map((machine) => ({
    machine,
    ...results.layersOf(opened, layers, machine, pricing),
  }));
  const able = runs.filter(({ error }) => error === undefined);
  const jobs = machines.flatMap((machine) => results.jobsOf(opened, layers, machine, pricing));
  if (able.length === 0 || able.some(({ complete }) => !complete)) return { report, jobs };
  const found = withWhy(report, reportOf(opened.step, able, pricing));
  return { report: found, why: found.why, jobs };
}

/** swg beside the other machines of the state. */
function rankingOf(
  state: State,
  opened: Opened,
  subject: Machine,
  layers: readonly LayerReport[],
  results: Results,
  pricing: Pricing,
) {
  const names = layers.map(({ name }) => name);
  const { asked, refused } = besides(state, subject, pricing);
  const runs = asked.map(({ machine, run }) => ({
    machine,
    ...results.layersOf(opened, names, run, pricing),
  }));
  const problem = runs.find(({ error }) => error !== undefined)?.error;
  const whole = runs.filter(({ complete }) => complete);
  const equalArea = state.equalArea && whole.length > 0;
  return {
    report: reportOf(opened.step, [{ machine: subject, layers }, ...whole], { ...pricing, equalArea }),
    waiting: runs
      .filter(({ complete, error }) => !complete && error === undefined)
      .map(({ machine }) => machine.label),
    refused,
    problem,
    jobs: asked.flatMap(({ run }) => results.jobsOf(opened, names, run, pricing)),
  };
}

/** Each other machine as it is asked for, and as it is run: grown at equal area. */
function besides(state: State, subject: Machine, pricing: Pricing) {
  const others = state.others.map((name) => select(name));
  const pinned = pinnedMachines(state);
  if (!state.equalArea)
    return { asked: [...pinned, ...others].map((machine) => ({ machine, run: machine })), refused: [] };
  const asked: { machine: Machine; run: Machine }[] = [];
  const refused =
    pinned.length > 0
      ? [`At equal area, ${pinned.map(({ label }) => label).join(", ")} of swg are left out.`]
      : [];
  for (const machine of others)
    try {
      asked.push({ machine, run: atEqualArea([subject, machine], pricingOf(pricing))[1] });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused.push(`${error.message}.`);
    }
  return { asked, refused };
}

/** swg as it is declared, where it is changed, and as it was pinned. */
function pinnedMachines({ settings, pins }: State): Machine[] {
  const isChanged = Object.keys(settings).length > 0;
  return [
    ...(isChanged ? [select("swg", {}, unchanged)] : []),
    ...pins.filter(({ origin }) => !origin).map((pin) => select("swg", pin.settings, pin.label)),
  ];
}

/** What each limit and each mechanism is worth: of the layer that is looked at, of the slowest, or of all. */
function helpOf(state: State, opened: Opened, report: Report, results: Results, pricing: Pricing) {
  const subject = select("swg", state.settings);
  const [slowest] = whyRun(report, [subject]).layers;
  const layer = report.layers.some(({ name }) => name === state.layer) ? state.layer! : slowest;
  const names = state.everywhere ? report.layers.map(({ name }) => name) : [layer];
  const variants = [
    ...liftedMachines(subject).map((machine) => ({
      kind: "lifted",
      words: limits[machine.label].words,
      machine,
    })),
    ...machinesWithout(subject).map((without) => ({ kind: "without", ...without })),
  ];
  const runs = variants.map((variant) => ({
    ...variant,
    ...results.layersOf(opened, names, variant.machine, pricing),
  }));
  const changes = (kind: string): Change[] =>
    runs
      .filter((run) => run.kind === kind && run.complete)
      .map(({ words, machine, layers }) => ({
        words,
        settings: changedOnly(machine.parameters),
        cycles: cyclesOf(layers),
        areaMm2: areaMm2(machine, pricingOf(pricing)),
      }))
      .sort((a, b) => a.cycles - b.cycles);
  const now = report.layers.filter(({ name }) => names.includes(name));
  const help: Help = {
    ...(!state.everywhere && { layer }),
    cycles: cyclesOf(now),
    lifted: changes("lifted"),
    without: changes("without").reverse(),
    either: true,
    missing: runs.filter(({ complete, error }) => !complete && error === undefined).length,
  };
  return { help, jobs: variants.flatMap(({ machine }) => results.jobsOf(opened, names, machine, pricing)) };
}

/** Of reports with one machine in them. */
const cyclesOf = (layers: readonly LayerReport[]): number =>
  layers.reduce((sum, { results }) => sum + Object.values(results)[0].cycles, 0);
