import { gradientSize } from "../../workload/layer.ts";
import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import {
  episodeCount,
  type LoopNest,
  loopNest,
  type Mapping,
  residencyCount,
  type Sample,
} from "../dataflow/mapping.ts";
import { type SwgParameters, valueBytes } from "../parameters.ts";
import { promisingMappings, workOf } from "./mapper.ts";
import { movedBytes } from "./traffic.ts";

/** How far a mapping is tried. */
export interface TrialOptions {
  /** some episodes; all of the layer without it */
  readonly sample?: Sample | undefined;
  /** [episode] the last cycle in which its end is of use; any cycle without it */
  readonly latestEnds?: readonly number[] | undefined;
}

/** What came of a trial. */
export interface TrialRun {
  readonly cycles: number;
  /** cycle at which every column was done with an episode */
  readonly episodeEnds: ArrayLike<number>;
  readonly events: { readonly macs: number };
}

/** Tries a layer under a mapping. Where it ends too late to be of use, there may be no result. */
export type Trial = (mapping: Mapping, options: TrialOptions) => TrialRun | undefined;

/** Mappings that are tried at first; those near the best of them; and those that are tried further. */
const firstTrials = 8;
const nearTrials = 3;
const nearRounds = 2;
const furtherTrials = 4;
const furtherWholeTrials = 2;
/** Work up to which a mapping is tried on the whole layer, as `workOf` counts it: at first, and further. */
const smallWork = 2 ** 12;
const smallLayer = 2 ** 15;
/** Work of the trials of larger layers. */
const firstWork = 2 ** 10;
const furtherWork = 2 ** 12;

/** How far a trial may be behind the fastest one at any time: as a share of all its cycles, and in cycles. */
const lagShare = 0.03;
const leastLag = 64;

/** Residencies of which a sample has episodes: in the second one sums of the first leave. */
const sampledResidencies = 2;

/**
 * The mapping that a host would choose that tries the most promising ones on its model of the machine: on a little of a large
 * layer, then those that are near the best, then the best of all on more of it. Assumed, D9.
 */
export function chooseMapping(counts: LayerCounts, parameters: SwgParameters, trial: Trial): Mapping {
  const promising = promisingMappings(counts, parameters);
  if (promising.only) return promising.only;
  const trials = new Trials(counts, parameters, trial);
  for (const mapping of promising.bestFirst()) {
    if (trials.count === firstTrials) break;
    trials.add(mapping);
  }
  for (let round = 0; round < nearRounds; round++) {
    const before = trials.count;
    for (const mapping of promising.near(trials.best(1)[0].mapping))
      if (trials.count < before + nearTrials) trials.add(mapping);
      else break;
  }
  const last = trials.further();
  return last
    .filter(({ pace }) => pace <= last[0].pace * (1 + promising.tie))
    .map(({ mapping }) => ({ mapping, bytes: movedBytes(counts, mapping, parameters) }))
    .reduce((best, other) => (other.bytes < best.bytes ? other : best)).mapping;
}

/**
 * A mapping for a first answer, without a trial: one that is estimated best but for a little, and simulated soonest. Throws
 * `InputError` for a layer that fits none.
 */
export const estimatedMapping = (counts: LayerCounts, parameters: SwgParameters): Mapping =>
  promisingMappings(counts, parameters).soonest();

/** Mappings that were tried, and how fast the layer would be. */
class Trials {
  private readonly tried = new Map<Mapping, Tried>();
  private readonly counts: LayerCounts;
  private readonly parameters: SwgParameters;
  private readonly trial: Trial;
  /** of those that were tried on all of the layer */
  private fastest: TrialRun | undefined;
  /** cycles in which all gradients can leave */
  private readonly writing: number;

  constructor(counts: LayerCounts, parameters: SwgParameters, trial: Trial) {
    this.counts = counts;
    this.parameters = parameters;
    this.trial = trial;
    const gradients = parameters.gradientSkip ? totalsOf(counts).wanted : gradientSize(counts.layer);
    this.writing = parameters.unlimitedPorts
      ? 0
      : (gradients * valueBytes(parameters)) / parameters.globalBufferWriteBytes;
  }

  get count(): number {
    return this.tried.size;
  }

  /** Tries a mapping, if it was not. */
  add(mapping: Mapping): void {
    if (!this.tried.has(mapping)) this.tried.set(mapping, this.try(mapping, false));
  }

  /** The fastest, `count` at most. */
  best(count: number): Tried[] {
    return fastestFirst([...this.tried.values()]).slice(0, count);
  }

  /** Tries the best on more of the layer, where they were not tried on all of it. Returns the fastest first. */
  further(): Tried[] {
    const [{ all }] = this.best(1);
    const some = this.best(all <= smallLayer ? furtherWholeTrials : furtherTrials);
    const whole = [...this.tried.values()].filter((one) => one.whole && !some.includes(one));
    const further = some.map((one) => (one.whole ? one : this.try(one.mapping, true)));
    return fastestFirst([...further, ...whole]);
  }

  private try(mapping: Mapping, further: boolean): Tried {
    const nest = loopNest(this.counts.layer, mapping, this.parameters);
    const all = workOf(nest, this.parameters);
    const sample = sampleOf(nest, (triedWork(all, further) / all) * episodeCount(nest));
    const share = (sample.residencies * sample.rounds) / episodeCount(nest);
    const whole = share === 1;
    const pace = whole ? this.wholePace(mapping, episodeCount(nest)) : this.samplePace(mapping, sample, nest);
    return { mapping, all, whole, pace };
  }

  /** Of all of the layer; infinite where it falls too far behind the fastest so far. */
  private wholePace(mapping: Mapping, episodes: number): number {
    const { fastest } = this;
    const latestEnds = fastest && latestEndsOf(fastest, episodes);
    const run = this.trial(mapping, { latestEnds });
    if (!run || latestEnds?.some((latest, i) => run.episodeEnds[i] > latest)) return Number.POSITIVE_INFINITY;
    if (!fastest || run.cycles < fastest.cycles) this.fastest = run;
    return run.cycles / pairsOf(run);
  }

  /**
   * Of the whole layer, as a sample shows it. Some episodes of each residency are weighed by their pairs, as they may have more
   * or fewer than the others; whole residencies have as many as the others, which go on at the pace of the last half of those
   * that were tried, or as fast as gradients can leave.
   */
  private samplePace(mapping: Mapping, sample: Sample, nest: LoopNest): number {
    const run = this.trial(mapping, { sample });
    if (!run) throw new Error("a sample ends at any time");
    const { rounds, residencies } = sample;
    const tried = rounds * residencies;
    const ended = run.episodeEnds[tried - 1];
    // the sums that leave at last are those of all episodes of a residency
    if (rounds < nest.episodes)
      return (ended + ((run.cycles - ended) * rounds) / nest.episodes) / pairsOf(run);
    const all = episodeCount(nest);
    const middle = Math.floor(tried / 2);
    const halves = middle > 0 ? (ended - run.episodeEnds[middle - 1]) / (tried - middle) : ended;
    const episode = Math.max(halves, this.writing / all);
    return (run.cycles + episode * (all - tried)) / ((pairsOf(run) * all) / tried);
  }
}

/**
 * [episode] the last cycles in which the episodes of a mapping, which may be more or fewer, may end that is to be faster than
 * another, where that one had done as much.
 */
function latestEndsOf({ cycles, episodeEnds }: TrialRun, episodes: number): number[] {
  const behind = Math.max(leastLag, cycles * lagShare);
  return Array.from({ length: episodes }, (_, i) => {
    const done = ((i + 1) * episodeEnds.length) / episodes;
    const whole = Math.floor(done);
    const before = whole > 0 ? episodeEnds[whole - 1] : 0;
    const next = whole < episodeEnds.length ? episodeEnds[whole] : before;
    return before + (done - whole) * (next - before) + behind;
  });
}

/** How much of a layer's work a trial of a mapping does. */
function triedWork(all: number, further: boolean): number {
  if (all <= (further ? smallLayer : smallWork)) return all;
  if (further) return furtherWork;
  // an eighth of a small layer
  return all <= smallLayer ? Math.max(firstWork, all / 8) : firstWork;
}

interface Tried {
  readonly mapping: Mapping;
  /** work of the whole layer */
  readonly all: number;
  /** cycles for each pair; infinite where it is too slow to be of use */
  readonly pace: number;
  /** whether it was tried on all of the layer */
  readonly whole: boolean;
}

const fastestFirst = (tried: Tried[]): Tried[] =>
  tried.sort((a, b) => (a.pace === b.pace ? 0 : a.pace - b.pace));

/**
 * So many episodes of a layer that stand for it, or a few more: they lie all over its pictures, which have emptier and fuller
 * places, and are of two residencies at least, where there are so many.
 */
function sampleOf(nest: LoopNest, episodes: number): Sample {
  const residencies = residencyCount(nest);
  const least = Math.min(residencies, sampledResidencies);
  const rounds = Math.min(nest.episodes, Math.max(2, Math.ceil(episodes / least)));
  return { rounds, residencies: Math.min(residencies, Math.max(least, Math.ceil(episodes / rounds))) };
}

/** What has no pairs at all is compared by its time alone. */
const pairsOf = ({ events }: TrialRun): number => Math.max(1, events.macs);
