import type { Occupancy } from "../../trace/occupancy.ts";
import type { Residents } from "../buffer/memory.ts";
import type { LayerStatistics } from "../dataflow/layer-statistics.ts";
import { type LoopNest, type Mapping, residencyCount, roundOf, type Sample } from "../dataflow/mapping.ts";
import type { Request } from "../dram/prefetcher.ts";
import { compressedBytes, type SwgParameters, valueBytes } from "../parameters.ts";
import { type Residency, residencies } from "../schedule/schedule.ts";
import { Episode } from "./episode.ts";

/** An episode, and the numbers of what DRAM is asked for it. */
export interface QueuedEpisode {
  readonly work: Episode;
  readonly fmapItem: number;
  /** of the i-th item of every column in it */
  readonly emapItem: (i: number) => number;
}

/** All episodes in order: what they work on, and what comes from DRAM for them. */
export class EpisodeQueue {
  readonly total: number;
  /** asked of DRAM so far */
  dramBytes = 0;
  private readonly queued: (QueuedEpisode | undefined)[] = [];
  private readonly occupancy: Occupancy;
  private readonly statistics: LayerStatistics;
  private readonly nest: LoopNest;
  private readonly sample: Sample;
  private readonly mapping: Mapping;
  private readonly parameters: SwgParameters;
  private readonly residents: Residents;

  constructor(
    occupancy: Occupancy,
    statistics: LayerStatistics,
    nest: LoopNest,
    sample: Sample,
    mapping: Mapping,
    parameters: SwgParameters,
    residents: Residents,
  ) {
    this.occupancy = occupancy;
    this.statistics = statistics;
    this.nest = nest;
    this.sample = sample;
    this.mapping = mapping;
    this.parameters = parameters;
    this.residents = residents;
    this.total = residencyCount(nest) * sample.rounds;
  }

  /** An episode that has been asked of DRAM, or will be next, and is not forgotten. */
  at(episode: number): QueuedEpisode | undefined {
    return this.queued[episode];
  }

  /** Forgets the episodes before `episode`. */
  forget(episode: number): void {
    for (let e = episode - 1; e >= 0 && this.queued[e]; e--) this.queued[e] = undefined;
  }

  /** What DRAM is asked for: of each episode its fmap, then the emap of the columns' first items, of their second ones and so on. */
  *requests(): Generator<Request> {
    const { nest, sample, mapping, parameters, statistics } = this;
    let number = 0;
    for (const residency of residencies(statistics, nest, mapping, parameters))
      for (let i = 0; i < sample.rounds; i++) {
        const round = roundOf(nest, sample, i);
        const work = new Episode(this.occupancy, nest, mapping, parameters, residency, round);
        const fmapItem = number++;
        const first = number;
        this.queued.push({ work, fmapItem, emapItem: (i) => first + i });
        yield this.request(this.fmapShare(residency, round), parameters.rows);
        const longest = Math.max(...residency.ks.map(({ length }) => length));
        for (let place = 0; place < longest; place++, number++)
          yield this.emapRequest(work, residency, place);
      }
  }

  private request(bytes: number, takers: number): Request {
    this.dramBytes += bytes;
    return { bytes, takers };
  }

  /** An episode's share of the fmap of the channels that its residency works on, which come once for all of its episodes. */
  private fmapShare({ channels, firstOfChannels }: Residency, round: number): number {
    if (this.residents.fmap && !firstOfChannels) return 0;
    const { layer, fmapNonzeros } = this.statistics;
    const pixels = layer.N * layer.H * layer.W;
    const bytes = channels
      .flat(2)
      .reduce((sum, c) => sum + compressedBytes(pixels, fmapNonzeros[c], valueBytes(this.parameters)), 0);
    const upTo = (n: number) => Math.floor((bytes * n) / this.nest.episodes);
    return upTo(round + 1) - upTo(round);
  }

  private emapRequest(work: Episode, { ks, firstOfKs }: Residency, i: number): Request {
    const { teamColumns } = this.mapping;
    let bytes = 0;
    let takers = 0;
    for (const own of ks) {
      if (i >= own.length) continue;
      takers += teamColumns;
      if (firstOfKs || !this.residents.emap)
        for (let member = 0; member < teamColumns; member++) bytes += work.emapBytes(member, own[i]);
    }
    return this.request(bytes, takers);
  }
}
