import type { Sample } from "../dataflow/mapping.ts";
import type { Residency } from "./schedule.ts";

/** What a column's list of k's has in it: one k over one chunk of positions. */
export interface Item {
  readonly residency: Residency;
  /** of the whole layer: the chunk of every trace */
  readonly episode: number;
  /** among those of its team in the episode */
  readonly inEpisode: number;
  /** undefined: none, as the team has no k's in an episode, and will have some later. An empty list says so. */
  readonly k: number | undefined;
  /** begins new sums, or finishes them */
  readonly first: boolean;
  readonly last: boolean;
  /** number of these sums among all of the team */
  readonly sums: number;
}

/** A team's list of k's, in order, made as far as it is asked for. */
export class ItemList {
  private readonly made: Item[] = [];
  private readonly rest: Iterator<Item>;

  constructor(residencies: Iterable<Residency>, sample: Sample, team: number) {
    this.rest = itemsOf(residencies, sample, team);
  }

  /** Item `number`; undefined behind the last. */
  at(number: number): Item | undefined {
    while (this.made.length <= number) {
      const more = this.rest.next();
      if (more.done) return undefined;
      this.made.push(more.value);
    }
    return this.made[number];
  }
}

function* itemsOf(residencies: Iterable<Residency>, { rounds }: Sample, team: number): Generator<Item> {
  let episode = 0;
  let sums = 0;
  for (const residency of residencies) {
    const ks = residency.ks[team];
    for (let round = 0; round < rounds; round++, episode++) {
      const [first, last] = [round === 0, round === rounds - 1];
      for (const [i, k] of ks.entries())
        yield { residency, episode, inEpisode: i, k, first, last, sums: sums + i };
      if (ks.length === 0 && !residency.lastKs)
        yield { residency, episode, inEpisode: 0, k: undefined, first: false, last: false, sums };
    }
    sums += ks.length;
  }
}
