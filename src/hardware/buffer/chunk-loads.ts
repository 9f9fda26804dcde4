import { packedRowWords, type SwgParameters, valueBytes, wordBytes } from "../parameters.ts";
import type { Fetch } from "./fetch.ts";
import type { Port } from "./port.ts";
import { roomCycles } from "./room.ts";

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

/** Cycles of a row's next chunks: in which they were found in the global buffer, from which on it is known that there is room for them, and in which that was first looked at. */
interface NextChunks {
  found: number | undefined;
  known: number | undefined;
  free: number | undefined;
}

/**
 * Brings fmap chunks into the PEs, for each PE row in the order of episodes. The PEs of a row, one in each column, get theirs together:
 * what several teams need is broadcast.
 */
export class ChunkLoads {
  /** [row][episode] */
  private readonly times: ChunkTimes[][];
  /** [row] */
  private readonly next: NextChunks[];
  /** [row] cycle at which its PEs have all of the chunks before, and their ports are free */
  private readonly portFree: number[];
  private readonly readPort: Port;
  private readonly unlimited: boolean;

  constructor(rows: number, readPort: Port, unlimited: boolean) {
    this.times = Array.from({ length: rows }, () => []);
    this.next = Array.from({ length: rows }, () => ({ found: undefined, known: 0, free: undefined }));
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

  /** A row's next chunks have come into the global buffer. */
  find(row: number, now: number): void {
    this.next[row].found ??= now;
  }

  /** Cycle at which they were found there, each row's behind those before. */
  foundAt(row: number): number | undefined {
    return this.next[row].found;
  }

  /** Whether nothing is known of room for a row's next chunks. */
  lacksRoom(row: number): boolean {
    return this.next[row].known === undefined;
  }

  /** There is room for them in all columns. Returns the cycle from which on that is known. */
  makeRoom(row: number, now: number): number {
    this.next[row].known = now + roomCycles;
    return now + roomCycles;
  }

  /** Whether it is known that there is room for them. */
  knowsRoom(row: number, now: number): boolean {
    const next = this.next[row];
    if (next.known === undefined || next.known > now) return false;
    next.free ??= now;
    return true;
  }

  /** Loads a row's next chunks, for which there is room, and which came into the global buffer by `fetch`. */
  load(row: number, now: number, { bytes, wordsOfPe }: ChunkSize, fetch: Fetch): ChunkTimes {
    const atPort = this.readPort.transfer(now, bytes);
    const paced = Math.max(now, this.portFree[row]) + (this.unlimited ? 0 : wordsOfPe);
    const there = Math.max(atPort, paced);
    this.portFree[row] = there;
    const times = { free: this.next[row].free!, fetch, asked: now, there };
    this.next[row] = { found: undefined, known: undefined, free: undefined };
    this.times[row].push(times);
    return times;
  }
}

/** Words of a chunk in a trace: its row words, packed with their bases, then its values. */
export const chunkWords = (rowWords: number, values: number, p: SwgParameters): number =>
  Math.ceil(rowWords / packedRowWords(p)) + Math.ceil((values * valueBytes(p)) / wordBytes);
