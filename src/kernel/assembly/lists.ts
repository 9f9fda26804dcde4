import { now } from "./agenda";
import { allocZeros } from "./arena";
import { Column, Entry, ofColumn, traceAt } from "./columns";
import { maskBytesOfSums } from "./drained-sums";
import { Episode, emapBytes, episodeAt, prepare, queuedEpisodes } from "./episodes";
import { chunkCount, emapOf, fullOf, tileEndsOfEmap } from "./groups";
import { itemAt, noK } from "./items";
import * as jobs from "./job-counts";
import { Cause, layer, machine, mapping, results, run } from "./layout";
import { Port } from "./port";
import { fetchOf, isThere, take } from "./prefetcher";
import { Residency } from "./residency";
import { SlotCounts } from "./slot-counts";
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
  /** PE rows that have it */
  rows: i32;
}

/** What passes a list port: the position slices that its rows have, and the words of headers that are not in the lists of all rows. */
@unmanaged
class ListPort {
  from: i32;
  to: i32;
  headers: i32;
}

let lists: usize = 0;
/** and their end */
let ports: usize = 0;
let portsEnd: usize = 0;
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
  lists = allocZeros(<u64>mapping.positionSlices * offsetof<List>());
  const behind = (machine.rows + machine.listPorts - 1) / machine.listPorts;
  ports = portsEnd = allocZeros(<u64>machine.listPorts * offsetof<ListPort>());
  for (let row = 0; row < machine.rows; row += behind, portsEnd += offsetof<ListPort>())
    startPort(changetype<ListPort>(portsEnd), row, min(row + behind, machine.rows));
}

/** A PE's headers have the masks of its own traces, so each gets its own; the rest of a list goes to all rows that have it. */
function startPort(port: ListPort, row: i32, end: i32): void {
  const used = mapping.channelSlices * mapping.positionSlices;
  port.from = (row * machine.traces) / mapping.channelSlices;
  port.to = port.from;
  for (; row < end && row * machine.traces < used; row++) {
    const last = (min((row + 1) * machine.traces, used) - 1) / mapping.channelSlices;
    for (let slice = (row * machine.traces) / mapping.channelSlices; slice <= last; slice++) {
      listAt(slice).rows++;
      if (slice < port.to) port.headers += masked ? header : 0;
    }
    port.to = last + 1;
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
  column.full =
    number >= column.released + machine.listAhead ||
    (column.held > 0 && column.held + column.wanting > mapping.listRoom);
  if (column.full) return false;
  const item = itemAt(number, column.team);
  if (item === null || item.episode >= run.most || item.episode >= queuedEpisodes()) return false;
  const episode = episodeAt(item.episode);
  const k = item.k;
  const inDram = episode.emapItem + item.place;
  if (k !== noK && !isThere(inDram)) return false;
  prepare(episode);
  const words = makeLists(episode, column.member, k);
  if (column.held > 0 && column.held + words > mapping.listRoom) {
    column.wanting = words;
    column.full = true;
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

/** Makes the lists of k for a column's position slices. Returns the words of the longest. */
function makeLists(episode: Episode, member: i32, k: i32): i32 {
  let most = wordsOfNone;
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
    if (list.emap !== 0) list.words = header + 1 + <i32>popcnt<u64>(list.tileEnds);
    most = max(most, list.words);
  }
  return most;
}

/** Counts the words that the lists at hand take through a column's ports and in its list memories. Returns those of the port that has most. */
function passPorts(): i32 {
  for (let slice = 0; slice < mapping.positionSlices; slice++)
    wordWrites += listAt(slice).words * listAt(slice).rows;
  let most = 0;
  for (let at = ports; at < portsEnd; at += offsetof<ListPort>()) {
    const port = changetype<ListPort>(at);
    let words = port.headers;
    for (let slice = port.from; slice < port.to; slice++) words += listAt(slice).words;
    wordsRead += words;
    most = max(most, words);
  }
  return most;
}

/** Counts what the traces of a column do with the lists at hand. */
function countJobs(column: Column, entry: Entry, episode: Episode, k: i32): void {
  if (masked && k !== noK) jobs.readMask(episode.residency, column.domain * mapping.channelSlices, k);
  const used = mapping.positionSlices * mapping.channelSlices;
  for (let trace = 0; trace < used; trace += mapping.channelSlices)
    countJobsFrom(trace, column, entry, episode);
  // those of other traces are never set
  wordReads += (ofColumn - used) * header;
}

/** The same of the traces of a position slice, from the first one on. */
function countJobsFrom(first: i32, column: Column, entry: Entry, episode: Episode): void {
  const residency = episode.residency;
  const taps = residency.rows * residency.columns;
  const list = listAt(first / mapping.channelSlices);
  let slice = column.domain * mapping.channelSlices;
  let fmap = episode.fmap(column.domain, column.member, first);
  let counts = changetype<usize>(episode.counts(column.domain, column.member, first));
  // of the four parts of all jobs
  let sums = i64x2.splat(0);
  let made = 0;
  for (let trace = first; trace < first + mapping.channelSlices; trace++, slice++) {
    const slots = residency.channelCount(slice) * taps;
    const chunk = list.there && slots > 0;
    const job = chunk ? jobOf(list, fmap, slots, counts, residency, slice) : 0;
    entry.setJob(trace, job);
    if (job !== 0) {
      rests += max(0, machine.tileValues - <i32>(job >> 48));
      sums = i32x4.add(sums, i32x4.extend_low_i16x8_u(i64x2.splat(job)));
      made++;
    } else wordReads += chunk ? wordsOfNone : header;
    fmap += mapping.slots << 3;
    counts += offsetof<SlotCounts>();
  }
  cyclesOfJobs += i32x4.extract_lane(sums, 0);
  macs += i32x4.extract_lane(sums, 1);
  visits += i32x4.extract_lane(sums, 2);
  begun += made;
  wordReads += made * list.words;
  looks += made * <i32>popcnt<u64>(list.emap);
}

/** A trace's job with a list; 0 where there is nothing to do. */
function jobOf(list: List, fmap: usize, slots: i32, counts: usize, residency: Residency, slice: i32): u64 {
  if (list.emap === 0) return 0;
  if (!masked) jobs.readAll(fmap, slots, changetype<SlotCounts>(counts));
  else if (jobs.readWanted(fmap, residency, slice) === 0) return 0;
  return jobs.jobOf(list.emap, list.tileEnds, list.lastTile);
}
