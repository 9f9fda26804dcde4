import { availableParallelism } from "node:os";
import { InputError, unknownName } from "../../input-error.ts";
import { brief, counted, grouped } from "../../report/format.ts";
import { writeFiles, writtenText } from "../../report/write-report.ts";
import { type Exploration, explorationOf, type LookedAt, pointOf } from "../../sweep/exploration.ts";
import {
  explorationCsv,
  explorationJson,
  explorationText,
  valuesText,
} from "../../sweep/exploration-text.ts";
import { listSearch } from "../../sweep/search.ts";
import type { PointValues } from "../../sweep/space.ts";
import { checkFolder } from "../../trace/whole-file.ts";
import { Interrupted, pause } from "../interrupt.ts";
import { type Io, withProgress } from "../io.ts";
import { untilAborted } from "../run-in-threads.ts";
import { type Explorer, explore } from "./explorer.ts";
import { openStore, type PointStore, type StoredSearch } from "./point-store.ts";
import { type PointThreads, pointThreads } from "./point-threads.ts";
import { notedFlags, type SearchFlags } from "./search-flags.ts";
import { type SearchPlan, searchPlan } from "./search-plan.ts";

const formats: Readonly<Record<string, (exploration: Exploration) => string>> = {
  table: explorationText,
  json: explorationJson,
  csv: explorationCsv,
};

export interface ExplorationFlags extends SearchFlags {
  readonly format: string;
  readonly out?: string;
  readonly watch?: boolean;
  readonly open: boolean;
}

/**
 * Runs a search, or with no axes shows one that a store was filled by. `typed` are the names of the flags that were given.
 * Throws `InputError`.
 */
export async function runExploration(
  texts: readonly string[],
  flags: ExplorationFlags,
  typed: readonly string[],
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  if (!Object.hasOwn(formats, flags.format)) throw unknownName("format", flags.format, Object.keys(formats));
  const { out } = flags;
  if (flags.watch) {
    if (texts.length > 0 || out !== undefined)
      throw new InputError(
        `--watch goes with --store alone, not with ${out === undefined ? texts[0] : "--out"}: another process fills the store`,
      );
    return watch(flags, typed, io, signal);
  }
  if (out !== undefined) checkFolder(out);
  const searched = texts.length > 0 ? await newSearch(texts, flags, io, signal) : await kept(flags, typed);
  if (!searched) return;
  const { plan, exploration } = searched;
  if (out !== undefined) {
    const { explorationFiles } = await import("../../sweep/write-exploration.ts");
    const { bestMachines } = await import("./best-machines.ts");
    const files = {
      ...(await explorationFiles(exploration, signal)),
      ...bestMachines(plan.runs, exploration),
    };
    await pause(signal);
    writeFiles(out, files);
    io.err(writtenText(out, files));
  }
  io.out(formats[flags.format](exploration));
}

interface Searched {
  readonly plan: SearchPlan;
  readonly exploration: Exploration;
}

/** What a store holds of the one search that filled it. */
async function kept(flags: ExplorationFlags, typed: readonly string[]): Promise<Searched> {
  const { store: folder, partial } = flags;
  const store = storeAlone(folder);
  const { plan, exploration, missing } = await explorationIn(store, flags, typed);
  if (missing.length > 0 && !partial) throw new InputError(missingLine(store.folder, plan, missing));
  return { plan, exploration };
}

function storeAlone(folder: string | undefined): PointStore {
  if (folder === undefined)
    throw new InputError("a sweep needs what is swept, such as swg.columns=8,16, or --store FOLDER");
  return openStore(folder);
}

/** What there is now of the points of the one search; nothing is simulated. */
async function explorationIn(
  store: PointStore,
  flags: ExplorationFlags,
  typed: readonly string[],
): Promise<Explored & { readonly plan: SearchPlan }> {
  const noted = notedSearch(store, flags, typed);
  const plan = await searchPlan(noted.axes, noted.flags as unknown as SearchFlags);
  const found = await explored(plan, {
    store,
    isOver: () => false,
    signal: new AbortController().signal,
    onPoint: () => {},
  });
  return { ...found, plan };
}

/** Shows a store that others fill in a page. */
async function watch(
  flags: ExplorationFlags,
  typed: readonly string[],
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  const store = storeAlone(flags.store);
  const { watchStore } = await import("./watch.ts");
  const state = async () => {
    store.refresh();
    const { exploration, plan } = await explorationIn(store, flags, typed);
    return { exploration, total: plan.total };
  };
  await watchStore(state, flags.open, io, signal);
}

/** Objectives may be others than those that were typed when it was filled: the points are the same. Throws `InputError`. */
function notedSearch(store: PointStore, flags: ExplorationFlags, typed: readonly string[]): StoredSearch {
  const { folder, searches } = store;
  if (searches.length === 0) throw new InputError(`${folder}: store must hold a search, holds none`);
  if (searches.length > 1)
    throw new InputError(
      `${folder}: store was filled by ${searches.length} searches; the whole command of one of them shows that one, such as the first, of ${searches[0].axes.join(" ")}`,
    );
  const [search] = searches;
  const shown = ["store", "partial", "format", "out", "objectives", "watch", "open"];
  const stray = typed.find((name) => !shown.includes(name));
  if (stray) throw new InputError(`--${stray} cannot be given with --store alone, which says what was run`);
  if (flags.objectives === undefined) return search;
  if (search.flags.search !== undefined)
    throw new InputError("--objectives cannot be others than those of --search nsga2, which went by them");
  return { ...search, flags: { ...search.flags, objectives: flags.objectives } };
}

/** Does what a command line asks for; nothing is to be shown of a shard. */
async function newSearch(
  texts: readonly string[],
  flags: ExplorationFlags,
  io: Io,
  signal: AbortSignal,
): Promise<Searched | undefined> {
  const plan = await searchPlan(texts, flags);
  const { store: folder } = flags;
  if (folder !== undefined) checkFolder(folder);
  const store =
    folder === undefined ? undefined : openStore(folder, { axes: texts, flags: notedFlags(flags) });
  if (store && store.unreadable > 0)
    io.err(
      `${folder}: ${counted(store.unreadable, "line")} cannot be read and ${store.unreadable === 1 ? "is" : "are"} left out\n`,
    );
  const asked = plan.runs.description.settings.threads ?? availableParallelism();
  const threads = pointThreads(plan.runs, Math.min(asked, plan.total * plan.runs.layers), signal);
  try {
    const { exploration, stopped, computed } = await untilAborted(
      signal,
      withProgress(io, (tell) => run(plan, store, threads, signal, tell)),
    );
    if (plan.shard) {
      const { index, count } = plan.shard;
      io.out(
        `shard ${index} of ${count}: ${counted(computed, "point")} computed; ${store!.folder} has ${grouped(store!.points)}\n`,
      );
      return undefined;
    }
    if (stopped) io.err(`${stoppedLine(plan, exploration)}\n`);
    return { plan, exploration };
  } catch (error) {
    if (!(error instanceof Interrupted) || !store) throw error;
    throw new Interrupted(error.signal, [`${counted(store.points, "point")} in ${store.folder}`]);
  } finally {
    await threads.close();
    store?.close();
  }
}

function run(
  plan: SearchPlan,
  store: PointStore | undefined,
  threads: PointThreads,
  signal: AbortSignal,
  tell: (progress: { what: string; done: number; of: number }) => void,
): Promise<Explored> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const restored = store?.points ?? 0;
  const least = plan.objectives.map(() => Number.POSITIVE_INFINITY);
  let done = 0;
  const onPoint = ({ outcome, allowed }: LookedAt) => {
    done++;
    if (outcome && "result" in outcome && allowed)
      for (const [i, { of }] of plan.objectives.entries()) least[i] = Math.min(least[i], of(outcome.result));
    const rate = grouped((done * 3600) / seconds());
    const share = plan.shard ? plan.total / plan.shard.count : plan.total;
    tell({
      what: `${grouped(done + restored)} points, ${rate}/h, least ${least.map((value) => (Number.isFinite(value) ? brief(value) : "-")).join(", ")}`,
      done,
      of: Math.max(done, share - restored),
    });
  };
  const { untilSeconds } = plan;
  return explored(plan, {
    ...(store && { store }),
    evaluate: { threads: threads.threads, of: threads.evaluate },
    isOver: () => signal.aborted || (untilSeconds !== undefined && seconds() >= untilSeconds),
    signal,
    onPoint,
  });
}

interface Explored {
  readonly exploration: Exploration;
  readonly missing: readonly PointValues[];
  readonly computed: number;
  /** before its end, by `isOver` */
  readonly stopped: boolean;
}

type Means = Pick<Explorer, "store" | "evaluate" | "isOver" | "signal" | "onPoint">;

/** Looks at the given machines, and then at the points of the search. */
async function explored(plan: SearchPlan, means: Means): Promise<Explored> {
  const { runs, objectives, conditions, shard, byGenerations, stale, boundOf } = plan;
  let computed = 0;
  const onPoint = (looked: LookedAt) => {
    computed++;
    means.onPoint(looked);
  };
  const common = { ...means, runs, objectives, onPoint };
  const isFirst = !shard || shard.index === 0;
  const all = { allowsBefore: () => true, allowsAfter: () => true };
  const [first] = plan.hasGiven
    ? await explore({ ...common, conditions: all, isOwn: () => isFirst, waits: false }, listSearch([{}]))
    : [];
  const looked = await explore(
    {
      ...common,
      conditions,
      isOwn: (index) => !shard || index % shard.count === shard.index,
      waits: shard !== undefined && byGenerations,
      ...(stale !== undefined && { stale }),
      ...(boundOf && { boundOf }),
    },
    plan.search,
  );
  const given = first?.outcome && "result" in first.outcome && pointOf({}, first.outcome.result, objectives);
  const exploration = explorationOf({ ...plan.head, ...(given && { given }) }, objectives, looked);
  const missing = [...(first && !first.outcome ? [first.values] : []), ...exploration.missing];
  return {
    exploration,
    missing,
    computed,
    stopped: means.isOver() && exploration.counts.looked - missing.length < plan.total,
  };
}

const stoppedLine = ({ total }: SearchPlan, { counts: { looked, missing } }: Exploration): string =>
  `stopped after ${grouped(looked - missing)} of ${counted(total, "point")}; with --store the same command goes on from there`;

/** Points that a line names. */
const mostNamed = 5;

function missingLine(folder: string, plan: SearchPlan, missing: readonly PointValues[]): string {
  const names = missing.slice(0, mostNamed).map(valuesText);
  const more = missing.length > mostNamed ? `; and ${grouped(missing.length - mostNamed)} more` : "";
  return `${folder}: ${counted(missing.length, "point")} of ${grouped(plan.total)} missing: ${names.join("; ")}${more}`;
}
