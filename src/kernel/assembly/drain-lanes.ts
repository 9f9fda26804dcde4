import { alloc, allocZeros, newQueue, Queue } from "./arena";
import { machine, mapping } from "./layout";

/** What the ways out of all teams hold, and what waits for them. */

/** Sums that all have finished and no lane has taken. */
@unmanaged
export class Finished {
  /** [team][slice] */
  slice: i32;
  wanted: i32;
  couples: i32;
  /** cycle from which it is known; from which they can be taken, once their mask has been asked for */
  from: i64;
}

/** One position slice of some sums, on its way into a lane. */
@unmanaged
export class Read {
  /** [team][slice]; none: -1 */
  slice: i32;
  step: i32;
  wanted: i32;
  couples: i32;
  /** cycle at which it was taken, from which the traces can be read, and at which all couples have been read; the last of all while that is not known */
  taken: i64;
  rest: i64;
  end: i64;

  /** Field by field: a call that copies memory takes longer. */
  set(from: Read): void {
    this.slice = from.slice;
    this.step = from.step;
    this.wanted = from.wanted;
    this.couples = from.couples;
    this.taken = from.taken;
    this.rest = from.rest;
    this.end = from.end;
  }
}

@unmanaged
export class Lane {
  /** `Finished` whose mask has been asked for, in order */
  asked: Queue;
  /** slices that leave by it, and sums of these whose mask has not been asked for */
  slices: i32;
  waiting: i32;
  /** place of the source that has its turn, among those of the lane; of the one that was asked for last, when that was, and when the mask has come */
  turn: i32;
  askedPlace: i32;
  askedAt: i64;
  maskThere: i64;
  /** all has been read of so many sums, in so many couples; 0: of none */
  full: i32;
  fullCouples: i32;
  sentFrom: i64;
  sentUntil: i64;
}

/** Reads of a lane: the one at hand, the next one, and the one that was taken last. */
export const current: i32 = 0;
export const ahead: i32 = 1;
export const last: i32 = 2;
const readsOfLane: i32 = 3;

/** [team][slice] a queue of sums whose mask has not been asked for */
let waiting: usize = 0;
/** [team][lane], and the reads of each */
let lanes: usize = 0;
let reads: usize = 0;

export function startDrainLanes(): void {
  const teams = <u64>mapping.teams;
  const slices = teams * mapping.channelSlices;
  waiting = alloc(slices * sizeof<usize>());
  for (let i = 0; i < <i32>slices; i++)
    store<usize>(waiting + ((<usize>i) << 2), changetype<usize>(newQueue(offsetof<Finished>())));
  const all = teams * machine.drainLanes;
  lanes = allocZeros(all * offsetof<Lane>());
  reads = allocZeros(all * readsOfLane * offsetof<Read>());
  for (let i = 0; i < <i32>all; i++) {
    const lane = laneAt(i);
    lane.asked = newQueue(offsetof<Finished>());
    const number = i % machine.drainLanes;
    lane.slices = (mapping.channelSlices - number + machine.drainLanes - 1) / machine.drainLanes;
    lane.askedPlace = -1;
    lane.maskThere = -1;
    for (let which = 0; which < readsOfLane; which++) readAt(i, which).slice = -1;
  }
}

export function waitingOf(slice: i32): Queue {
  return changetype<Queue>(load<usize>(waiting + ((<usize>slice) << 2)));
}

export function laneAt(lane: i32): Lane {
  return changetype<Lane>(lanes + <usize>lane * offsetof<Lane>());
}

export function readAt(lane: i32, which: i32): Read {
  return changetype<Read>(reads + <usize>(lane * readsOfLane + which) * offsetof<Read>());
}
