import { setTimeout } from "node:timers/promises";
import type { LookedAt } from "../../sweep/exploration.ts";
import { dominates, type ObjectiveValues } from "../../sweep/front.ts";
import type { Objective } from "../../sweep/measures.ts";
import type { PointOutcome } from "../../sweep/point.ts";
import { impossible } from "../../sweep/point-evaluator.ts";
import type { Search } from "../../sweep/search.ts";
import type { SearchConditions } from "../../sweep/search-conditions.ts";
import type { PointValues } from "../../sweep/space.ts";
import { pointIdentity } from "./point-identity.ts";
import type { PointStore } from "./point-store.ts";
import type { SearchRuns, SourcedPoint } from "./search-runs.ts";

/** How points of a search become outcomes. */
export interface Explorer {
  readonly runs: SearchRuns;
  readonly objectives: readonly Objective[];
  readonly conditions: SearchConditions;
  /** where outcomes are kept */
  readonly store?: PointStore;
  /** absent: only the store is asked, and what it lacks is missing */
  readonly evaluate?: {
    readonly threads: number;
    /** `share`: fewer points are left than threads */
    of(values: PointValues, share: boolean): Promise<PointOutcome>;
  };
  /** the points that this process computes, by their place in a batch; others are computed elsewhere */
  readonly isOwn: (index: number) => boolean;
  /** whether a batch is complete only with the points that are computed elsewhere */
  readonly waits: boolean;
  /** objectives that a point cannot fall below, where points may be skipped by it */
  readonly boundOf?: (point: SourcedPoint) => ObjectiveValues | undefined;
  /** so many points that do not change the front end a search, at the end of a batch */
  readonly stale?: number;
  /** whether no further point is to be begun */
  readonly isOver: () => boolean;
  readonly signal: AbortSignal;
  /** told of each point that was computed now */
  readonly onPoint: (looked: LookedAt) => void;
}

/** Time between two looks for what others have computed. */
const pollMs = 1000;

/** Goes through a search to its end, or until no further point is to be begun. Gives its points in their order. */
export async function explore(explorer: Explorer, search: Search): Promise<LookedAt[]> {
  const { objectives, stale, isOver } = explorer;
  const all: LookedAt[] = [];
  const best = new Frontier();
  let told: (ObjectiveValues | undefined)[] = [];
  for (;;) {
    const values = search.next(told);
    if (values.length === 0) return all;
    const batch = await lookAt(explorer, values);
    for (const one of batch) all.push(one);
    // what comes next depends on all of these
    if (batch.some((one) => one.outcome === undefined && one.bound === undefined)) return all;
    told = batch.map((one) => objectivesOf(one, objectives));
    for (const one of told) best.add(one);
    if ((stale !== undefined && best.unchanged >= stale) || isOver()) return all;
  }
}

const objectivesOf = (
  { outcome, allowed }: LookedAt,
  objectives: readonly Objective[],
): ObjectiveValues | undefined =>
  outcome && "result" in outcome && allowed ? objectives.map(({ of }) => of(outcome.result)) : undefined;

interface Place {
  readonly index: number;
  readonly values: PointValues;
  readonly point?: SourcedPoint;
  readonly identity?: string;
  readonly bound?: ObjectiveValues | undefined;
  /** of one that makes no machine */
  readonly outcome?: PointOutcome;
}

/** The outcomes of a batch, those that are kept already and those that are computed now, in its order. */
async function lookAt(explorer: Explorer, values: readonly PointValues[]): Promise<LookedAt[]> {
  const batch = new Batch(explorer, values);
  batch.takeKept();
  await batch.compute();
  if (explorer.waits) await batch.waitForOthers();
  return batch.found;
}

class Batch {
  readonly found: LookedAt[];
  private readonly explorer: Explorer;
  private readonly places: readonly Place[];
  private readonly best = new Frontier();

  constructor(explorer: Explorer, values: readonly PointValues[]) {
    this.explorer = explorer;
    this.found = new Array<LookedAt>(values.length);
    this.places = values.map((one, index) => placeOf(explorer, one, index));
  }

  takeKept(): void {
    for (const place of this.places) this.settle(place, this.kept(place));
  }

  /** Simulates those of this process that are not known, as many at once as there are threads. */
  async compute(): Promise<void> {
    const { evaluate, isOver, onPoint, store } = this.explorer;
    if (!evaluate) return;
    const alike = this.unknown();
    const waiting = Array.from(alike.values(), ([place]) => place);
    // a small bound is worth being simulated first, as it may dominate many
    if (this.explorer.boundOf)
      waiting.sort((a, b) => product(a.bound) - product(b.bound) || a.index - b.index);
    let running = 0;
    const loop = async () => {
      for (let place = waiting.shift(); place && !isOver(); place = waiting.shift()) {
        if (place.bound && this.best.dominates(place.bound)) continue;
        running++;
        const outcome = await evaluate.of(place.values, waiting.length + running < evaluate.threads);
        running--;
        store?.keep(place.identity!, outcome);
        for (const one of alike.get(place.identity!)!) this.settle(one, outcome);
        onPoint(this.found[place.index]);
      }
    };
    await Promise.all(Array.from({ length: evaluate.threads }, loop));
  }

  /** Returns when all points have an outcome, or no further one is to be begun. */
  async waitForOthers(): Promise<void> {
    const { isOver, signal, store } = this.explorer;
    while (this.found.some(({ outcome }) => !outcome) && !isOver()) {
      await setTimeout(pollMs, undefined, { signal });
      store?.refresh();
      for (const place of this.places)
        if (!this.found[place.index].outcome) this.settle(place, this.kept(place));
    }
  }

  private kept({ identity, outcome }: Place): PointOutcome | undefined {
    return identity === undefined ? outcome : this.explorer.store?.outcomeOf(identity);
  }

  private settle(place: Place, outcome: PointOutcome | undefined): void {
    this.found[place.index] = lookedAt(this.explorer, place, outcome);
    if (this.explorer.boundOf) this.best.add(objectivesOf(this.found[place.index], this.explorer.objectives));
  }

  /** By identity: values may differ and yet make the same machine. */
  private unknown(): Map<string, Place[]> {
    const alike = new Map<string, Place[]>();
    for (const place of this.places) {
      if (this.found[place.index].outcome || !this.explorer.isOwn(place.index)) continue;
      alike.set(place.identity!, [...(alike.get(place.identity!) ?? []), place]);
    }
    return alike;
  }
}

const product = (bound: ObjectiveValues | undefined): number => (bound ?? [0]).reduce((a, b) => a * b, 1);

function placeOf({ runs, boundOf }: Explorer, values: PointValues, index: number): Place {
  try {
    const point = runs.pointAt(values);
    return {
      index,
      values,
      point,
      identity: pointIdentity(point, runs.engine),
      ...(boundOf && { bound: boundOf(point) }),
    };
  } catch (error) {
    return { index, values, outcome: impossible(error) };
  }
}

function lookedAt({ conditions }: Explorer, place: Place, outcome: PointOutcome | undefined): LookedAt {
  const { values, point, bound } = place;
  const allowed =
    outcome !== undefined &&
    "result" in outcome &&
    conditions.allowsAfter({ ...point!, values, result: outcome.result });
  return { values, outcome, allowed, bound };
}

/** The points so far that none dominates, and how many in succession have not changed them. */
class Frontier {
  unchanged = 0;
  private points: ObjectiveValues[] = [];

  /** `undefined`: a point that does not count */
  add(point: ObjectiveValues | undefined): void {
    if (!point || this.points.some((one) => dominates(one, point) || one.join() === point.join())) {
      this.unchanged++;
      return;
    }
    this.points = [...this.points.filter((one) => !dominates(point, one)), point];
    this.unchanged = 0;
  }

  dominates(bound: ObjectiveValues): boolean {
    return this.points.some((point) => dominates(point, bound));
  }
}
