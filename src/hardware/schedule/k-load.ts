import { gradientSize } from "../../workload/layer.ts";
import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import { headCycles, headerWords, type SwgParameters, skips, traceDrainSums } from "../parameters.ts";

/** Positions that the lists of a k name: those of its nonzeros, or all where the emap's zeros are not skipped. */
export const entriesOf = ({ layer, emapNonzeros }: LayerCounts, k: number, p: SwgParameters): number =>
  skips(p).emap ? emapNonzeros[k] : layer.N * layer.P * layer.Q;

/** Gradients that are computed of a k. */
export const gradientsOf = ({ layer, wanted }: LayerCounts, k: number, p: SwgParameters): number =>
  p.gradientSkip ? wanted[k] : (layer.C / layer.groups) * layer.R * layer.S;

/** Whether there are gradients that the machine skips. */
export const isMasked = (counts: LayerCounts, p: SwgParameters): boolean =>
  p.gradientSkip && totalsOf(counts).wanted < gradientSize(counts.layer);

/** Whether lists have headers: where there are masks, and where a column's PEs have different lists, which say how long they are. */
export const listsHaveHeaders = (
  counts: LayerCounts,
  { positionSlices }: Pick<Mapping, "positionSlices">,
  p: SwgParameters,
): boolean => isMasked(counts, p) || positionSlices > 1;

/** The share of (emap nonzero, channel, tap) whose fmap value is looked for and is there; 1 where its zeros are not skipped. */
export function fmapShare(counts: LayerCounts, p: SwgParameters): number {
  const { N, C, H, W, R, S, groups } = counts.layer;
  const skip = skips(p);
  if (!skip.fmap) return 1;
  const totals = totalsOf(counts);
  return skip.emap && totals.emap > 0
    ? totals.pairs / (totals.emap * (C / groups) * R * S)
    : totals.fmap / (N * C * H * W);
}

/** Cycles in which so many gradients of a team leave: its position slices are read one after the other, its columns at the same time. */
export const drainCycles = (
  gradients: number,
  { positionSlices }: Pick<Mapping, "positionSlices">,
  p: SwgParameters,
): number => (p.unlimitedPorts ? 0 : (gradients * positionSlices) / (traceDrainSums * p.drainLanes));

/** What says how often a trace reads lists. */
type ListsRead = Pick<LoopNest, "passes" | "channelBlocks" | "episodes">;

/**
 * Cycles that a k is expected to take of a team: its pairs on all MACs of the team, its sums on their way out, and the heads of lists
 * that each trace reads. These go on beside each other, but which of them a team will wait for is not known: it depends on its other k's.
 */
export function kLoad(
  counts: LayerCounts,
  { passes, channelBlocks, episodes }: ListsRead,
  mapping: Pick<Mapping, "teamColumns" | "positionSlices">,
  p: SwgParameters,
): (k: number) => number {
  const share = fmapShare(counts, p);
  const heads = listsHaveHeaders(counts, mapping, p) ? headerWords(p) + 1 : 1;
  const macs = p.rows * p.macs * mapping.teamColumns;
  const jobs = passes.length * channelBlocks * episodes;
  return (k) => {
    const gradients = gradientsOf(counts, k, p);
    const entries = entriesOf(counts, k, p);
    return (
      (entries * gradients * share) / macs + drainCycles(gradients, mapping, p) + jobs * headCycles(heads, p)
    );
  };
}
