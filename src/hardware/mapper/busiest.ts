import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import type { LoopNest } from "../dataflow/mapping.ts";
import { onceFor, onceUnder } from "../once.ts";
import type { SwgParameters } from "../parameters.ts";
import { dealtChannels } from "../schedule/dealt-channels.ts";
import { entriesOf, gradientsOf } from "../schedule/k-load.ts";
import { mostKsOfTeam } from "../schedule/schedule.ts";

/**
 * How much the busiest of some parts carries when items are dealt to them heaviest first, each to the part that carries least:
 * no less than the mean, than the heaviest item, and than what some part must get that has one item more than others.
 * `sums[i]`: loads of the i heaviest items, heaviest first; those from `from` to `end` are dealt.
 */
export function busiestPart(sums: ArrayLike<number>, from: number, end: number, parts: number): number {
  if (end <= from) return 0;
  const rounds = Math.floor((end - from - 1) / parts);
  const last = from + rounds * parts;
  // of the first rounds * parts + 1 items, some part has rounds + 1: no less than the lightest of them
  const lightest = sums[last + 1] - sums[last - rounds];
  return Math.max((sums[end] - sums[from]) / parts, sums[from + 1] - sums[from], lightest);
}

/** [i] what the i heaviest carry together. */
function heaviestSums(loads: Float64Array): Float64Array {
  const sums = new Float64Array(loads.length + 1);
  for (const [i, load] of loads.toSorted((a, b) => b - a).entries()) sums[i + 1] = sums[i] + load;
  return sums;
}

/** [group] heaviest sums of the k's of a group, by a load of theirs. */
type GroupSums = readonly Float64Array[];

const sumsBefore = onceFor((_: LayerCounts) => new Map<string, GroupSums>());

function groupSums(counts: LayerCounts, key: string, load: (k: number) => number): GroupSums {
  const { K, groups } = counts.layer;
  return onceUnder(sumsBefore(counts), key, () => {
    const loads = Float64Array.from({ length: K }, (_, k) => load(k));
    const groupKs = K / groups;
    return Array.from({ length: groups }, (_, group) =>
      heaviestSums(loads.subarray(group * groupKs, (group + 1) * groupKs)),
    );
  });
}

/** What the busiest team has of a whole layer's k's, gradients, and gradients x entries, as shares of them. */
interface TeamShares {
  readonly ofKs: number;
  readonly ofGradients: number;
  readonly ofWork: number;
}

const sharesBefore = onceFor((_: LayerCounts) => new Map<string, TeamShares>());

export function busiestTeam(counts: LayerCounts, nest: LoopNest, p: SwgParameters): TeamShares {
  const { teams, groupBlocks, kBlocks, teamsPerDomain } = nest;
  const skipped = `${p.vdt} ${p.gradientSkip}`;
  return onceUnder(
    sharesBefore(counts),
    `${teams} ${groupBlocks} ${kBlocks} ${teamsPerDomain} ${skipped}`,
    () => {
      const gradients = (k: number) => gradientsOf(counts, k, p);
      const work = (k: number) => gradients(k) * entriesOf(counts, k, p);
      return {
        ofKs: shareOfTeam(
          groupSums(counts, "ks", () => 1),
          nest,
        ),
        ofGradients: shareOfTeam(groupSums(counts, `gradients ${skipped}`, gradients), nest),
        ofWork: shareOfTeam(groupSums(counts, `work ${skipped}`, work), nest),
      };
    },
  );
}

/** The share of all loads that lies in the busiest team, block after block; 0 where there are none. */
function shareOfTeam(groups: GroupSums, nest: LoopNest): number {
  const { groupKs, groupBlocks, kBlocks, teams, teamsPerDomain } = nest;
  const inBlock = teamsPerDomain * mostKsOfTeam(nest);
  const busiest = new Float64Array(groupBlocks * kBlocks);
  const domains = teams / teamsPerDomain;
  let all = 0;
  for (const [group, sums] of groups.entries()) {
    all += sums[groupKs];
    for (let block = 0; block < kBlocks; block++) {
      const from = block * inBlock;
      const own = busiestPart(sums, from, Math.min(groupKs, from + inBlock), teamsPerDomain);
      const at = Math.floor(group / domains) * kBlocks + block;
      busiest[at] = Math.max(busiest[at], own);
    }
  }
  return all > 0 ? busiest.reduce((sum, n) => sum + n, 0) / all : 0;
}

const slicesBefore = onceFor((_: LayerCounts) => new Map<string, { readonly share: number }>());

/** The share of a group's work that lies in the busiest channel slice, block after block; of the first group. */
export const busiestSlice = (
  counts: LayerCounts,
  channelBlocks: number,
  channelSlices: number,
  p: SwgParameters,
): number =>
  onceUnder(slicesBefore(counts), `${channelBlocks} ${channelSlices} ${p.intraColumn}`, () => {
    const { loads, heaviest, total } = loadsOfChannels(counts);
    if (p.intraColumn) return { share: busiestSlices(heaviest, channelBlocks, channelSlices) / total };
    const [blocks] = dealtChannels(counts, channelBlocks, channelSlices, p);
    let busiest = 0;
    for (const slices of blocks) busiest += heaviestOf(slices, loads);
    return { share: busiest / total };
  }).share;

/**
 * What the busiest slice of each block carries, of all blocks together, where `dealChannels` balances channels whose loads are given,
 * heaviest first. Loads are whole numbers: it is all the same which of two slices that carry alike gets a channel.
 */
export function busiestSlices(heaviest: Float64Array, blocks: number, slices: number): number {
  const most = blocks * slices;
  const shares = heaviest.slice(0, most).reverse();
  const { length } = shares;
  for (let from = most; from < heaviest.length; from += most) {
    const count = Math.min(most, heaviest.length - from);
    for (let i = 0; i < count; i++) shares[i] += heaviest[from + i];
    shares.sort();
  }
  let sum = 0;
  for (let block = 0; block < blocks; block++) {
    const first = Math.floor((block * length) / blocks);
    if (first < Math.floor(((block + 1) * length) / blocks)) sum += shares[length - 1 - first];
  }
  return sum;
}

/** What the heaviest of some slices of channels carries. */
function heaviestOf(slices: readonly (readonly number[])[], loads: Float64Array): number {
  let most = 0;
  for (const channels of slices) {
    let load = 0;
    for (const c of channels) load += loads[c];
    if (load > most) most = load;
  }
  return most;
}

/**
 * What each channel of the first group carries, the same heaviest first, and all of them; of channels of which none carries anything, as
 * if all carried the same.
 */
const loadsOfChannels = onceFor(({ layer, channelLoad }: LayerCounts) => {
  const own = channelLoad.subarray(0, layer.C / layer.groups);
  const loads = own.some((load) => load > 0) ? own : own.map(() => 1);
  return {
    loads,
    heaviest: loads.slice().sort().reverse(),
    total: loads.reduce((sum, load) => sum + load, 0),
  };
});
