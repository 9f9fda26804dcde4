import { newQueue, Queue } from "./arena";
import { DramPort } from "./dram-port";
import { EpisodeRounds, roundsOf } from "./emap-rounds";
import * as fmaps from "./fmap-chunks";
import { FmapEpisode } from "./fmap-chunks";
import { run } from "./layout";
import { keptResidency, Residency } from "./residency";

/** Reads the maps from DRAM in the order of the episodes, as far ahead as the global buffer has room. */

/** The host writes the next residency; false when there is none. */
declare function nextResidency(): bool;

/** An episode that was looked at. */
@unmanaged
export class Episode {
  residency: Residency;
  rounds: EpisodeRounds;
  /** in its residency */
  number: i32;
  fmap: FmapEpisode;
}

/** Something that is read from DRAM: an episode's fmap, or the emap of one of its rounds. */
@unmanaged
class Item {
  bytes: i64;
  arrived: i64;
  /** cycle from which it could be asked for */
  asked: i64;
}

let dram: DramPort = changetype<DramPort>(0);
let items: Queue = changetype<Queue>(0);
let planned: Queue = changetype<Queue>(0);
let residency: Residency = changetype<Residency>(0);
let number: i32 = 0;
let asked: i32 = 0;
let inBuffer: i64 = 0;
let freed: i64 = 0;
let bytesRead: i64 = 0;

export function startPrefetcher(from: DramPort): void {
  dram = from;
  items = newQueue(offsetof<Item>());
  planned = newQueue(offsetof<Episode>());
  residency = changetype<Residency>(0);
  number = fmaps.episodes();
  asked = 0;
  inBuffer = freed = bytesRead = 0;
  fill();
}

/** Whether there is another episode. */
export function hasNext(): bool {
  return planned.length > 0;
}

/** Takes the next episode; it may be read until more is looked at, that is until the next `take`. */
export function next(): Episode {
  return changetype<Episode>(planned.shift());
}

/** Cycle at which the last room was made. */
export function freedCycle(): i64 {
  return freed;
}

export function readBytes(): i64 {
  return bytesRead;
}

/** Cycle at which the next item is in the global buffer. */
export function arrival(): i64 {
  return changetype<Item>(items.at(0)).arrived;
}

/** No item arrives before this cycle from now on. */
export function earliest(): i64 {
  return items.length > 0 && asked > 0 ? changetype<Item>(items.at(0)).asked : freed;
}

/** The array has taken the next item at `cycle`. */
export function take(cycle: i64): void {
  inBuffer -= changetype<Item>(items.shift()).bytes;
  asked--;
  freed = max(freed, cycle);
  fill();
}

function fill(): void {
  for (;;) {
    if (asked === items.length) {
      if (!lookAhead()) return;
      continue;
    }
    const item = changetype<Item>(items.at(asked));
    if (inBuffer > 0 && inBuffer + item.bytes > run.streamBytes) return;
    item.asked = freed;
    item.arrived = dram.transfer(freed, item.bytes);
    inBuffer += item.bytes;
    asked++;
  }
}

function pushItem(bytes: i64): void {
  changetype<Item>(items.push()).bytes = bytes;
  bytesRead += bytes;
}

/** Works out the next episode of the layer; false when there is none. */
function lookAhead(): bool {
  if (number === fmaps.episodes()) {
    if (!nextResidency()) return false;
    residency = keptResidency();
    number = 0;
  }
  const episode = changetype<Episode>(planned.push());
  episode.residency = residency;
  episode.number = number;
  episode.rounds = roundsOf(residency, number);
  episode.fmap = fmaps.fmapOf(residency, number);
  pushItem(residency.firstOfChannels || !run.residentFmap ? episode.fmap.dramBytes : 0);
  const needsEmap = residency.firstOfKs || !run.residentEmap;
  for (let round = 0; round < episode.rounds.longest; round++)
    pushItem(needsEmap ? <i64>episode.rounds.roundBytes(round) : 0);
  number++;
  return true;
}
