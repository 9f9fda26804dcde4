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
    const { plan, mapping, parameters, occupancy } = this;
    const { channelSlices, positionSlices, teamColumns } = mapping;
    const { layer, mask } = occupancy;
    const team = Math.floor(column / teamColumns);
    const channels = plan.residency.channels[Math.floor((column * mapping.domains) / parameters.columns)];
    const ks = plan.residency.ks[team].slice(round.first, round.last);
    const groupChannels = layer.C / layer.groups;
    const taps = layer.R * layer.S;
    const [firstTap, lastTap] = plan.residency.kernelRows.map((r) => r * layer.S);
    const wanted = parameters.gradientSkip ? mask : undefined;
    const pairs = new Float64Array(parameters.rows);
    const vectors = new Float64Array(parameters.rows);
    for (let j = 0; j < positionSlices; j++) {
      const chunk = plan.chunks[column][j];
      if (!chunk) continue;
      for (const k of ks) {
        const emap = emapVector(occupancy, chunk, k, skips(parameters).emap);
        for (let i = 0; i < channelSlices; i++)
          for (const c of channels[i]) {
            const fmaps = this.vectorsOfChannel(column, j, c);
            const maskRow = (k * groupChannels + (c % groupChannels)) * taps;
            for (let tap = firstTap; tap < lastTap; tap++) {
              if (wanted?.[maskRow + tap] === 0) continue;
              pairs[j * channelSlices + i] += countPairs(emap, fmaps[tap]);
              vectors[j * channelSlices + i]++;
            }
          }
      }
    }
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
