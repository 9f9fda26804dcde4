import { type LayerCounts, totalsOf } from "../dataflow/layer-statistics.ts";
import type { Mapping } from "../dataflow/mapping.ts";
import { type SwgParameters, skips } from "../parameters.ts";

/** Positions that the lists of a k name: those of its nonzeros, or all where the emap's zeros are not skipped. */
export const entriesOf = ({ layer, emapNonzeros }: LayerCounts, k: number, p: SwgParameters): number =>
  skips(p).emap ? emapNonzeros[k] : layer.N * layer.P * layer.Q;

/** Gradients that are computed of a k. */
export const gradientsOf = ({ layer, wanted }: LayerCounts, k: number, p: SwgParameters): number =>
  p.gradientSkip ? wanted[k] : (layer.C / layer.groups) * layer.R * layer.S;

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

/** Cycles that a k is expected to keep a team busy: its pairs on all MACs of the team, or its sums, which leave meanwhile. */
export function kLoad(
  counts: LayerCounts,
  { teamColumns }: Pick<Mapping, "teamColumns">,
  p: SwgParameters,
): (k: number) => number {
  const share = fmapShare(counts, p);
  const macs = p.rows * p.macs * teamColumns;
  return (k) => {
    const gradients = gradientsOf(counts, k, p);
    const pairs = entriesOf(counts, k, p) * gradients * share;
    return Math.max(pairs / macs, drainCycles(gradients, p));
  };
}
