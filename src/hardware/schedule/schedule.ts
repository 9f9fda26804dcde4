import { heaviestFirst } from "../balancer/inter-column.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping, Pass } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";

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
}

/** Deals items in turn, to `hands`. */
const dealt = (items: readonly number[], hands: number): number[][] =>
  Array.from({ length: hands }, (_, hand) => items.filter((_, i) => i % hands === hand));

/** Every residency of a layer, in order. */
export function* residencies(
  { layer, emapNonzeros }: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  p: SwgParameters,
): Generator<Residency> {
  const { groupKs, groupChannels, teamsPerDomain } = nest;
  const numbers = (first: number, count: number, of: number) =>
    Array.from({ length: count }, (_, i) => first + i).filter((i) => i < of);
  const ksInBlock = teamsPerDomain * mapping.residentKs;
  const channelsInBlock = mapping.channelSlices * mapping.channelsPerTrace;
  for (let groupBlock = 0; groupBlock < nest.groupBlocks; groupBlock++) {
    const groups = Array.from({ length: mapping.domains }, (_, d) => groupBlock * mapping.domains + d);
    const channels = Array.from({ length: nest.channelBlocks }, (_, block) =>
      groups.map((g) => {
        const first = block * channelsInBlock;
        const own = g < layer.groups ? numbers(first, channelsInBlock, groupChannels) : [];
        return dealt(
          own.map((c) => g * groupChannels + c),
          mapping.channelSlices,
        );
      }),
    );
    for (let kBlock = 0; kBlock < nest.kBlocks; kBlock++) {
      const ks = groups.flatMap((g) => {
        const all = g < layer.groups ? numbers(g * groupKs, groupKs, (g + 1) * groupKs) : [];
        const ordered = p.interColumn ? heaviestFirst(all, (k) => emapNonzeros[k]) : all;
        return dealt(ordered.slice(kBlock * ksInBlock, (kBlock + 1) * ksInBlock), teamsPerDomain);
      });
      for (const [i, pass] of nest.passes.entries())
        for (let block = 0; block < nest.channelBlocks; block++)
          yield {
            ks,
            channels: channels[block],
            pass,
            firstOfKs: i === 0 && block === 0,
            firstOfChannels: kBlock === 0 && i === 0,
          };
    }
  }
}
