/**
 * Deals k's to teams (columns that share their k's), at most `most` each: heaviest first, each to the least
 * loaded team that has room, ties to the team with fewer k's, then to the lower one. Without balancing: in order, round robin.
 * `loads(i)` is what is known beforehand of item i. Returns the items of each team, in the order of work.
 * Assumed, D8.
 */
export function dealToTeams(
  items: readonly number[],
  loads: (item: number) => number,
  teams: number,
  most: number,
  balance: boolean,
): number[][] {
  const dealt: number[][] = Array.from({ length: teams }, () => []);
  if (!balance) {
    for (const [i, item] of items.entries()) dealt[i % teams].push(item);
    return dealt;
  }
  const total = new Array<number>(teams).fill(0);
  for (const item of heaviestFirst(items, loads)) {
    let best = -1;
    for (let team = 0; team < teams; team++)
      if (dealt[team].length < most && (best < 0 || isBefore(team, best, total, dealt))) best = team;
    dealt[best].push(item);
    total[best] += loads(item);
  }
  return dealt;
}

/**
 * Gives the lists that were dealt for a block to its teams: the heaviest to the team that carries least from blocks before, and so on;
 * where all carry alike each keeps its own. Without this the first team would have the heaviest k of every block. `carried` is added to.
 */
export function heaviestToLeast(
  dealt: readonly (readonly number[])[],
  loads: (item: number) => number,
  carried: number[],
): (readonly number[])[] {
  const load = (i: number) => dealt[i].reduce((sum, item) => sum + loads(item), 0);
  const places = dealt.map((_, i) => i);
  const teams = heaviestFirst(places, (team) => -carried[team]);
  const given: (readonly number[])[] = [];
  const ordered = carried.some((n) => n !== carried[0]) ? heaviestFirst(places, load) : places;
  for (const [i, place] of ordered.entries()) {
    given[teams[i]] = dealt[place];
    carried[teams[i]] += load(place);
  }
  return given;
}

/** Whether the next item goes to place `a` sooner than to place `b`: it carries less, or as much in fewer items. */
const isBefore = (a: number, b: number, total: readonly number[], dealt: readonly number[][]): boolean =>
  total[a] === total[b] ? dealt[a].length < dealt[b].length : total[a] < total[b];

/** Sorted by load, heaviest first; equal loads keep their order. */
export function heaviestFirst(items: readonly number[], loads: (item: number) => number): number[] {
  return [...items].sort((a, b) => loads(b) - loads(a) || a - b);
}

/**
 * Puts items, given heaviest first, into blocks of these sizes so that each has heavy and light ones: what light ones take longest
 * with, as sending their gradients, goes on beside the work of heavy ones. An item goes to the block that is filled least.
 */
export function mixedBlocks(ordered: readonly number[], sizes: readonly number[]): number[][] {
  const blocks = sizes.map((): number[] => []);
  for (const item of ordered) {
    let best = 0;
    for (let i = 1; i < blocks.length; i++)
      if (blocks[i].length * sizes[best] < blocks[best].length * sizes[i]) best = i;
    blocks[best].push(item);
  }
  return blocks;
}
