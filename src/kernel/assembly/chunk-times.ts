import { now, wake } from "./agenda";
import { allocZeros } from "./arena";
import { Fetch } from "./fetch";
import { machine, roomCycles } from "./layout";

/** When each PE row's chunks of an episode had a place, came into the global buffer, were asked for, and were there. */
@unmanaged
export class ChunkTimes extends Fetch {
  free: i64;
  asked: i64;
  there: i64;
}

/** [row][episode modulo `kept`] */
let times: usize = 0;
let kept: i32 = 0;
/** [row] the episode whose chunks it asks for next; traces that still need the place which these take */
let next: usize = 0;
let blocked: usize = 0;
/** [row] cycle from which on it is known that these have a place, once they have */
let roomFrom: usize = 0;

export function startChunkTimes(): void {
  kept = 1;
  // traces look at chunks from the slowest trace's on
  while (kept < machine.chunks + 1) kept *= 2;
  times = allocZeros(<u64>machine.rows * kept * offsetof<ChunkTimes>());
  next = allocZeros(<u64>machine.rows * 4);
  blocked = allocZeros(<u64>machine.rows * 4);
  roomFrom = allocZeros(<u64>machine.rows * 8);
}

export function nextOf(row: i32): i32 {
  return load<i32>(next + ((<usize>row) << 2));
}

/** Whether it is known that the row's next chunks have a place in every column. */
export function hasRoom(row: i32): bool {
  return load<i32>(blocked + ((<usize>row) << 2)) === 0 && load<i64>(roomFrom + ((<usize>row) << 3)) <= now;
}

/** The row's next chunks have a place in every column from now on. */
function makeRoom(row: i32): void {
  store<i64>(roomFrom + ((<usize>row) << 3), now + roomCycles);
  wake(now + roomCycles);
}

/** A row has asked for its next chunks; so many of its traces still need the place of those after them. */
export function setLoaded(row: i32, stillNeed: i32): void {
  store<i32>(next + ((<usize>row) << 2), nextOf(row) + 1);
  store<i32>(blocked + ((<usize>row) << 2), stillNeed);
  if (stillNeed === 0) makeRoom(row);
}

/** A trace of a row goes from one episode on to another. */
export function leaveEpisode(row: i32, from: i32, to: i32): void {
  const needed = nextOf(row) - machine.chunks;
  if (from > needed || to <= needed) return;
  const left = load<i32>(blocked + ((<usize>row) << 2)) - 1;
  store<i32>(blocked + ((<usize>row) << 2), left);
  if (left === 0) makeRoom(row);
}

/** What is known of a row's chunks of an episode; none until they have been asked for. */
export function timesOf(row: i32, episode: i32): ChunkTimes | null {
  return episode < nextOf(row) ? timesAt(row, episode) : null;
}

export function timesAt(row: i32, episode: i32): ChunkTimes {
  return changetype<ChunkTimes>(
    times + <usize>(row * kept + (episode & (kept - 1))) * offsetof<ChunkTimes>(),
  );
}
