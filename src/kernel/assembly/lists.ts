import { now } from "./agenda";
import { alloc } from "./arena";
import { Column, Entry, ofColumn, traceAt } from "./columns";
import { maskBytesOfSums } from "./drained-sums";
import { Episode, emapBytes, episodeAt, prepare, queuedEpisodes } from "./episodes";
import { chunkCount, emapOf, fullOf, tileEndsOfEmap } from "./groups";
import { itemAt, noK } from "./items";
import * as jobs from "./job-counts";
import { Cause, layer, machine, mapping, results, run } from "./layout";
import { Port } from "./port";
import { fetchOf, isThere, take } from "./prefetcher";
import { lastTileOf, tileEndsOf } from "./tiles";
import { plan } from "./traces";
import { book, headerWords } from "./waits";

/** Lists of emap nonzeros on their way to the columns, and the jobs that they make. */

/** What is counted for the results. */
let macs: i64 = 0;
/** of MACs, in all jobs */
let cyclesOfJobs: i64 = 0;
/** of traces between jobs, while they look at the next one's first tile */
let rests: i64 = 0;
let looks: i64 = 0;
let visits: i64 = 0;
let begun: i64 = 0;
let emapRead: i64 = 0;
let maskRead: i64 = 0;
let wordsRead: i64 = 0;
/** at the list memories of PEs */
let wordWrites: i64 = 0;
let wordReads: i64 = 0;

/** [position slice] the list at hand: its nonzeros, where its tiles end, those of the last one, words; whether there is a chunk */
@unmanaged
class List {
  emap: u64;
  tileEnds: u64;
  lastTile: u64;
  words: i32;
  there: bool;
}

let lists: usize = 0;
/** [row] the position slices that its traces have, from and to */
let slicesOfRow: usize = 0;
/** words of a header, and of the list of a k in which there is nothing to do */
let header: i32 = 0;
let wordsOfNone: i32 = 1;
let readPort: Port = changetype<Port>(0);
let masked: bool = false;
let maskBytes: i32 = 0;

export function startLists(port: Port): void {
  readPort = port;
  jobs.startJobCounts();
  masked = machine.gradientSkip && layer.masked;
  header = headerWords();
  wordsOfNone = max(1, header);
  maskBytes = masked ? (mapping.channelSlices * mapping.slots + 7) >> 3 : 0;
  macs =
    cyclesOfJobs =
    rests =
    looks =
    visits =
    begun =
    emapRead =
    maskRead =
    wordsRead =
    wordWrites =
    wordReads =
      0;
  lists = alloc(<u64>mapping.positionSlices * offsetof<List>());
  slicesOfRow = alloc(<u64>machine.rows * 8);
  const used = mapping.channelSlices * mapping.positionSlices;
  for (let row = 0; row < machine.rows; row++) {
    const first = row * machine.traces;
    const end = min(first + machine.traces, used);
    const from = first / mapping.channelSlices;
    const to = end > first ? (end - 1) / mapping.channelSlices + 1 : from;
    store<i32>(slicesOfRow + row * 8, from);
    store<i32>(slicesOfRow + row * 8, to, 4);
  }
}

export function writeCounts(): void {
  book(Cause.busy, macs);
  book(Cause.validDataTrace, cyclesOfJobs - macs);
  results.macs = <f64>macs;
  results.looks = <f64>looks;
  results.sumVisits = <f64>visits;
  results.jobs = <f64>begun;
  results.jobCycles = <f64>(cyclesOfJobs + rests);
  results.emapReadBytes = <f64>emapRead;
  results.maskReadBytes = <f64>(maskRead + maskBytesOfSums);
  results.listWords = <f64>wordsRead;
  results.listWordWrites = <f64>wordWrites;
  results.listWordReads = <f64>wordReads;
}

function listAt(slice: i32): List {
  return changetype<List>(lists + <usize>slice * offsetof<List>());
}

/** Asks for a column's next list if there is room for it: for one in a cycle. Returns whether it has. */
export function listItem(column: Column): bool {
  const number = column.listed;
  if (number >= column.released + machine.listAhead) return false;
  const item = itemAt(number, column.team);
  if (item === null || item.episode >= run.most || item.episode >= queuedEpisodes()) return false;
  const episode = episodeAt(item.episode);
  const k = item.k;
  const inDram = episode.emapItem + item.place;
  if (k !== noK && !isThere(inDram)) return false;
  if (column.held > 0 && column.held + column.wanting > mapping.listRoom) return false;
  prepare(episode);
  makeLists(episode, column.member, k);
  const words = longestList();
  if (column.held > 0 && column.held + words > mapping.listRoom) {
    column.wanting = words;
    return false;
  }
  column.wanting = 0;
  const entry = column.entry(number);
  if (k !== noK) entry.setFetch(fetchOf(inDram));
  entry.asked = now;
  entry.episode = item.episode;
  entry.sums = item.sums;
  entry.first = item.first;
  entry.last = item.last;
  entry.words = <u16>words;
  entry.left = <u16>ofColumn;
  const bytes = k === noK ? 0 : emapBytes(episode, column.member, k);
  const ofMask = k === noK ? 0 : maskBytes;
  const portCycles = passPorts();
  column.listPort = max(now, column.listPort) + (machine.unlimitedPorts ? 0 : portCycles);
  entry.inPes = max(column.listPort, readPort.transfer(now, bytes + ofMask));
  countJobs(column, entry, episode, k);
  emapRead += bytes;
  maskRead += ofMask;
  countWordWrites();
  column.held += words;
  column.listed++;
  if (k !== noK) take(inDram);
  if (column.waiting > 0) tell(column, number);
  return true;
}

/** Traces that have finished all items before have waited for this one. */
function tell(column: Column, item: i32): void {
  column.waiting = 0;
  for (let i = column.firstTrace; i < column.firstTrace + ofColumn; i++)
    if (traceAt(i).next === item) plan(traceAt(i));
}

/** Makes the lists of k for a column's position slices. */
function makeLists(episode: Episode, member: i32, k: i32): void {
  for (let slice = 0; slice < mapping.positionSlices; slice++) {
    const list = listAt(slice);
    const chunk = episode.chunk(member, slice);
    list.there = chunk < chunkCount();
    list.emap = 0;
    list.words = wordsOfNone;
    if (!list.there || k === noK) continue;
    list.emap = machine.skipEmap ? emapOf(chunk, k) : fullOf(chunk);
    list.tileEnds = machine.skipEmap ? tileEndsOfEmap(chunk, k) : tileEndsOf(list.emap);
    list.lastTile = lastTileOf(list.emap, list.tileEnds);
    list.words = list.emap === 0 ? wordsOfNone : header + 1 + <i32>popcnt<u64>(list.tileEnds);
  }
}

/** Counts the words that the lists at hand take through a column's ports. Returns those of the port that has most. */
function passPorts(): i32 {
  const behind = (machine.rows + machine.listPorts - 1) / machine.listPorts;
  let most = 0;
  for (let first = 0; first < machine.rows; first += behind) {
    const words = wordsOfPort(first, min(first + behind, machine.rows));
    wordsRead += words;
    most = max(most, words);
  }
  return most;
}

/** A PE's headers have the masks of its own traces, so each gets its own; the rest of a list goes to all rows that have it. */
function wordsOfPort(first: i32, end: i32): i32 {
  const own = masked ? header : 0;
  let words = 0;
  let before = 0;
  for (let row = first; row < end; row++) {
    const to = load<i32>(slicesOfRow + row * 8, 4);
    for (let slice = load<i32>(slicesOfRow + row * 8); slice < to; slice++) {
      words += own;
      if (slice >= before) words += listAt(slice).words - own;
      before = max(before, slice + 1);
    }
  }
  return words;
}

/** Words of the longest of the lists at hand. */
function longestList(): i32 {
  let most = 0;
  for (let slice = 0; slice < mapping.positionSlices; slice++) most = max(most, listAt(slice).words);
  return most;
}

/** Counts the words that the lists at hand take in the list memories of all PEs, where that is asked for. */
function countWordWrites(): void {
  if (run.trial) return;
  for (let row = 0; row < machine.rows; row++) {
    const to = load<i32>(slicesOfRow + row * 8, 4);
    for (let slice = load<i32>(slicesOfRow + row * 8); slice < to; slice++) wordWrites += listAt(slice).words;
  }
}

/** Counts what the traces of a column do with the lists at hand. */
function countJobs(column: Column, entry: Entry, episode: Episode, k: i32): void {
  const residency = episode.residency;
  const first = column.domain * mapping.channelSlices;
  if (masked && k !== noK) jobs.readMask(residency, first, k);
  let trace = 0;
  for (let slice = 0; slice < mapping.positionSlices; slice++) {
    const list = listAt(slice);
    for (let channels = first; channels < first + mapping.channelSlices; channels++, trace++) {
      const chunk = list.there && residency.channelCount(channels) > 0;
      if (chunk && list.emap !== 0 && wantsAny(column, episode, trace, channels))
        countJob(entry, trace, list);
      else setNoJob(entry, trace, chunk);
    }
  }
  for (; trace < ofColumn; trace++) setNoJob(entry, trace, false);
}

/** Finds the slots that a trace's job wants; false when there is none. */
function wantsAny(column: Column, episode: Episode, trace: i32, channels: i32): bool {
  const residency = episode.residency;
  const fmap = episode.fmap(column.domain, column.member, trace);
  if (masked) return jobs.readWanted(fmap, residency, channels) > 0;
  const slots = residency.channelCount(channels) * residency.rows * residency.columns;
  jobs.readAll(fmap, slots, episode.counts(column.domain, column.member, trace));
  return true;
}

function countJob(entry: Entry, trace: i32, list: List): void {
  const job = jobs.jobOf(list.emap, list.tileEnds, list.lastTile);
  entry.setJob(trace, job);
  macs += <u16>(job >> 16);
  if (run.trial) return;
  wordReads += list.words;
  visits += <u16>(job >> 32);
  cyclesOfJobs += <u16>job;
  rests += max(0, machine.tileValues - <i32>(job >> 48));
  looks += <i32>popcnt<u64>(list.emap);
  begun++;
}

/** A trace passes an item in which it has nothing to do. Without a header one that has no chunk knows so, and reads nothing. */
function setNoJob(entry: Entry, trace: i32, chunk: bool): void {
  entry.setJob(trace, 0);
  if (chunk || header > 0) wordReads += wordsOfNone;
}
