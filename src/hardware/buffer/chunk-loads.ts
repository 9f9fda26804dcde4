import { packedRowWords, type SwgParameters, valueBytes, wordBytes } from "../parameters.ts";
import type { Fetch } from "./fetch.ts";
import type { Port } from "./port.ts";

/** Cycles at which the place of a chunk was free, it was asked for as it was in the global buffer, too, and it was in the PE. */
export interface ChunkTimes {
  readonly free: number;
  readonly fetch: Fetch;
  readonly asked: number;
  readonly there: number;
}

/** What a PE row's chunks of an episode take: bytes through the global buffer's port, and words of the PE that gets most. */
export interface ChunkSize {
  readonly bytes: number;
  readonly wordsOfPe: number;
}

/**
 * Brings fmap chunks into the PEs, for each PE row in the order of episodes. The PEs of a row, one in each column, get theirs together:
 * what several teams need is broadcast.
 */
export class ChunkLoads {
  /** [row][episode] */
  private readonly times: ChunkTimes[][];
  /** [row] cycle at which its PEs have all of the chunks before, and their ports are free */
  private readonly portFree: number[];
  private readonly readPort: Port;
  private readonly unlimited: boolean;

  constructor(rows: number, readPort: Port, unlimited: boolean) {
    this.times = Array.from({ length: rows }, () => []);
    this.portFree = new Array<number>(rows).fill(0);
    this.readPort = readPort;
    this.unlimited = unlimited;
  }

  of(episode: number, row: number): ChunkTimes | undefined {
    return this.times[row].at(episode);
  }

  /** The episode whose chunks a row asks for next. */
  nextOf(row: number): number {
    return this.times[row].length;
  }

  /** Loads a row's next chunks, for which there is room since `free`, and which came into the global buffer by `fetch`. */
  load(row: number, now: number, { bytes, wordsOfPe }: ChunkSize, free: number, fetch: Fetch): ChunkTimes {
    const atPort = this.readPort.transfer(now, bytes);
    const paced = Math.max(now, this.portFree[row]) + (this.unlimited ? 0 : wordsOfPe);
    const there = Math.max(atPort, paced);
    this.portFree[row] = there;
    const times = { free, fetch, asked: now, there };
    this.times[row].push(times);
    return times;
  }
}

/** Words of a chunk in a trace: its row words, packed with their bases, then its values. */
export const chunkWords = (rowWords: number, values: number, p: SwgParameters): number =>
  Math.ceil(rowWords / packedRowWords(p)) + Math.ceil((values * valueBytes(p)) / wordBytes);
