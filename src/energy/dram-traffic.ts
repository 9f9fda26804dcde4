import type { EventCounts } from "../events.ts";
import type { Dram } from "./dram.ts";

/** What a layer moves to and from DRAM, by tensor, as it moves: maps compressed where the machine compresses them. */
export interface DramTraffic {
  readonly fmapBytes: number;
  readonly emapBytes: number;
  readonly gradientBytes: number;
  readonly maskBytes: number;
  /** in FF and BP alone: weights read, and the map that the phase computes, written */
  readonly weightBytes?: number;
  readonly mapBytes?: number;
  /** accesses to the open row, and accesses that opened another one */
  readonly rowHits: number;
  readonly rowMisses: number;
}

/** A run opens a row where it begins and another one after each row's bytes; no more often than it accesses DRAM. */
export function dramTraffic(events: EventCounts, { rowBytes, accessBytes }: Dram): DramTraffic {
  const { dramReadBytes, dramEmapReadBytes, dramWriteBytes, dramRuns } = events;
  const { dramWeightReadBytes: weightBytes, mapWriteBytes: mapBytes, dramMaskReadBytes: maskBytes } = events;
  const bytes = dramReadBytes + maskBytes + dramWriteBytes;
  const accesses = Math.ceil(bytes / accessBytes);
  const rowMisses = Math.min(accesses, dramRuns + Math.floor(bytes / rowBytes));
  return {
    fmapBytes: dramReadBytes - dramEmapReadBytes - (weightBytes ?? 0),
    emapBytes: dramEmapReadBytes,
    gradientBytes: dramWriteBytes - (mapBytes ?? 0),
    maskBytes,
    ...(weightBytes !== undefined && { weightBytes }),
    ...(mapBytes !== undefined && { mapBytes }),
    rowHits: accesses - rowMisses,
    rowMisses,
  };
}

/** MB/s of DRAM when nothing hides that a run opens its first row; rows within a run are opened ahead. */
export function effectiveMbps(
  { dramReadBytes, dramWriteBytes, dramRuns }: EventCounts,
  mbps: number,
  { rowOpenNs }: Dram,
): number {
  const bytes = dramReadBytes + dramWriteBytes;
  return bytes === 0 ? mbps : bytes / (bytes / mbps + (dramRuns * rowOpenNs) / 1000);
}
