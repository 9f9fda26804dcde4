import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import { episodeCount, type LoopNest, loopNest, type Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";
import { promisingMappings } from "./mapper.ts";
import { movedBytes, trafficOf } from "./traffic.ts";

/** The first `episodes` episodes of a layer under a mapping; all of them where there are not so many. */
export type Trial = (
  mapping: Mapping,
  episodes: number,
) => {
  readonly cycles: number;
  /** cycle at which every column was done with an episode */
  readonly episodeEnds: ArrayLike<number>;
};

/** Mappings that are tried at least, and at most where that is little work; those near the best of them; and those that are tried further. */
const firstTrials = 10;
const mostTrials = 16;
const nearTrials = 4;
const nearRounds = 2;
const furtherTrials = 4;
/** Work up to which a mapping is tried on the whole layer, as `workOf` counts it; and work of the trials of others. */
const smallWork = 2 ** 12;
const firstWork = 2 ** 10;
const furtherWork = 2 ** 12;
/** Work of all first trials from which on there are no more of them. */
const manyTrialsWork = 2 ** 14;

/** Of mappings that take as long but for this share, the one that moves least is chosen: it takes less energy. */
const nearTie = 0.005;

/**
 * The mapping that a host would choose that tries the most promising ones on its model of the machine: on a little of a large
 * layer, then those that are near the best, then the best of all on more of it. Assumed, D9.
 */
export function chooseMapping(counts: LayerCounts, parameters: SwgParameters, trial: Trial): Mapping {
  const promising = promisingMappings(counts, parameters);
  const trials = new Trials(counts, parameters, trial);
  for (const mapping of promising.bestFirst()) {
    if (trials.count >= (trials.work < manyTrialsWork ? mostTrials : firstTrials)) break;
    trials.add(mapping);
  }
  for (let round = 0; round < nearRounds; round++) {
    const before = trials.count;
    for (const mapping of promising.near(trials.best(1)[0].mapping))
      if (trials.count < before + nearTrials) trials.add(mapping);
      else break;
  }
  const last = trials.further(trials.best(furtherTrials));
  const moved = (mapping: Mapping): number =>
    movedBytes(trafficOf(counts, loopNest(counts.layer, mapping, parameters), mapping, parameters));
  return last
    .filter(({ cycles }) => cycles <= last[0].cycles * (1 + nearTie))
    .map(({ mapping }) => ({ mapping, bytes: moved(mapping) }))
    .reduce((best, other) => (other.bytes < best.bytes ? other : best)).mapping;
}

/** Mappings that were tried, and how long the layer would take. */
class Trials {
  /** columns x k's x episodes of all trials so far */
  work = 0;
  private readonly tried = new Map<Mapping, Tried>();
  private readonly counts: LayerCounts;
  private readonly parameters: SwgParameters;
  private readonly trial: Trial;

  constructor(counts: LayerCounts, parameters: SwgParameters, trial: Trial) {
    this.counts = counts;
    this.parameters = parameters;
    this.trial = trial;
  }

  get count(): number {
    return this.tried.size;
  }

  /** Tries a mapping, if it was not. */
  add(mapping: Mapping): void {
    if (!this.tried.has(mapping)) this.tried.set(mapping, this.cyclesOf(mapping, firstWork));
  }

  /** The fastest, `count` at most. */
  best(count: number): Tried[] {
    return [...this.tried.values()].sort((a, b) => a.cycles - b.cycles).slice(0, count);
  }

  /** Tries some on more of the layer, where they were not tried on all of it. Returns the fastest first. */
  further(some: readonly Tried[]): Tried[] {
    const further = some.map((one) => (one.whole ? one : this.cyclesOf(one.mapping, furtherWork)));
    return further.sort((a, b) => a.cycles - b.cycles);
  }

  private cyclesOf(mapping: Mapping, work: number): Tried {
    const nest = loopNest(this.counts.layer, mapping, this.parameters);
    const episodes = episodeCount(nest);
    const all = workOf(nest, this.parameters);
    const tried = Math.max(2, Math.ceil((work / all) * episodes));
    const whole = all <= smallWork || tried >= episodes;
    this.work += whole ? all : (all * tried) / episodes;
    const run = this.trial(mapping, whole ? episodes : tried);
    return { mapping, whole, cycles: whole ? run.cycles : trialCycles(run, tried, episodes) };
  }
}

interface Tried {
  readonly mapping: Mapping;
  readonly cycles: number;
  /** whether it was tried on all of the layer */
  readonly whole: boolean;
}

/** Columns x k's of each, over all episodes: how often the lists of a k go to a column. */
const workOf = (nest: LoopNest, { columns }: SwgParameters): number =>
  (episodeCount(nest) * columns * nest.groupKs) / nest.kBlocks / nest.teamsPerDomain;

/** Cycles of all episodes, when those that were not tried go on at the pace of the second half of those that were. */
function trialCycles({ cycles, episodeEnds }: ReturnType<Trial>, tried: number, episodes: number): number {
  const middle = Math.floor(tried / 2);
  const pace = (episodeEnds[tried - 1] - episodeEnds[middle - 1]) / (tried - middle);
  return cycles + pace * (episodes - tried);
}
