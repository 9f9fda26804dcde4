import { dealToTeams, heaviestFirst } from "../balancer/inter-column.ts";
import { dealChannels } from "../balancer/intra-column.ts";
import type { LayerCounts } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import { onceFor, onceUnder } from "../once.ts";
import type { SwgParameters } from "../parameters.ts";
import { skips } from "../valid-data-trace/valid-data-trace.ts";

/** What one residency works on: sums of these (channel, k, tap) stay in the PEs until every position was seen. */
export interface Residency {
  /** [team] the k's of a team, in the order of work; each k is a global channel of the emap */
  readonly ks: readonly (readonly number[])[];
  /** [domain][channelSlice] global fmap channels of a slice */
  readonly channels: readonly (readonly (readonly number[])[])[];
  /** kernel rows r0 .. r1-1 */
  readonly kernelRows: readonly [number, number];
  /** the first pass over these k's, and over these channels: their maps must come from DRAM */
  readonly firstOfKs: boolean;
  readonly firstOfChannels: boolean;
  /** no other k's come after these: a team without any has no work any more */
  readonly lastKs: boolean;
}

/** What the host knows of a k's work beforehand: its emap's nonzeros times its wanted gradients. */
function expectedLoad(statistics: LayerCounts, parameters: SwgParameters) {
  const { C, groups, R, S, N, P, Q } = statistics.layer;
  return (k: number): number => {
    const positions = skips(parameters).emap ? statistics.emapNonzeros[k] : N * P * Q;
    return positions * (parameters.gradientSkip ? statistics.wanted[k] : (C / groups) * R * S);
  };
}

/** What was dealt of a layer before. */
const dealtBefore = onceFor((_: LayerCounts) => ({
  orderedKs: new Map<string, readonly number[]>(),
  /** [block][team] k's */
  ks: new Map<string, readonly (readonly (readonly number[])[])[]>(),
  orderedChannels: new Map<string, readonly number[]>(),
}));

/** The k's of a group, cut into blocks (heaviest first when balanced) and dealt to the teams of its domain. */
export function dealKs(
  statistics: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  parameters: SwgParameters,
  group: number,
): readonly (readonly (readonly number[])[])[] {
  const { interColumn, vdt, gradientSkip } = parameters;
  const known = `${interColumn} ${vdt} ${gradientSkip} ${group}`;
  const load = expectedLoad(statistics, parameters);
  const ordered = onceUnder(dealtBefore(statistics).orderedKs, known, () => {
    const all = Array.from({ length: nest.groupKs }, (_, i) => group * nest.groupKs + i);
    return interColumn ? heaviestFirst(all, load) : all;
  });
  const { teamsPerDomain, kBlocks } = nest;
  const inBlock = Math.ceil(ordered.length / kBlocks);
  const cut = `${known} ${teamsPerDomain} ${kBlocks} ${mapping.residentKs}`;
  return onceUnder(dealtBefore(statistics).ks, cut, () =>
    Array.from({ length: kBlocks }, (_, block) =>
      dealToTeams(
        ordered.slice(block * inBlock, (block + 1) * inBlock),
        load,
        teamsPerDomain,
        mapping.residentKs,
        interColumn,
      ),
    ),
  );
}

/** [channelSlice] the channels of a block of a group, heaviest first and dealt alike when balanced. */
function dealtChannels(
  statistics: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  { intraColumn, clusterSize }: SwgParameters,
  group: number,
  block: number,
): readonly (readonly number[])[] {
  const { channelSlices, channelsPerPe } = mapping;
  const { fmapNonzeros } = statistics;
  const ordered = onceUnder(dealtBefore(statistics).orderedChannels, `${intraColumn} ${group}`, () => {
    const all = Array.from({ length: nest.groupChannels }, (_, i) => group * nest.groupChannels + i);
    return intraColumn ? heaviestFirst(all, (c) => fmapNonzeros[c]) : all;
  });
  const first = block * channelSlices * channelsPerPe;
  const inBlock = ordered.slice(first, first + channelSlices * channelsPerPe);
  if (intraColumn) return dealChannels(inBlock, channelSlices, clusterSize);
  return Array.from({ length: channelSlices }, (_, slice) =>
    inBlock.filter((_, i) => i % channelSlices === slice),
  );
}

/** Every residency of a layer, in order. */
export function* residencies(
  statistics: LayerCounts,
  nest: LoopNest,
  mapping: Mapping,
  parameters: SwgParameters,
): Generator<Residency> {
  const { layer } = statistics;
  const noChannels = Array.from({ length: mapping.channelSlices }, () => []);
  for (let groupBlock = 0; groupBlock < nest.groupBlocks; groupBlock++) {
    const groups = Array.from({ length: mapping.domains }, (_, d) => groupBlock * mapping.domains + d);
    const inUse = groups.map((g) => g < layer.groups);
    const dealt = groups.map((g, d) =>
      inUse[d] ? dealKs(statistics, nest, mapping, parameters, g) : undefined,
    );
    /** [channel block] dealt when it is first worked on */
    const channels: Residency["channels"][] = [];
    for (let kBlock = 0; kBlock < nest.kBlocks; kBlock++) {
      const lastKs = groupBlock === nest.groupBlocks - 1 && kBlock === nest.kBlocks - 1;
      const ks = dealt.flatMap(
        (blocks) => blocks?.[kBlock] ?? Array.from({ length: nest.teamsPerDomain }, () => []),
      );
      for (let tapBlock = 0; tapBlock < nest.tapBlocks; tapBlock++) {
        const r0 = tapBlock * mapping.tapRows;
        const kernelRows = [r0, Math.min(layer.R, r0 + mapping.tapRows)] as const;
        for (let block = 0; block < nest.channelBlocks; block++) {
          channels[block] ??= groups.map((g, d) =>
            inUse[d] ? dealtChannels(statistics, nest, mapping, parameters, g, block) : noChannels,
          );
          const firstOfChannels = kBlock === 0 && tapBlock === 0;
          const firstOfKs = tapBlock === 0 && block === 0;
          yield { ks, channels: channels[block], kernelRows, firstOfKs, firstOfChannels, lastKs };
        }
      }
    }
  }
}
