import type { Occupancy } from "../../trace/occupancy.ts";
import { roundCycles } from "../balancer/intra-column.ts";
import type { RoundWork } from "../column/column.ts";
import type { Mapping } from "../dataflow/mapping.ts";
import type { SwgParameters } from "../parameters.ts";
import {
  countingCycles,
  countPairs,
  emapVector,
  fmapVector,
  skips,
  type TraceVector,
} from "../valid-data-trace/valid-data-trace.ts";
import type { EpisodePlan, Round } from "./episode-plan.ts";

/** Counts the pairs of rounds within one episode; fmap vectors are made once and serve every column. */
export class RoundCounter {
  vectors = 0;
  private readonly fmapVectors = new Map<string, TraceVector>();
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
  work(column: number, round: Round): RoundWork {
    const { plan, mapping, parameters, occupancy } = this;
    const { channelSlices, positionSlices, teamColumns } = mapping;
    const { rows, columns } = parameters;
    const team = Math.floor(column / teamColumns);
    const channels = plan.residency.channels[Math.floor((team * mapping.domains * teamColumns) / columns)];
    const ks = plan.residency.ks[team].slice(round.first, round.last);
    const pairs = new Float64Array(rows);
    const vectors = new Float64Array(rows);
    for (let j = 0; j < positionSlices; j++) {
      const chunk = plan.chunks[column][j];
      if (!chunk) continue;
      for (const k of ks) {
        const emap = emapVector(occupancy, chunk, k, skips(parameters).emap);
        for (let i = 0; i < channelSlices; i++)
          for (const c of channels[i])
            for (const [r, s] of this.wantedTaps(k, c)) {
              pairs[j * channelSlices + i] += countPairs(emap, this.fmapVector(column, j, c, r, s));
              vectors[j * channelSlices + i]++;
            }
      }
    }
    const emptyPes = vectors.reduce((empty, n) => empty + (n === 0 ? 1 : 0), 0);
    this.vectors += vectors.reduce((sum, n) => sum + n, 0);
    return {
      emapBytes: round.emapBytes,
      countingCycles: countingCycles(Math.max(...vectors), parameters),
      cycles: roundCycles(pairs, parameters.clusterSize, parameters.intraColumn),
      pairs: pairs.reduce((sum, n) => sum + n, 0),
      emptyPes,
    };
  }

  /** Kernel positions (r, s) of this residency that k wants from channel c. */
  private *wantedTaps(k: number, c: number): Generator<[number, number]> {
    const { layer, mask } = this.occupancy;
    const channels = layer.C / layer.groups;
    const from = (k * channels + (c % channels)) * layer.R * layer.S;
    const [r0, r1] = this.plan.residency.kernelRows;
    for (let r = r0; r < r1; r++)
      for (let s = 0; s < layer.S; s++)
        if (!mask || !this.parameters.gradientSkip || mask[from + r * layer.S + s]) yield [r, s];
  }

  private fmapVector(column: number, slice: number, c: number, r: number, s: number): TraceVector {
    const place = column % this.mapping.teamColumns;
    const key = `${place} ${slice} ${c} ${r} ${s}`;
    let vector = this.fmapVectors.get(key);
    if (!vector) {
      const chunk = this.plan.chunks[column][slice]!;
      vector = fmapVector(this.occupancy, chunk, [c, r, s], skips(this.parameters).fmap);
      this.fmapVectors.set(key, vector);
    }
    return vector;
  }
}
