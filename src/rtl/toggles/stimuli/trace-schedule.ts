import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import { tileCycles } from "../../../hardware/valid-data-trace/job.ts";
import { sumAddress } from "./mac.ts";
import { listWords, looksOfTile, pairsOfTile, type TraceChunk, type TraceJob } from "./trace-jobs.ts";

/** A pair as a trace is to hand it out. */
export interface ScheduledPair {
  readonly rank: number;
  /** of its sum in the trace's memory */
  readonly address: number;
  /** bits of the emap value */
  readonly emap: number;
  /** first and last of its visit of the sum */
  readonly first: boolean;
  readonly last: boolean;
}

/** A job, cycle by cycle in which it is served. */
export interface ScheduledJob {
  /** the pair that is picked, where there is one */
  readonly cycles: readonly (ScheduledPair | undefined)[];
}

/** What the cycle model's rule of tiles says of a job. */
export function scheduledJob(
  chunk: TraceChunk,
  { entries, mask }: TraceJob,
  { set, emap, valueBits, traces }: { set: number; emap: Uint32Array; valueBits: ValueBits; traces: number },
): ScheduledJob {
  const looks = looksOfTile(valueBits, traces);
  const tiles = listWords(entries, valueBits).map((tile) =>
    pairsOfTile(chunk, tile, mask).map(
      (pair): ScheduledPair => ({
        rank: pair.rank,
        address: sumAddress({ set, slot: pair.slot }),
        emap: emap[pair.emap],
        first: pair.first,
        last: pair.last,
      }),
    ),
  );
  const cycles = tiles.map((pairs, i) =>
    Array.from({ length: tileCycles(pairs.length, i === tiles.length - 1, looks) }, (_, cycle) =>
      pairs.at(cycle),
    ),
  );
  return { cycles: cycles.flat() };
}
