import { gradientSize } from "../../workload/layer.ts";
import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import { headerWords, type SwgParameters, skips, tileValues } from "../parameters.ts";

/** Positions that the lists of a k name: those of its nonzeros, or all where the emap's zeros are not skipped. */
export const entriesOf = ({ layer, emapNonzeros }: LayerCounts, k: number, p: SwgParameters): number =>
  skips(p).emap ? emapNonzeros[k] : layer.N * layer.P * layer.Q;

/** Gradients that are computed of a k. */
export const gradientsOf = ({ layer, wanted }: LayerCounts, k: number, p: SwgParameters): number =>
  p.gradientSkip ? wanted[k] : (layer.C / layer.groups) * layer.R * layer.S;

/** Whether there are gradients that the machine skips: lists have headers then. */
export const isMasked = (counts: LayerCounts, p: SwgParameters): boolean =>
  p.gradientSkip && totalsOf(counts).wanted < gradientSize(counts.layer);

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

/** Cycles in which so many sums of a team leave: those of its position slices and columns are added up on the way. */
export const drainCycles = (sums: number, p: SwgParameters): number =>
  p.unlimitedPorts ? 0 : sums / p.columnDrainSums;

/** What says how often a trace reads lists, and of how many positions. */
type ListsRead = Pick<LoopNest, "passes" | "channelBlocks" | "episodes" | "chunkCount">;

/**
 * Cycles that a k is expected to take of a team: its pairs on all MACs of the team, its sums on their way out, and the headers and lists
 * that each trace reads. These go on beside each other, but which of them a team will wait for is not known: it depends on its other k's.
 */
export function kLoad(
  counts: LayerCounts,
  { passes, channelBlocks, episodes, chunkCount }: ListsRead,
  { teamColumns }: Pick<Mapping, "teamColumns">,
  p: SwgParameters,
): (k: number) => number {
  const share = fmapShare(counts, p);
  const header = isMasked(counts, p) ? headerWords(p) : 0;
  const macs = p.rows * p.macs * teamColumns;
  const jobs = passes.length * channelBlocks * episodes;
  return (k) => {
    const gradients = gradientsOf(counts, k, p);
    const entries = entriesOf(counts, k, p);
    const listed = gradients > 0 ? entries / chunkCount : 0;
    const lists = jobs * p.traces * (1 + header * Math.min(1, listed) + listed / tileValues(p));
    return (entries * gradients * share) / macs + drainCycles(gradients, p) + lists;
  };
}
