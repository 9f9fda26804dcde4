import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import type { LoopNest } from "../dataflow/mapping.ts";
import { onceFor, onceUnder } from "../once.ts";
import type { SwgParameters } from "../parameters.ts";
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
function heaviestSums(loads: readonly number[]): Float64Array {
  const sums = new Float64Array(loads.length + 1);
  for (const [i, load] of loads.toSorted((a, b) => b - a).entries()) sums[i + 1] = sums[i] + load;
  return sums;
}

/** What the busiest team has of a whole layer's k's, gradients, and gradients x entries, as shares of them. */
interface TeamShares {
  readonly ofKs: number;
  readonly ofGradients: number;
  readonly ofWork: number;
}

const sharesBefore = onceFor((_: LayerCounts) => new Map<string, TeamShares>());

export function busiestTeam(counts: LayerCounts, nest: LoopNest, p: SwgParameters): TeamShares {
  const { groupBlocks, kBlocks, teamsPerDomain } = nest;
  const key = `${groupBlocks} ${kBlocks} ${teamsPerDomain} ${p.vdt} ${p.gradientSkip}`;
  return onceUnder(sharesBefore(counts), key, () => {
    const gradients = (k: number) => gradientsOf(counts, k, p);
    const share = (load: (k: number) => number) => shareOfTeam(counts, nest, load);
    return {
      ofKs: share(() => 1),
      ofGradients: share(gradients),
      ofWork: share((k) => gradients(k) * entriesOf(counts, k, p)),
    };
  });
}

/** The share of all loads that lies in the busiest team, block after block; 0 where there are none. */
function shareOfTeam({ layer }: LayerCounts, nest: LoopNest, load: (k: number) => number): number {
  const { groupKs, groupBlocks, kBlocks, teamsPerDomain } = nest;
  const inBlock = teamsPerDomain * mostKsOfTeam(nest);
  const busiest = new Float64Array(groupBlocks * kBlocks);
  const domains = nest.teams / teamsPerDomain;
  let all = 0;
  for (let group = 0; group < layer.groups; group++) {
    const sums = heaviestSums(Array.from({ length: groupKs }, (_, i) => load(group * groupKs + i)));
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
export const busiestSlice = (counts: LayerCounts, channelBlocks: number, channelSlices: number): number =>
  onceUnder(slicesBefore(counts), `${channelBlocks} ${channelSlices}`, () => {
    const channels = counts.layer.C / counts.layer.groups;
    const loads = [...counts.channelLoad.subarray(0, channels)];
    const sums = heaviestSums(loads.some((load) => load > 0) ? loads : loads.fill(1));
    let share = 0;
    for (let block = 0; block < channelBlocks; block++) {
      const from = Math.floor((block * channels) / channelBlocks);
      const end = Math.floor(((block + 1) * channels) / channelBlocks);
      share += busiestPart(sums, from, end, channelSlices) / sums[channels];
    }
    return { share };
  }).share;
