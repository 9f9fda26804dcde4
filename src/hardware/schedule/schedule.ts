import { dealToTeams, heaviestFirst, heaviestToLeast, mixedBlocks } from "../balancer/inter-column.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping, Pass } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";
import { dealtChannels } from "./dealt-channels.ts";
import { kLoad } from "./k-load.ts";

/** What one residency works on: sums of these (channel, k, tap) stay in the traces until every position was seen. */
export interface Residency {
  /** [team] the k's of a team, in the order of work; each k is a global channel of the emap */
  readonly ks: readonly (readonly number[])[];
  /** [domain][channelSlice] global fmap channels of a slice */
  readonly channels: readonly (readonly (readonly number[])[])[];
  readonly pass: Pass;
  /** the first residency with these k's, or with these channels: their maps must come from DRAM */
  readonly firstOfKs: boolean;
  readonly firstOfChannels: boolean;
  /** no other k's come after these: a team without any has no work any more */
  readonly lastKs: boolean;
}

/**
 * [block][team] the k's of a group, cut into blocks (heavy and light ones in each when balanced) and dealt to the teams of its domain. A block
 * has as many k's as its teams, or a multiple: no team has more of them than another needs to have. `carried`: what each team carries
 * from groups before, which is added to.
 */
export function dealKs(
  counts: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
  group: number,
  carried: number[] = new Array<number>(nest.teamsPerDomain).fill(0),
): readonly (readonly (readonly number[])[])[] {
  const { groupKs, kBlocks, teamsPerDomain } = nest;
  const all = Array.from({ length: groupKs }, (_, i) => group * groupKs + i);
  const load = kLoad(counts, nest, mapping, p);
  const inBlock = teamsPerDomain * mostKsOfTeam({ groupKs, kBlocks, teamsPerDomain });
  const inOrder = Array.from({ length: kBlocks }, (_, i) => all.slice(i * inBlock, (i + 1) * inBlock));
  const sizes = inOrder.map(({ length }) => length);
  const blocks = p.interColumn ? mixedBlocks(heaviestFirst(all, load), sizes) : inOrder;
  return blocks.map((ks) => {
    const dealt = dealToTeams(ks, load, teamsPerDomain, mapping.residentKs, p.interColumn);
    return p.interColumn ? heaviestToLeast(dealt, load, carried) : dealt;
  });
}

/** K's of a team in a block, where all teams have as many. */
export const mostKsOfTeam = ({
  groupKs,
  kBlocks,
  teamsPerDomain,
}: Pick<LoopNest, "groupKs" | "kBlocks" | "teamsPerDomain">): number =>
  Math.ceil(Math.ceil(groupKs / teamsPerDomain) / kBlocks);

/** What is dealt of one convolution group; of none, where they have run out. */
interface Dealt {
  /** [kBlock][team of the domain] k's */
  readonly ks: readonly (readonly (readonly number[])[])[];
  /** [channelBlock][channelSlice] channels */
  readonly channels: readonly (readonly (readonly number[])[])[];
}

function dealGroup(
  counts: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
  group: number,
  carried: number[],
): Dealt {
  const { channelBlocks, kBlocks, teamsPerDomain } = nest;
  const nothing = (blocks: number, places: number): number[][][] =>
    Array.from({ length: blocks }, () => Array.from({ length: places }, () => []));
  if (group >= counts.layer.groups)
    return {
      ks: nothing(kBlocks, teamsPerDomain),
      channels: nothing(channelBlocks, mapping.channelSlices),
    };
  return {
    ks: dealKs(counts, nest, mapping, p, group, carried),
    channels: dealtChannels(counts, channelBlocks, mapping.channelSlices, p)[group],
  };
}

/** Every residency of a layer, in order. Those with the same k's, or the same channels, share their lists. */
export function* residencies(
  counts: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): Generator<Residency> {
  const carried = Array.from({ length: mapping.domains }, () =>
    new Array<number>(nest.teamsPerDomain).fill(0),
  );
  for (let groupBlock = 0; groupBlock < nest.groupBlocks; groupBlock++) {
    const dealt = Array.from({ length: mapping.domains }, (_, domain) =>
      dealGroup(counts, nest, mapping, p, groupBlock * mapping.domains + domain, carried[domain]),
    );
    const channels = Array.from({ length: nest.channelBlocks }, (_, block) =>
      dealt.map((own) => own.channels[block]),
    );
    for (let kBlock = 0; kBlock < nest.kBlocks; kBlock++) {
      const lastKs = groupBlock === nest.groupBlocks - 1 && kBlock === nest.kBlocks - 1;
      const ks = dealt.flatMap((own) => own.ks[kBlock]);
      for (const [i, pass] of nest.passes.entries())
        for (let block = 0; block < nest.channelBlocks; block++) {
          const firstOfKs = i === 0 && block === 0;
          const firstOfChannels = i === 0 && kBlock === 0;
          yield { ks, channels: channels[block], pass, firstOfKs, firstOfChannels, lastKs };
        }
    }
  }
}
