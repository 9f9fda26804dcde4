import type { Occupancy } from "../../trace/occupancy.ts";
import { roundCycles, routedPairs } from "../balancer/intra-column.ts";
import type { RoundWork } from "../column/column.ts";
import type { Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";
import type { EpisodePlan, Round } from "../schedule/episode-plan.ts";
import {
  countingCycles,
  countPairs,
  emapVector,
  fmapVector,
  skips,
  type TraceVector,
} from "../valid-data-trace/valid-data-trace.ts";

/** A round, PE by PE. */
export interface CountedRound extends RoundWork {
  /** pairs of the PE that has most; pairs that move to another PE's MAC */
  readonly heaviest: number;
  readonly routed: number;
  /** pairs that each PE's trace hands out */
  readonly pairsOfPe: ArrayLike<number>;
  /** trace vectors that the mapping gave each PE */
  readonly vectorsOfPe: ArrayLike<number>;
}

/** What the mapping gave each PE in a round: the pairs that its trace hands out, and trace vectors. */
interface PeCounts {
  readonly pairs: Float64Array;
  readonly vectors: Float64Array;
}

/** Counts the pairs of rounds within one episode; fmap vectors are made once and serve every column. */
export class RoundCounter {
  /** trace vectors counted so far */
  vectors = 0;
  /** [place of a column in its team, position slice, channel][tap] */
  private readonly fmapVectors = new Map<number, TraceVector[]>();
  private readonly occupancy: Occupancy;
  private readonly mapping: Mapping;
  private readonly parameters: SwgParameters;
  private readonly plan: EpisodePlan;

  constructor(occupancy: Occupancy, mapping: Mapping, parameters: SwgParameters, plan: EpisodePlan) {
    this.occupancy = occupancy;
    this.mapping = mapping;
    this.parameters = parameters;
    this.plan = plan;
  }

  /** What `round` costs `column`; PE (channel slice i, position slice j) is number j * channelSlices + i. */
  work(column: number, round: Round): CountedRound {
    const { parameters } = this;
    const { pairs, vectors } = this.count(column, round);
    const cycles = roundCycles(pairs, parameters.clusterSize, parameters.intraColumn);
    const total = (counts: Float64Array) => counts.reduce((sum, n) => sum + n, 0);
    this.vectors += total(vectors);
    return {
      emapBytes: round.emapBytes,
      countingCycles: countingCycles(Math.max(...vectors), parameters),
      cycles,
      pairs: total(pairs),
      heaviest: Math.max(...pairs),
      routed: routedPairs(pairs, cycles),
      emptyPes: vectors.filter((n) => n === 0).length,
      pairsOfPe: pairs,
      vectorsOfPe: vectors,
    };
  }

  private count(column: number, round: Round): PeCounts {
    const { plan, mapping, parameters, occupancy } = this;
    const channels = plan.residency.channels[Math.floor((column * mapping.domains) / parameters.columns)];
    const team = Math.floor(column / mapping.teamColumns);
    const ks = plan.residency.ks[team].slice(round.first, round.last);
    const counts = {
      pairs: new Float64Array(parameters.rows),
      vectors: new Float64Array(parameters.rows),
    };
    for (const [j, chunk] of plan.chunks[column].entries()) {
      if (!chunk) continue;
      for (const k of ks) {
        const emap = emapVector(occupancy, chunk, k, skips(parameters).emap);
        for (const [i, slice] of channels.entries())
          for (const c of slice) {
            const fmaps = this.vectorsOfChannel(column, j, c);
            this.addChannel(counts, j * mapping.channelSlices + i, emap, fmaps, this.firstElement(k, c));
          }
      }
    }
    return counts;
  }

  /** Where the gradient's taps of (k, c) begin in [K][C/groups][R][S]. */
  private firstElement(k: number, c: number): number {
    const { C, R, S, groups } = this.occupancy.layer;
    return (k * (C / groups) + (c % (C / groups))) * R * S;
  }

  /** Adds the wanted taps of a channel, whose elements of the gradient begin at `first`, to a PE's counts. */
  private addChannel(
    { pairs, vectors }: PeCounts,
    pe: number,
    emap: TraceVector,
    fmaps: readonly TraceVector[],
    first: number,
  ): void {
    const { layer, mask } = this.occupancy;
    const wanted = this.parameters.gradientSkip ? mask : undefined;
    const [firstTap, lastTap] = this.plan.residency.kernelRows.map((r) => r * layer.S);
    for (let tap = firstTap; tap < lastTap; tap++) {
      if (wanted?.[first + tap] === 0) continue;
      pairs[pe] += countPairs(emap, fmaps[tap]);
      vectors[pe]++;
    }
  }

  private vectorsOfChannel(column: number, slice: number, c: number): TraceVector[] {
    const place = (column % this.mapping.teamColumns) * this.mapping.positionSlices + slice;
    const key = place * this.occupancy.layer.C + c;
    let vectors = this.fmapVectors.get(key);
    if (!vectors) {
      const chunk = this.plan.chunks[column][slice]!;
      const { R, S } = this.occupancy.layer;
      const skip = skips(this.parameters).fmap;
      vectors = Array.from({ length: R * S }, (_, tap) =>
        fmapVector(this.occupancy, chunk, [c, Math.floor(tap / S), tap % S], skip),
      );
      this.fmapVectors.set(key, vectors);
    }
    return vectors;
  }
}
