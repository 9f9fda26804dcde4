import { now, wake } from "./agenda";
import { newQueue, Queue } from "./arena";
import { Episode, emapBytes, episodeAt, queuedEpisodes, queueEpisode } from "./episodes";
import { Fetch } from "./fetch";
import { machine, mapping, run } from "./layout";
import { Port } from "./port";
import { Residency, residencyAt } from "./residency";

/** Reads the maps from DRAM in the order in which the array asks for them, as far ahead as the global buffer has room. */

/** Something that is in the global buffer, or on its way there, until all who need it have taken it. */
@unmanaged
class Item extends Fetch {
  bytes: i64;
  takers: i32;
}

let dram: Port = changetype<Port>(0);
/** items from number `first` on */
let items: Queue = changetype<Queue>(0);
let first: i64 = 0;
let inBuffer: i64 = 0;
let bytesRead: i64 = 0;

/** What is asked for next, and whether there is something. */
let nextBytes: i64 = 0;
let nextTakers: i32 = 0;
let pending: bool = false;
/** the residency and round that it is of; the place of its k, -1 for the fmap */
let ofResidency: i32 = 0;
let ofRound: i32 = 0;
let place: i32 = 0;
let longest: i32 = 0;
let number: i64 = 0;

/** Set when something has arrived in the cycle in which it was asked for. */
export let arrivedAtOnce: bool = false;
export function clearArrivedAtOnce(): void {
  arrivedAtOnce = false;
}

export function startPrefetcher(from: Port): void {
  dram = from;
  items = newQueue(offsetof<Item>());
  first = inBuffer = bytesRead = number = 0;
  ofResidency = ofRound = longest = 0;
  place = -1;
  pending = arrivedAtOnce = false;
  fill();
}

export function readBytes(): i64 {
  return bytesRead;
}

/** Cycle at which an item is in the global buffer; -1 as long as there is no room for it. */
export function arrival(item: i64): i64 {
  return item - first >= items.length ? -1 : itemAt(item).inBuffer;
}

/** How an item that is in the global buffer came there. */
export function fetchOf(item: i64): Fetch {
  return itemAt(item);
}

/** Whether an item is in the global buffer. */
export function isThere(item: i64): bool {
  const cycle = arrival(item);
  return cycle >= 0 && cycle <= now;
}

function itemAt(item: i64): Item {
  return changetype<Item>(items.at(<i32>(item - first)));
}

/** One of those who need an item has taken it; the last one frees its room. */
export function take(item: i64): void {
  const taken = itemAt(item);
  if (--taken.takers > 0) return;
  inBuffer -= taken.bytes;
  for (; items.length > 0 && itemAt(first).takers <= 0; first++) items.shift();
  fill();
}

function fill(): void {
  for (;;) {
    if (!pending) {
      if (!lookAhead()) return;
      pending = true;
      bytesRead += nextBytes;
    }
    if (inBuffer > 0 && inBuffer + nextBytes > run.streamBytes) return;
    const item = changetype<Item>(items.push());
    item.bytes = nextBytes;
    item.takers = nextTakers;
    item.busy = min(now, dram.free);
    item.room = now;
    item.inBuffer = dram.transfer(now, nextBytes);
    if (item.inBuffer <= now) arrivedAtOnce = true;
    wake(item.inBuffer);
    inBuffer += nextBytes;
    pending = false;
  }
}

/** Finds out what is asked for next; false when there is nothing. */
function lookAhead(): bool {
  let residency = residencyAt(ofResidency);
  while (residency !== null) {
    if (place < 0) {
      queueEpisode(residency, roundOf(ofRound), number++);
      nextBytes = fmapShare(residency);
      nextTakers = machine.rows;
      place = longest = 0;
      for (let team = 0; team < mapping.teams; team++) longest = max(longest, residency.kCount(team));
      return true;
    }
    if (place < longest) {
      askForEmap(episodeAt(queuedEpisodes() - 1), residency);
      place++;
      number++;
      return true;
    }
    place = -1;
    if (++ofRound === run.rounds) {
      ofRound = 0;
      residency = residencyAt(++ofResidency);
    }
  }
  return false;
}

/** Which of the episodes of a residency is simulated. */
function roundOf(i: i32): i32 {
  return <i32>((<i64>i * mapping.episodes) / run.rounds);
}

/** An episode's share of the fmap of its residency's channels. */
function fmapShare(residency: Residency): i64 {
  if (run.residentFmap && !residency.firstOfChannels) return 0;
  const round = roundOf(ofRound);
  const upTo = Math.floor((residency.fmapBytes * (round + 1)) / mapping.episodes);
  return <i64>(upTo - Math.floor((residency.fmapBytes * round) / mapping.episodes));
}

/** The emap of every team's k at `place`. */
function askForEmap(episode: Episode, residency: Residency): void {
  const needed = residency.firstOfKs || !run.residentEmap;
  nextBytes = 0;
  nextTakers = 0;
  for (let team = 0; team < mapping.teams; team++) {
    if (place >= residency.kCount(team)) continue;
    nextTakers += mapping.teamColumns;
    if (!needed) continue;
    for (let member = 0; member < mapping.teamColumns; member++)
      nextBytes += emapBytes(episode, member, residency.k(team, place));
  }
}
