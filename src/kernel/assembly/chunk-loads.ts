import { now } from "./agenda";
import { allocZeros } from "./arena";
import { hasRoom, nextOf, setLoaded, timesAt } from "./chunk-times";
import { ofColumn, Trace, traceAt } from "./columns";
import { chunkBytes, chunkWordsOfPe, episodeAt, findChunkSize, prepare, queuedEpisodes } from "./episodes";
import { machine, run } from "./layout";
import { Port } from "./port";
import { fetchOf, isThere, take } from "./prefetcher";
import { plan } from "./traces";

/** Brings fmap chunks into the PEs, for each PE row in the order of episodes: to the PEs of a row, one in each column, together. */

let readPort: Port = changetype<Port>(0);
/** [row] cycle at which its PEs have all of the chunks before, and their ports are free; cycle from which on there is room for its next chunks, -1 if there is none */
let portFree: usize = 0;
let roomSince: usize = 0;
let read: i64 = 0;

export function startChunkLoads(port: Port): void {
  readPort = port;
  portFree = allocZeros(<u64>machine.rows * 8);
  roomSince = allocZeros(<u64>machine.rows * 8);
  memory.fill(roomSince, 0xff, machine.rows * 8);
  read = 0;
}

export function fmapReadBytes(): i64 {
  return read;
}

/** Asks for chunks for which there is room in every column, the oldest episode first. */
export function loadChunks(): void {
  for (;;) {
    let next = -1;
    for (let row = 0; row < machine.rows; row++)
      if (canLoad(row) && (next < 0 || nextOf(row) < nextOf(next))) next = row;
    if (next < 0) return;
    loadRow(next);
  }
}

function canLoad(row: i32): bool {
  const episode = nextOf(row);
  if (episode >= run.most || !hasRoom(row)) return false;
  const since = roomSince + row * 8;
  if (load<i64>(since) < 0) store<i64>(since, now);
  return episode < queuedEpisodes() && isThere(episodeAt(episode).fmapItem);
}

function loadRow(row: i32): void {
  const number = nextOf(row);
  const episode = episodeAt(number);
  prepare(episode);
  findChunkSize(episode, row);
  const item = episode.fmapItem;
  const times = timesAt(row, number);
  times.free = load<i64>(roomSince + row * 8);
  times.setFetch(fetchOf(item));
  times.asked = now;
  const atPort = readPort.transfer(now, chunkBytes());
  const paced = max(now, load<i64>(portFree + row * 8)) + (machine.unlimitedPorts ? 0 : chunkWordsOfPe());
  times.there = max(atPort, paced);
  store<i64>(portFree + row * 8, times.there);
  store<i64>(roomSince + row * 8, -1);
  read += chunkBytes();
  take(item);
  const needed = number + 1 - machine.chunks;
  let stillNeed = 0;
  const first = row * machine.traces;
  for (let column = 0; column < machine.columns; column++)
    for (let i = column * ofColumn + first; i < column * ofColumn + first + machine.traces; i++)
      if (traceAt(i).episode <= needed) stillNeed++;
  setLoaded(row, stillNeed);
  for (let column = 0; column < machine.columns; column++)
    for (let i = column * ofColumn + first; i < column * ofColumn + first + machine.traces; i++)
      tell(traceAt(i), number);
}

/** A trace may have waited for its chunk of an episode. */
function tell(trace: Trace, episode: i32): void {
  if (trace.episode === episode && trace.startAt === i64.MAX_VALUE) plan(trace);
}
