import { Node, now, put, soonest } from "./agenda";
import { leaveEpisode, timesOf } from "./chunk-times";
import { Column, columnAt, Entry, isMac, Mac, ofColumn, Trace, traceAt } from "./columns";
import { release } from "./done-lists";
import { sliceIsDone } from "./done-slices";
import { setFree } from "./drain";
import { episodeAt, rowWordsOf } from "./episodes";
import { forgetItems, itemAt } from "./items";
import { fmapLatency, machine, mapping, run } from "./layout";
import { freeMac, offer, ownMacs, withdraw } from "./offers";
import { accountWait, headCycles, headerWords } from "./waits";

/** Traces: what they wait for, and what follows when they finish an item. */

/** Whether a trace has come to its time: what takes no MAC is passed in this cycle. */
let timed: bool = false;
/** Cycles in which what stands in front of a list's values is read: of one with work, and of one without. */
let ofJob: i64 = 0;
let ofNone: i64 = 0;
/** Traces of a column that the mapping uses. */
let usedTraces: i32 = 0;
/** Row words that were made of chunks. */
export let activated: i64 = 0;
/** Whether a column has come to another episode, and columns that are not done with all that they were asked to do. */
export let episodeLeft: bool = false;
export let unfinished: i32 = 0;

export function startTraces(): void {
  timed = false;
  const headers = headerWords();
  ofJob = headCycles(headers + 1);
  ofNone = headCycles(max(1, headers));
  activated = 0;
  usedTraces = mapping.channelSlices * mapping.positionSlices;
  episodeLeft = true;
  unfinished = machine.columns;
  for (let i = 0; i < machine.columns; i++) lookAtItem(columnAt(i));
  for (let i = 0; i < machine.columns * ofColumn; i++) {
    const trace = traceAt(i);
    trace.episode = trace.column.episode;
  }
}

export function clearEpisodeLeft(): void {
  episodeLeft = false;
}

/** Finds out the episode of a column's first item that is not done. */
function lookAtItem(column: Column): void {
  const episode = episodeOf(column, column.done);
  if (episode !== column.episode) episodeLeft = true;
  column.episode = episode;
  if (column.finished || episode < run.most) return;
  column.finished = true;
  unfinished--;
}

/** Episode of an item of a column; the last number of all behind its last. */
function episodeOf(column: Column, number: i32): i32 {
  const item = itemAt(number, column.team);
  return item === null ? i32.MAX_VALUE : item.episode;
}

/** Ends the jobs that end at `now`, and passes items in which a trace has nothing to do. */
export function endJob(node: Node): void {
  if (isMac(node)) endOfMac(changetype<Mac>(node));
  else startOfTrace(changetype<Trace>(node));
}

function endOfMac(mac: Mac): void {
  mac.queued = false;
  const trace = mac.trace;
  if (trace.lastEnd !== now) {
    // a trace was held before its job began, and has gone on since then or will
    if (trace.lastEnd > now) serve(mac, trace, trace.startAt);
    return;
  }
  accountWait(mac, trace);
  mac.end = now;
  if (!ownMacs) freeMac(mac);
  if (goesOn(trace)) return;
  finish(trace);
  plan(trace);
}

/** `finish` and `plan` of a trace of which it is known when it goes on with its next job, as of most; false, and nothing done, if not. */
function goesOn(trace: Trace): bool {
  const column = trace.column;
  const entry = trace.entry;
  const next = trace.next + 1;
  if (next >= column.listed || entry.last || trace.held) return false;
  const after = column.entry(next);
  if (after.episode !== trace.episode || after.first || trace.left > now) return false;
  const job = after.job(trace.place);
  if (<u16>job === 0) return false;
  const reads = max(trace.reads, after.inPes);
  const loaded = max(reads + ofJob, trace.flip) + 1;
  trace.reads = loaded;
  trace.ready = trace.startAt = max(now, max(max(loaded, trace.lastTile), trace.looks) + machine.tileValues);
  setJob(trace, job);
  trace.next = next;
  trace.entry = after;
  trace.finished = now;
  trace.passed = false;
  if (--entry.left === 0 && next - 1 === column.done) passItems(column);
  begin(trace);
  return true;
}

function startOfTrace(trace: Trace): void {
  trace.queued = false;
  if (trace.startAt === i64.MAX_VALUE) return;
  timed = true;
  begin(trace);
  timed = false;
}

/** A trace is done with its item. */
function finish(trace: Trace): void {
  const column = trace.column;
  const entry = trace.entry;
  const item = trace.next++;
  trace.finished = now;
  trace.passed = false;
  trace.planned = false;
  let episode = trace.episode;
  if (trace.next < column.listed) episode = column.entry(trace.next).episode;
  else {
    column.waiting++;
    episode = episodeOf(column, trace.next);
  }
  if (episode !== trace.episode) {
    leaveEpisode(trace.pe.row, trace.episode, episode);
    trace.episode = episode;
    trace.active = false;
  }
  if (entry.last && trace.place < <u16>usedTraces) sliceIsDone(trace.slice);
  if (--entry.left === 0 && item === column.done) passItems(column);
}

/** Every trace has finished a column's first item that was not done. */
function passItems(column: Column): void {
  do {
    column.done++;
    release(column);
  } while (column.done < column.listed && column.entry(column.done).left === 0);
  lookAtItem(column);
  forgetDone(column);
}

/** Forgets a team's items that all of its columns are done with. */
function forgetDone(column: Column): void {
  const first = column.team * mapping.teamColumns;
  let done = column.done;
  for (let i = first; i < first + mapping.teamColumns; i++) done = min(done, columnAt(i).done);
  forgetItems(column.team, done);
}

/** Works out from when on a trace that is not served can begin its next job, as far as all that it needs is known. */
export function plan(trace: Trace): void {
  const column = trace.column;
  trace.startAt = i64.MAX_VALUE;
  if (trace.held || trace.next >= column.listed) return;
  const entry = column.entry(trace.next);
  trace.entry = entry;
  if (!trace.planned && !read(trace, entry)) return;
  let start = max(max(trace.ready, trace.left), trace.finished + i64(trace.passed));
  if (entry.first) {
    const free = setFree(trace.sets, entry.sums);
    if (free === i64.MAX_VALUE) return;
    start = max(start, free);
  }
  trace.startAt = start;
  setJob(trace, entry.job(trace.place));
  begin(trace);
}

function setJob(trace: Trace, job: u64): void {
  trace.cycles = <u16>job;
  trace.last = <u16>(job >> 48);
}

/** Works out when a trace has read and looked at what it needs for its next item; false as long as its chunk has not been asked for. */
function read(trace: Trace, entry: Entry): bool {
  let reads = max(trace.reads, entry.inPes);
  if (!trace.active) {
    const times = timesOf(trace.pe.row, entry.episode);
    if (times === null) return false;
    // lists are read for one episode ahead, once their chunk has come
    reads = max(reads, max(trace.activated + 1, times.there));
    activate(trace, entry.episode, max(max(trace.finished, times.there), entry.inPes));
  }
  if (<u16>entry.job(trace.place) > 0) {
    const loaded = max(reads + ofJob, trace.flip) + 1;
    trace.reads = loaded;
    trace.ready = max(trace.lastEnd, max(max(loaded, trace.lastTile), trace.looks) + machine.tileValues);
  } else {
    trace.reads = reads + ofNone;
    trace.ready = max(max(trace.reads, trace.finished), trace.looks) + 1;
  }
  trace.planned = true;
  return true;
}

/** Asks for the row words of a trace's next chunk at `cycle`: two of them a cycle. */
function activate(trace: Trace, episode: i32, cycle: i64): void {
  const column = trace.column;
  const words = rowWordsOf(episodeAt(episode), column.domain, column.member, trace.place);
  activated += words;
  trace.active = true;
  trace.activated = cycle;
  trace.looks = cycle + (words + machine.packedRowWords - 1) / machine.packedRowWords + fmapLatency;
}

/** A trace whose time is known begins now what takes no MAC, offers its job to one, or waits for its time. */
function begin(trace: Trace): void {
  if (trace.cycles > 0 && ownMacs) serve(trace.mac, trace, max(trace.startAt, now));
  else if (trace.startAt > now || (trace.cycles === 0 && !timed)) waitFor(trace, max(trace.startAt, soonest));
  else if (trace.cycles === 0) {
    finish(trace);
    trace.passed = true;
    plan(trace);
  } else {
    offer(trace);
  }
}

/** A MAC works on a trace's job from `start` on, which may be to come where no other can serve the trace. */
export function serve(mac: Mac, trace: Trace, start: i64): void {
  const end = start + trace.cycles;
  trace.startAt = start;
  trace.lastEnd = end;
  trace.lastTile = end - trace.last;
  // a job of one tile is there to work on before it begins
  trace.flip = (trace.last === trace.cycles ? trace.ready : trace.lastTile) - 1;
  if (mac.queued) return;
  mac.queued = true;
  put(mac, end);
}

function waitFor(trace: Trace, cycle: i64): void {
  if (trace.queued) return;
  trace.queued = true;
  put(trace, cycle);
}

/** A trace whose sums are to leave begins no new job. Returns the cycle at which its last job ends, or has ended. */
export function hold(trace: Trace): i64 {
  trace.held = true;
  if (trace.startAt < now && trace.lastEnd >= now) {
    // what it waited for is still known now
    if (ownMacs) accountWait(trace.mac, trace);
    return trace.lastEnd;
  }
  trace.startAt = i64.MAX_VALUE;
  if (ownMacs) trace.lastEnd = trace.mac.end;
  else withdraw(trace);
  return trace.lastEnd;
}

/** Its sums are read until `end`; then it goes on. */
export function letGo(trace: Trace, end: i64): void {
  trace.held = false;
  trace.left = end;
  // one whose job ends now plans when it has
  if (trace.startAt === i64.MAX_VALUE) plan(trace);
}
