import { now } from "./agenda";
import { newQueue, Queue } from "./arena";
import { Column } from "./columns";
import { roomCycles } from "./layout";

/** Items that all traces of a column are done with, until that is known where lists are asked for. */

@unmanaged
class Done {
  column: Column;
  known: i64;
}

/** in order of time */
let queue: Queue = changetype<Queue>(0);
/** Cycle at which the next one is known; the last of all if there is none. */
export let nextRelease: i64 = 0;
/** Whether a column may have come to be able to ask for a list. */
export let roomForLists: bool = false;

export function startDoneLists(): void {
  queue = newQueue(offsetof<Done>());
  nextRelease = i64.MAX_VALUE;
  roomForLists = true;
}

/** All traces of a column are done with an item. */
export function release(column: Column): void {
  const done = changetype<Done>(queue.push());
  done.column = column;
  done.known = now + roomCycles;
  if (queue.length === 1) nextRelease = done.known;
}

/** What is known from this cycle on. */
export function releaseLists(): void {
  while (nextRelease <= now) {
    const column = changetype<Done>(queue.shift()).column;
    column.held -= column.entry(column.released++).words;
    column.full = false;
    column.changed = roomForLists = true;
    nextRelease = queue.length > 0 ? changetype<Done>(queue.at(0)).known : i64.MAX_VALUE;
  }
}

/** A column may ask for another list in the next cycle. */
export function askAgain(column: Column): void {
  column.changed = roomForLists = true;
}

export function clearRoomForLists(): void {
  roomForLists = false;
}
