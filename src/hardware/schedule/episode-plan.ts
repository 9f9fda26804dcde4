import type { Residents } from "../buffer/memory.ts";
import type { Chunk } from "../dataflow/geometry.ts";
import { firstReach, mostBits, reach, traceVectorBits } from "../dataflow/geometry.ts";
import type { LayerStatistics } from "../dataflow/layer-statistics.ts";
import type { LoopNest, Mapping } from "../dataflow/mapping.ts";
import { compressedBytes, emapRoundSlots, type SwgParameters, valueBytes } from "../parameters.ts";
import { type Residency, residencies } from "./schedule.ts";

/** Some k's of a column whose emap chunks arrive, are counted and are multiplied together. */
export interface Round {
  /** places in the team's list of k's: first .. last-1 */
  readonly first: number;
  readonly last: number;
  readonly emapBytes: number;
}

/** One channel block x one chunk of positions for every PE: what moves, known before it is computed. */
export interface EpisodePlan {
  readonly residency: Residency;
  readonly firstOfResidency: boolean;
  readonly lastOfResidency: boolean;
  /** [column] the chunk of each position slice; undefined where positions have run out */
  readonly chunks: readonly (readonly (Chunk | undefined)[])[];
  /** [column] none where it has no positions */
  readonly rounds: readonly (readonly Round[])[];
  /** through the global buffer's read port, each broadcast once */
  readonly fmapBytes: number;
  /** the most that one PE receives */
  readonly fmapBytesOfPe: number;
  readonly fmapDramBytes: number;
  /** [round] of all columns together */
  readonly emapDramBytes: readonly number[];
}

/** Every episode of a layer, in order. */
export function* episodePlans(
  statistics: LayerStatistics,
  nest: LoopNest,
  mapping: Mapping,
  parameters: SwgParameters,
  residents: Residents,
): Generator<EpisodePlan> {
  const { fmapBitmap } = mostBits(statistics.layer, mapping, mapping.tapRows);
  for (const residency of residencies(statistics, nest, mapping, parameters))
    for (let episode = 0; episode < nest.episodes; episode++) {
      const chunks = Array.from({ length: parameters.columns }, (_, column) => {
        const from = episode * nest.slices + (column % mapping.teamColumns) * mapping.positionSlices;
        return Array.from({ length: mapping.positionSlices }, (_, slice) => nest.chunks.at(from + slice));
      });
      const rounds = chunks.map((own, column) =>
        packRounds(
          statistics,
          residency.ks[Math.floor(column / mapping.teamColumns)],
          own,
          residency,
          mapping.roundKs,
          parameters,
        ),
      );
      const needsEmap = residency.firstOfKs || !residents.emap;
      const longest = Math.max(...rounds.map((r) => r.length));
      yield {
        residency,
        chunks,
        rounds,
        firstOfResidency: episode === 0,
        lastOfResidency: episode === nest.episodes - 1,
        ...fmapTraffic(statistics, nest, parameters, residency, episode, fmapBitmap),
        ...(residency.firstOfChannels || !residents.fmap ? {} : { fmapDramBytes: 0 }),
        emapDramBytes: Array.from({ length: longest }, (_, r) =>
          needsEmap ? rounds.reduce((sum, own) => sum + (own.at(r)?.emapBytes ?? 0), 0) : 0,
        ),
      };
    }
}

/** Packs a column's k's into rounds, in order: as many as the emap buffer of its fullest PE holds. */
function packRounds(
  statistics: LayerStatistics,
  ks: readonly number[],
  chunks: readonly (Chunk | undefined)[],
  { kernelRows }: Residency,
  roundKs: number,
  parameters: SwgParameters,
): Round[] {
  const room = Math.floor(parameters.emapBufferBytes / emapRoundSlots);
  const bytes = valueBytes(parameters);
  const own = chunks.filter((chunk) => chunk !== undefined);
  if (own.length === 0 || ks.length === 0) return [];
  const vectorBits = own.map((chunk) =>
    traceVectorBits(statistics.layer, chunk, kernelRows[1] - kernelRows[0]),
  );
  const rounds: Round[] = [];
  let first = 0;
  let emapBytes = 0;
  let stored = own.map(() => 0);
  for (let i = 0; i < ks.length; i++) {
    const values = own.map((chunk) => statistics.emapCount(ks[i], chunk));
    const more = own.map(
      (_, slice) => stored[slice] + compressedBytes(vectorBits[slice], values[slice], bytes),
    );
    if (i > first && (i - first === roundKs || more.some((b) => b > room))) {
      rounds.push({ first, last: i, emapBytes });
      first = i;
      emapBytes = 0;
      stored = more.map((b, slice) => b - stored[slice]);
    } else stored = more;
    for (const [slice, chunk] of own.entries())
      emapBytes += compressedBytes(chunk.positions, values[slice], bytes);
  }
  rounds.push({ first, last: ks.length, emapBytes });
  return rounds;
}

/**
 * Bytes of the fmap that an episode moves, halos included on chip, counted once from DRAM. Every chunk of a layer lies
 * alike in its PE, so its bitmaps take as much as those of the largest.
 */
function fmapTraffic(
  statistics: LayerStatistics,
  nest: LoopNest,
  parameters: SwgParameters,
  { channels, kernelRows }: Residency,
  episode: number,
  bitmapBits: number,
): { fmapBytes: number; fmapBytesOfPe: number; fmapDramBytes: number } {
  const { layer } = statistics;
  const bytes = valueBytes(parameters);
  let fmapBytes = 0;
  let fmapBytesOfPe = 0;
  let dramBits = 0;
  let dramValues = 0;
  for (const chunk of nest.chunks.slice(episode * nest.slices, (episode + 1) * nest.slices))
    for (const slices of channels)
      for (const slice of slices) {
        let bytesOfPe = 0;
        for (const c of slice) {
          let near = 0;
          let fresh = 0;
          for (const part of chunk.parts) {
            const box = firstReach(layer, part, chunk);
            const freshBits = (box.h1 - box.h0) * (box.w1 - box.w0);
            const freshValues = statistics.fmapCount(part.n, c, box);
            dramBits += freshBits;
            dramValues += freshValues;
            fresh += compressedBytes(freshBits, freshValues, bytes);
            near += statistics.fmapReachedCount(part.n, c, reach(layer, part, chunk, ...kernelRows));
          }
          bytesOfPe += Math.max(fresh, compressedBytes(bitmapBits, near, bytes));
        }
        fmapBytes += bytesOfPe;
        fmapBytesOfPe = Math.max(fmapBytesOfPe, bytesOfPe);
      }
  return { fmapBytes, fmapBytesOfPe, fmapDramBytes: compressedBytes(dramBits, dramValues, bytes) };
}
