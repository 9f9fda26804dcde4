import { type Random, seededRandom } from "../random.ts";
import type { SweepAxis } from "./axis.ts";
import { type ObjectiveValues, paretoFront } from "./front.ts";
import type { Search } from "./search.ts";
import { gridSize, type PointValues, samplePoints } from "./space.ts";

export interface Nsga2Options {
  /** points that are looked at in all */
  readonly count: number;
  readonly population: number;
  readonly seed: number;
  /** what the first generation begins with, beside a Latin hypercube */
  readonly first: readonly PointValues[];
  /** Points of which it says no are not looked at. */
  readonly wanted: (values: PointValues) => boolean;
}

/** Of each axis, the place of its value among all of them, numbers in their order. */
type Genes = readonly number[];

interface Individual {
  readonly genes: Genes;
  /** undefined: does not count, and is worse than any that does */
  readonly objectives: ObjectiveValues | undefined;
}

interface Ranked extends Individual {
  readonly rank: number;
  readonly crowding: number;
}

/** Children that are made anew because they were there already or are not wanted, before one is drawn instead. */
const mostTries = 50;
const crossoverShare = 0.9;

/**
 * NSGA-II (Deb, Pratap, Agarwal and Meyarivan, IEEE Trans. Evol. Comput. 6(2), 2002) over the values of axes, by generations.
 * Genes are whole numbers: a child's lies between its parents' or a little beyond, and a mutation takes it 1, 2, 4, ... places
 * further; one of names is that of either parent, or any. No point is looked at twice. What is drawn depends on the seed and on
 * what it is told, and on nothing else.
 */
export function nsga2Search(axes: readonly SweepAxis[], options: Nsga2Options): Search {
  const random = seededRandom(options.seed);
  const sorted = axes.map(sortedAxis);
  const valuesOf = (genes: Genes): PointValues =>
    Object.fromEntries(sorted.map(({ name, values }, i) => [name, values[genes[i]]]));
  const genesOf = (values: PointValues): Genes =>
    sorted.map((axis) => axis.values.indexOf(values[axis.name]));
  const seen = new Set<string>();
  const isNew = (genes: Genes) => !seen.has(genes.join()) && options.wanted(valuesOf(genes));
  let population: readonly Ranked[] = [];
  let batch: readonly Genes[] = [];

  const firstGeneration = (size: number): Genes[] => {
    const given = options.first.filter(options.wanted);
    const drawn = samplePoints(sorted, size, random, options.wanted);
    const genes = new Map([...given, ...drawn].map(genesOf).map((one) => [one.join(), one]));
    return [...genes.values()].slice(0, size);
  };
  const child = (): Genes | undefined => {
    for (let i = 0; i < mostTries; i++) {
      const [a, b] = [tournament(population, random), tournament(population, random)];
      const genes = mutated(crossed(a.genes, b.genes, sorted, random), sorted, random);
      if (isNew(genes)) return genes;
    }
    const drawn = samplePoints(sorted, mostTries, random, (values) => isNew(genesOf(values)))[0];
    return drawn && genesOf(drawn);
  };
  const nextGeneration = (size: number): Genes[] => {
    const children: Genes[] = [];
    while (children.length < size && seen.size < gridSize(axes)) {
      const genes = child();
      if (!genes) break;
      seen.add(genes.join());
      children.push(genes);
    }
    return children;
  };

  return {
    next(told) {
      const individuals = batch.map((genes, i) => ({ genes, objectives: told[i] }));
      population = ranked([...population, ...individuals], options.population);
      const size = Math.min(options.population, options.count - seen.size);
      batch = population.length === 0 ? firstGeneration(size) : nextGeneration(size);
      for (const genes of batch) seen.add(genes.join());
      return batch.map(valuesOf);
    },
  };
}

interface SortedAxis extends SweepAxis {
  readonly ordered: boolean;
}

function sortedAxis(axis: SweepAxis): SortedAxis {
  const ordered = axis.values.every((value) => typeof value === "number");
  const values = ordered ? axis.values.toSorted((a, b) => Number(a) - Number(b)) : axis.values;
  return { ...axis, values, ordered };
}

/** The better of two. */
function tournament(population: readonly Ranked[], random: Random): Ranked {
  const [a, b] = [population[random.below(population.length)], population[random.below(population.length)]];
  return a.rank !== b.rank ? (a.rank < b.rank ? a : b) : b.crowding > a.crowding ? b : a;
}

function crossed(a: Genes, b: Genes, axes: readonly SortedAxis[], random: Random): Genes {
  if (random.uniform() >= crossoverShare) return a;
  return axes.map(({ ordered, values }, i) => {
    if (!ordered) return random.below(2) === 0 ? a[i] : b[i];
    const [low, high] = [Math.min(a[i], b[i]), Math.max(a[i], b[i])];
    const beyond = Math.ceil((high - low) / 4);
    return within(low - beyond + random.below(high - low + 2 * beyond + 1), values.length);
  });
}

/** One gene in the mean is another one. */
function mutated(genes: Genes, axes: readonly SortedAxis[], random: Random): Genes {
  return axes.map(({ ordered, values }, i) => {
    if (random.uniform() * axes.length >= 1) return genes[i];
    if (!ordered) return random.below(values.length);
    const step = 2 ** random.below(Math.max(1, 31 - Math.clz32(values.length)));
    return within(genes[i] + (random.below(2) === 0 ? step : -step), values.length);
  });
}

const within = (gene: number, count: number): number => Math.min(count - 1, Math.max(0, gene));

/** The best `size`: of lower ranks first, of the last rank those that stand most alone. */
function ranked(individuals: readonly Individual[], size: number): Ranked[] {
  const kept: Ranked[] = [];
  let rest = individuals.filter(({ objectives }) => objectives !== undefined);
  const failed = individuals.filter(({ objectives }) => objectives === undefined);
  for (let rank = 0; rest.length > 0 && kept.length < size; rank++) {
    const front = paretoFront(rest.map(({ objectives }) => objectives!)).map((i) => rest[i]);
    const taken = new Set(front);
    rest = rest.filter((one) => !taken.has(one));
    const crowding = crowdingOf(front);
    const ofRank = front.map((one, i) => ({ ...one, rank, crowding: crowding[i] }));
    kept.push(...ofRank.sort((a, b) => b.crowding - a.crowding).slice(0, size - kept.length));
  }
  const last = failed.slice(0, size - kept.length);
  return [...kept, ...last.map((one) => ({ ...one, rank: Number.POSITIVE_INFINITY, crowding: 0 }))];
}

/** How far each stands from its neighbours, in shares of what the objectives span; those at an end stand alone. */
function crowdingOf(front: readonly Individual[]): number[] {
  const crowding = front.map(() => 0);
  for (const objective of front[0].objectives!.keys()) {
    const value = (i: number) => front[i].objectives![objective];
    const order = [...front.keys()].sort((a, b) => value(a) - value(b) || a - b);
    const [first, last] = [order[0], order[order.length - 1]];
    crowding[first] = crowding[last] = Number.POSITIVE_INFINITY;
    const span = value(last) - value(first);
    if (span > 0)
      for (let i = 1; i < order.length - 1; i++)
        crowding[order[i]] += (value(order[i + 1]) - value(order[i - 1])) / span;
  }
  return crowding;
}
