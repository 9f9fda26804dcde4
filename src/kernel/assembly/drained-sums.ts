import { now } from "./agenda";
import { alloc, allocZeros } from "./arena";
import { columnAt, ofColumn, traceAt } from "./columns";
import { clearDoneSlices, doneSliceAt, doneSlices } from "./done-slices";
import { freeSet, send, sentFrom, sentUntil } from "./drain";
import {
  ahead,
  current,
  Finished,
  Lane,
  laneAt,
  last,
  Read,
  readAt,
  startDrainLanes,
  waitingOf,
} from "./drain-lanes";
import { forgetSums, lastItem } from "./items";
import {
  askAgainCycles,
  doneCycles,
  layer,
  machine,
  mapping,
  maskCycles,
  masksAhead,
  readCycles,
  restCycles,
} from "./layout";
import { Port } from "./port";
import { findWanted, wantedCouples, wantedSums } from "./residency";
import { hold, letGo, plan } from "./traces";

/** Sums that leave: when all who hold them are done with them, and who is held for it. */

/** [team][slice] sums that are finished; the first trace that holds them */
let finished: usize = 0;
let holders: usize = 0;
/** [team][lane] cycle at which something happens in it, the last of all if nothing does; [team] the first of its lanes */
let due: usize = 0;
let firstDue: usize = 0;
/** cycles that a couple takes */
let pace: i64 = 1;
/** when something happens in the lanes of any team */
export let earliest: i64 = 0;
/** sums that have not been sent */
export let unsent: i32 = 0;
export let drainedCouples: i64 = 0;
let readPort: Port = changetype<Port>(0);
/** of a slice's sums, and of all so far */
let maskBytes: i32 = 0;
export let maskBytesOfSums: i64 = 0;

export function startDrainedSums(port: Port): void {
  readPort = port;
  maskBytes = machine.gradientSkip && layer.masked ? (mapping.slots + 7) >> 3 : 0;
  maskBytesOfSums = 0;
  const teams = <u64>mapping.teams;
  finished = allocZeros(teams * mapping.channelSlices * 4);
  holders = alloc(teams * mapping.channelSlices * 4);
  for (let team = 0, at = holders; team < mapping.teams; team++)
    for (let slice = 0; slice < mapping.channelSlices; slice++, at += 4)
      store<i32>(at, columnAt(team * mapping.teamColumns).firstTrace + slice);
  const all = teams * machine.drainLanes;
  due = alloc(all * 8);
  for (let i = 0; i < <i32>all; i++) store<i64>(due + ((<usize>i) << 3), i64.MAX_VALUE);
  firstDue = alloc(teams * 8);
  for (let team = 0; team < mapping.teams; team++) store<i64>(firstDue + ((<usize>team) << 3), i64.MAX_VALUE);
  startDrainLanes();
  pace = machine.unlimitedPorts ? 0 : 1;
  earliest = i64.MAX_VALUE;
  unsent = 0;
  drainedCouples = 0;
}

function finishedOf(slice: i32): i32 {
  return load<i32>(finished + ((<usize>slice) << 2));
}

/** Hands sums over to be drained whose traces are all done with them. */
export function finishAll(): void {
  for (let i = 0; i < doneSlices; i++) {
    const slice = doneSliceAt(i);
    const team = slice / mapping.channelSlices;
    finishSums(team, slice);
    // slices are in order: the last one of a team
    if (i + 1 === doneSlices || doneSliceAt(i + 1) >= (team + 1) * mapping.channelSlices)
      forgetFinished(team);
  }
  clearDoneSlices();
}

/** Drains what waits, team by team. */
export function drainSums(): void {
  let next = i64.MAX_VALUE;
  for (let team = 0; team < mapping.teams; team++) {
    const at = firstDue + ((<usize>team) << 3);
    let cycle = load<i64>(at);
    if (cycle <= now) {
      cycle = stepLanes(team);
      store<i64>(at, cycle);
    }
    next = min(next, cycle);
  }
  earliest = next;
}

/** A trace of a column, of team and channel slice, that holds the same channels. */
function holder(slice: i32, member: i32, position: i32): i32 {
  const first = load<i32>(holders + ((<usize>slice) << 2));
  return first + member * ofColumn + position * mapping.channelSlices;
}

/** A slice's sums that all of its traces have finished. */
function finishSums(team: i32, slice: i32): void {
  let done = i32.MAX_VALUE;
  for (let member = 0; member < mapping.teamColumns; member++)
    for (let position = 0; position < mapping.positionSlices; position++)
      done = min(done, traceAt(holder(slice, member, position)).next);
  const masked = machine.gradientSkip && layer.masked;
  const channels = (team / mapping.teamsPerDomain) * mapping.channelSlices + (slice % mapping.channelSlices);
  let sums = finishedOf(slice);
  for (let item = lastItem(team, sums); item !== null && item.number < done; item = lastItem(team, ++sums)) {
    findWanted(item.residency, item.k, channels, masked);
    drainedCouples += <i64>wantedCouples * mapping.teamColumns * mapping.positionSlices;
    const own = changetype<Finished>(waitingOf(slice).push());
    own.wanted = wantedSums;
    own.couples = wantedCouples;
    own.slice = slice;
    own.from = now + doneCycles;
    const lane = team * machine.drainLanes + ((slice % mapping.channelSlices) % machine.drainLanes);
    laneAt(lane).waiting++;
    dueBy(due + ((<usize>lane) << 3), own.from);
    dueBy(firstDue + ((<usize>team) << 3), own.from);
    earliest = min(earliest, own.from);
    unsent++;
  }
  store<i32>(finished + ((<usize>slice) << 2), sums);
}

function dueBy(at: usize, cycle: i64): void {
  store<i64>(at, min(load<i64>(at), cycle));
}

/** Forgets the items of sums that every slice of a team has finished. */
function forgetFinished(team: i32): void {
  let least = i32.MAX_VALUE;
  const first = team * mapping.channelSlices;
  for (let i = first; i < first + mapping.channelSlices; i++) least = min(least, finishedOf(i));
  forgetSums(team, least);
}

/** What is read and sent, and who is held for it, from now on. Returns the cycle at which something happens next. */
function stepLanes(team: i32): i64 {
  let next = i64.MAX_VALUE;
  for (let i = 0; i < machine.drainLanes; i++) {
    const lane = team * machine.drainLanes + i;
    const at = due + ((<usize>lane) << 3);
    let cycle = load<i64>(at);
    if (cycle <= now) {
      while (goesOn(lane)) {}
      askNext(team, i, lane);
      cycle = min(min(nextOf(lane), nextHeld(lane)), nextAsked(team, i, lane));
      store<i64>(at, cycle);
    }
    next = min(next, cycle);
  }
  return next;
}

/** Cycle from which the next mask of a slice can be asked for. */
function askFrom(team: i32, number: i32, lane: Lane, place: i32): i64 {
  const queue = waitingOf(team * mapping.channelSlices + place * machine.drainLanes + number);
  if (queue.length === 0) return i64.MAX_VALUE;
  const known = changetype<Finished>(queue.at(0)).from;
  return place === lane.askedPlace ? max(known, lane.askedAt + askAgainCycles) : known;
}

/** Asks for the mask of the sums that have their turn, one in a cycle. It comes a cycle later at the earliest, and one in a cycle. */
function askNext(team: i32, number: i32, at: i32): void {
  const lane = laneAt(at);
  if (lane.waiting === 0 || lane.asked.length === masksAhead) return;
  let next = lane.turn;
  for (let i = 0; i < lane.slices; i++) {
    const place = next;
    next = next + 1 < lane.slices ? next + 1 : 0;
    if (askFrom(team, number, lane, place) > now) continue;
    const queue = waitingOf(team * mapping.channelSlices + place * machine.drainLanes + number);
    const sums = changetype<Finished>(queue.shift());
    lane.waiting--;
    lane.askedPlace = place;
    lane.askedAt = now;
    lane.maskThere = max(readPort.transfer(now, maskBytes), max(now, lane.maskThere) + 1);
    maskBytesOfSums += maskBytes;
    lane.turn = next;
    sums.from = lane.maskThere + maskCycles;
    memory.copy(lane.asked.push(), changetype<usize>(sums), offsetof<Finished>());
    return;
  }
}

/** The cycle at which a lane can take sums or ask for a mask, if it can after this one. */
function nextAsked(team: i32, number: i32, at: i32): i64 {
  const lane = laneAt(at);
  let next = i64.MAX_VALUE;
  // what is ready waits for something else
  if (lane.asked.length > 0) next = changetype<Finished>(lane.asked.at(0)).from;
  if (next <= now) next = i64.MAX_VALUE;
  if (lane.waiting === 0 || lane.asked.length === masksAhead) return next;
  for (let place = lane.slices - 1; place >= 0; place--) {
    const from = askFrom(team, number, lane, place);
    if (from !== i64.MAX_VALUE) next = min(next, max(from, now + 1));
  }
  return next;
}

/** The cycle at which something happens next in a lane, if nothing comes to it. */
function nextOf(at: i32): i64 {
  const lane = laneAt(at);
  if (lane.full > 0) return lane.sentUntil;
  const read = readAt(at, current);
  if (read.slice < 0) return i64.MAX_VALUE;
  return read.end !== i64.MAX_VALUE ? read.end : startOf(lane, read);
}

function startOf(lane: Lane, read: Read): i64 {
  if (read.wanted === 0) return read.rest;
  return max(read.rest, read.step === 0 ? lane.sentFrom : lane.sentUntil);
}

/** Whether something happened that lets more happen. */
function goesOn(at: i32): bool {
  const lane = laneAt(at);
  if (lane.full > 0 && lane.sentUntil <= now) {
    send(lane.full, lane.fullCouples);
    lane.sentFrom = sentFrom;
    lane.sentUntil = sentUntil;
    lane.full = 0;
    unsent--;
    return true;
  }
  const read = readAt(at, current);
  const next = readAt(at, ahead);
  if (read.slice < 0 && !take(at, read)) return false;
  holdTaken(read);
  holdTaken(next);
  if (read.end === i64.MAX_VALUE && !begin(lane, read)) return false;
  if (next.slice < 0) take(at, next);
  if (read.end > now) return false;
  finishRead(lane, read);
  move(next, read);
  return true;
}

/** Holds the traces of what was taken a cycle before. */
function holdTaken(read: Read): void {
  if (read.slice < 0 || read.rest !== i64.MAX_VALUE || read.taken + pace > now) return;
  read.rest = read.taken;
  for (let member = 0; member < mapping.teamColumns; member++)
    read.rest = max(read.rest, hold(traceAt(holder(read.slice, member, read.step))));
  read.rest += restCycles * pace;
}

/** The cycle at which a lane holds traces next. */
function nextHeld(at: i32): i64 {
  let next = i64.MAX_VALUE;
  for (let which = current; which <= ahead; which++) {
    const read = readAt(at, which);
    if (read.slice >= 0 && read.rest === i64.MAX_VALUE) next = min(next, read.taken + pace);
  }
  return next;
}

/** A read takes the place of another one. */
function move(from: Read, to: Read): void {
  to.set(from);
  from.slice = -1;
}

function finishRead(lane: Lane, read: Read): void {
  if (read.wanted === 0) unsent--;
  else if (read.step === mapping.positionSlices - 1) {
    lane.full = read.wanted;
    lane.fullCouples = read.couples;
  }
}

/** Begins to read, if the traces are at rest and the buffer has room. */
function begin(lane: Lane, read: Read): bool {
  if (lane.full > 0 || startOf(lane, read) > now) return false;
  const end = now + max(readCycles, read.couples) * pace;
  read.end = end;
  const slice = read.slice;
  const step = read.step;
  if (read.wanted === 0) freeAll(slice, end + pace);
  else {
    freeSet(slice * mapping.positionSlices + step, end + pace);
    for (let member = 0; member < mapping.teamColumns; member++)
      letGo(traceAt(holder(slice, member, step)), end);
  }
  return true;
}

/** Sums of which none is wanted leave all of their traces at once. */
function freeAll(slice: i32, cycle: i64): void {
  for (let step = 0; step < mapping.positionSlices; step++)
    freeSet(slice * mapping.positionSlices + step, cycle);
  for (let member = 0; member < mapping.teamColumns; member++)
    for (let step = 0; step < mapping.positionSlices; step++) tell(holder(slice, member, step));
}

function tell(at: i32): void {
  const trace = traceAt(at);
  if (trace.startAt === i64.MAX_VALUE) plan(trace);
}

/** Takes the next step of the same sums, or of those whose mask was asked for first. */
function take(at: i32, to: Read): bool {
  const before = readAt(at, last);
  if (before.slice >= 0 && before.wanted > 0 && before.step + 1 < mapping.positionSlices) before.step++;
  else if (!takeSums(at, before)) return false;
  before.taken = now;
  before.rest = before.wanted > 0 ? i64.MAX_VALUE : now;
  before.end = i64.MAX_VALUE;
  to.set(before);
  return true;
}

/** The sums whose mask was asked for first. */
function takeSums(at: i32, to: Read): bool {
  const queue = laneAt(at).asked;
  if (queue.length === 0 || changetype<Finished>(queue.at(0)).from > now) return false;
  const sums = changetype<Finished>(queue.shift());
  to.slice = sums.slice;
  to.step = sums.wanted > 0 ? 0 : mapping.positionSlices - 1;
  to.wanted = sums.wanted;
  to.couples = sums.couples;
  return true;
}
