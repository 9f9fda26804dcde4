import { now } from "./agenda";
import { alloc, allocZeros, newQueue, Queue } from "./arena";
import { columnAt, ofColumn, traceAt } from "./columns";
import { clearDoneSlices, doneSliceAt, doneSlices } from "./done-slices";
import { leave, send } from "./drain";
import { forgetSums, lastItem } from "./items";
import { layer, machine, mapping } from "./layout";
import { wantedOfSlice } from "./residency";
import { hold, letGo, plan } from "./traces";

/** Sums that leave: when all who hold them are done with them, and who is held for it. */

/** Sums that wait for their turn, or are on their way out in a lane. */
@unmanaged
class Leaving {
  slice: i32;
  /** 0 in a lane that is free */
  wanted: i32;
  /** cycle from which their traces are at rest, and at which the last has left; the last of all while the traces are waited for */
  rest: i64;
  end: i64;
}

/** [team] sums that wait; cycle at which something happens in its lanes, the last of all if nothing does */
let waiting: usize = 0;
let due: usize = 0;
/** [team][lane] */
let lanes: usize = 0;
/** [team][slice] sums that are finished, and of these those that have not been sent */
let finished: usize = 0;
let unsentSums: usize = 0;
/** when something happens in the lanes of any team */
export let earliest: i64 = 0;
/** sums that wait, or whose traces are waited for */
export let unsent: i32 = 0;
let drained: i64 = 0;

export function startDrainedSums(): void {
  const teams = <u64>mapping.teams;
  waiting = alloc(teams * sizeof<usize>());
  due = alloc(teams * 8);
  for (let team = 0; team < mapping.teams; team++) {
    store<usize>(waiting + ((<usize>team) << 2), changetype<usize>(newQueue(offsetof<Leaving>())));
    store<i64>(due + ((<usize>team) << 3), i64.MAX_VALUE);
  }
  lanes = allocZeros(teams * machine.drainLanes * offsetof<Leaving>());
  finished = allocZeros(teams * mapping.channelSlices * 4);
  unsentSums = allocZeros(teams * mapping.channelSlices * 4);
  earliest = i64.MAX_VALUE;
  unsent = 0;
  drained = 0;
}

export function drainedSums(): i64 {
  return drained;
}

function waitingOf(team: i32): Queue {
  return changetype<Queue>(load<usize>(waiting + ((<usize>team) << 2)));
}

function laneAt(team: i32, lane: i32): Leaving {
  return changetype<Leaving>(lanes + <usize>(team * machine.drainLanes + lane) * offsetof<Leaving>());
}

function finishedOf(slice: i32): i32 {
  return load<i32>(finished + ((<usize>slice) << 2));
}

function unsentOf(slice: i32): i32 {
  return load<i32>(unsentSums + ((<usize>slice) << 2));
}

function addUnsent(slice: i32, sums: i32): void {
  store<i32>(unsentSums + ((<usize>slice) << 2), unsentOf(slice) + sums);
  unsent += sums;
}

/** Hands sums over to be drained whose traces are all done with them, and drains what waits, team by team. */
export function drainSums(): void {
  for (let i = 0; i < doneSlices; i++) {
    const slice = doneSliceAt(i);
    const team = slice / mapping.channelSlices;
    finishSums(team, slice);
    store<i64>(due + ((<usize>team) << 3), now);
    // slices are in order: the last one of a team
    if (i + 1 === doneSlices || doneSliceAt(i + 1) >= (team + 1) * mapping.channelSlices)
      forgetFinished(team);
  }
  clearDoneSlices();
  let next = i64.MAX_VALUE;
  for (let team = 0; team < mapping.teams; team++) {
    const at = due + ((<usize>team) << 3);
    let cycle = load<i64>(at);
    if (cycle <= now) {
      cycle = stepLanes(team);
      store<i64>(at, cycle);
    }
    next = min(next, cycle);
  }
  earliest = next;
}

/** The first of the traces of a column, of team and channel slice, that hold the same channels. */
function holder(slice: i32, member: i32): i32 {
  const team = slice / mapping.channelSlices;
  return columnAt(team * mapping.teamColumns + member).firstTrace + (slice % mapping.channelSlices);
}

/** A slice's sums that all of its traces have finished. */
function finishSums(team: i32, slice: i32): void {
  let done = i32.MAX_VALUE;
  for (let member = 0; member < mapping.teamColumns; member++)
    for (let position = 0; position < mapping.positionSlices; position++)
      done = min(done, traceAt(holder(slice, member) + position * mapping.channelSlices).next);
  const masked = machine.gradientSkip && layer.masked;
  const channels = (team / mapping.teamsPerDomain) * mapping.channelSlices + (slice % mapping.channelSlices);
  let sums = finishedOf(slice);
  for (let item = lastItem(team, sums); item !== null && item.number < done; item = lastItem(team, ++sums)) {
    const wanted = wantedOfSlice(item.residency, item.k, channels, masked);
    drained += <i64>wanted * mapping.teamColumns * mapping.positionSlices;
    // those of which none is wanted wait for the ones before them only
    if (wanted === 0 && unsentOf(slice) === 0) {
      leave(slice, now);
      tell(slice);
      continue;
    }
    const last = changetype<Leaving>(waitingOf(team).push());
    last.slice = slice;
    last.wanted = wanted;
    addUnsent(slice, 1);
  }
  store<i32>(finished + ((<usize>slice) << 2), sums);
}

/** Forgets the items of sums that every slice of a team has finished. */
function forgetFinished(team: i32): void {
  let least = i32.MAX_VALUE;
  const first = team * mapping.channelSlices;
  for (let i = first; i < first + mapping.channelSlices; i++) least = min(least, finishedOf(i));
  forgetSums(team, least);
}

/** What leaves, and who is held for it, from now on. Returns the cycle at which something happens next. */
function stepLanes(team: i32): i64 {
  for (let lane = 0; lane < machine.drainLanes; lane++) while (stepLane(team, laneAt(team, lane))) {}
  let next = i64.MAX_VALUE;
  for (let i = 0; i < machine.drainLanes; i++) {
    const lane = laneAt(team, i);
    if (lane.wanted > 0) next = min(next, lane.end === i64.MAX_VALUE ? lane.rest : lane.end);
  }
  // a lane that is through at once is cleared when it is looked at next
  return max(next, now + 1);
}

/** Whether a lane is through with sums at once, so that others can follow. */
function stepLane(team: i32, lane: Leaving): bool {
  if (lane.wanted > 0 && lane.end <= now) lane.wanted = 0;
  if (lane.wanted === 0 && !takeNext(team, lane)) return false;
  if (lane.end !== i64.MAX_VALUE || lane.rest > now) return false;
  lane.end = send(lane.wanted);
  leave(lane.slice, lane.end);
  addUnsent(lane.slice, -1);
  passUnwanted(waitingOf(team), lane.slice, lane.end);
  for (let member = 0; member < mapping.teamColumns; member++)
    for (let position = 0; position < mapping.positionSlices; position++)
      letGo(holder(lane.slice, member) + position * mapping.channelSlices, lane.end);
  tell(lane.slice);
  return lane.end <= now;
}

/** Sums of a slice of which none is wanted leave with those before them. */
function passUnwanted(queue: Queue, slice: i32, end: i64): void {
  for (let i = 0; i < queue.length; ) {
    const next = changetype<Leaving>(queue.at(i));
    if (next.slice !== slice) i++;
    else if (next.wanted > 0) return;
    else {
      queue.remove(i);
      leave(slice, end);
      addUnsent(slice, -1);
    }
  }
}

/** Gives a lane the oldest sums whose slice sends no others. */
function takeNext(team: i32, lane: Leaving): bool {
  const queue = waitingOf(team);
  for (let i = 0; i < queue.length; i++) {
    const next = changetype<Leaving>(queue.at(i));
    if (isInLane(team, next.slice)) continue;
    lane.slice = next.slice;
    lane.wanted = next.wanted;
    lane.end = i64.MAX_VALUE;
    lane.rest = now;
    queue.remove(i);
    for (let member = 0; member < mapping.teamColumns; member++)
      for (let position = 0; position < mapping.positionSlices; position++)
        lane.rest = max(lane.rest, hold(holder(lane.slice, member) + position * mapping.channelSlices));
    return true;
  }
  return false;
}

function isInLane(team: i32, slice: i32): bool {
  for (let i = 0; i < machine.drainLanes; i++) {
    const lane = laneAt(team, i);
    if (lane.wanted > 0 && lane.slice === slice) return true;
  }
  return false;
}

/** Traces may have waited to know when sums of this slice leave; those that the mapping does not use, too. */
function tell(slice: i32): void {
  for (let member = 0; member < mapping.teamColumns; member++) {
    const first = holder(slice, member);
    const end = first - (slice % mapping.channelSlices) + ofColumn;
    for (let i = first; i < end; i += mapping.channelSlices) {
      const trace = traceAt(i);
      if (trace.mac < 0 && trace.startAt === i64.MAX_VALUE) plan(trace, i);
    }
  }
}
