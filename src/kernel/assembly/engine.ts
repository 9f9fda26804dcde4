import { alloc, allocZeros, mark, newQueue, Queue, release } from "./arena";
import * as chunks from "./chunks";
import * as columns from "./column";
import { causeCount, columnAt, startColumns } from "./column";
import * as counts from "./counts";
import * as drain from "./drain";
import { newDramPort } from "./dram-port";
import { startEmapRounds } from "./emap-rounds";
import * as fmaps from "./fmap-chunks";
import * as layer from "./layer";
import * as M from "./machine";
import { newPort, Port } from "./port";
import * as prefetcher from "./prefetcher";
import { Episode } from "./prefetcher";
import { Residency } from "./residency";
import * as totals from "./round-totals";
import { balanceBins } from "./round-totals";
import * as rounds from "./rounds";

import * as segments from "./segments";
import * as valid from "./valid-pairs";

/** What the host calls: a layer is written once; then nonzeros are counted, and mappings of it simulated. */

export { alloc } from "./arena";
export { packEmap, packFmap, packMask } from "./layer";

/** memory that a layer takes ends here */
let ofLayer: usize = 0;

/** Makes room for a layer and forgets the one before, its own shape included once it is read; rows are packed next. */
export function startLayer(shape: usize): void {
  release(__heap_base);
  layer.setLayer(shape);
  counts.startCounts();
  ofLayer = mark();
}

/** Forgets all but the layer. */
export function forget(): void {
  release(ofLayer);
}

export function channelNonzeros(): usize {
  counts.markFullEmaps();
  return counts.channelNonzeros();
}

/** Whether no chunk of this shape in a sample of the layer holds more than `most` values of an emap channel. */
export function emapFits(bandRows: i32, bandColumns: i32, most: i32, images: i32, columns: i32): bool {
  const at = mark();
  chunks.cut(bandRows, bandColumns);
  const fits = counts.emapFits(most, images, columns);
  release(at);
  return fits;
}

/** Counts nonzeros of rows of the first `images` images for chunks of this width; kept until `forget`. */
export function startWidth(bandColumns: i32, images: i32): usize {
  chunks.cut(1, bandColumns);
  return segments.makeSegments((layer.Q + bandColumns - 1) / bandColumns, images);
}

/** The most nonzeros of each fmap channel in a chunk of this shape, 2 bytes each; from the counts for its width. */
export function mostOfWidth(
  counted: usize,
  images: i32,
  bandRows: i32,
  bandColumns: i32,
  kernelRows: i32,
): usize {
  const at = mark();
  chunks.cut(bandRows, bandColumns);
  const cuts = (layer.Q + bandColumns - 1) / bandColumns;
  const most = segments.mostOfSegments(counted, cuts, images, kernelRows);
  release(at);
  return most;
}

/** The same of a layer that is a single row, for chunks that begin before column `columns`. */
export function mostOfRuns(bandColumns: i32, columns: i32): usize {
  const at = mark();
  chunks.cut(1, bandColumns);
  const most = segments.mostOfRuns(columns);
  release(at);
  return most;
}

export function validPairs(): f64 {
  release(ofLayer);
  counts.markFullEmaps();
  // a row of a chunk and what its taps reach fit one word
  const columns = layer.flat ? 512 : min(layer.Q, max(1, 64 - (layer.S - 1) * layer.dilationX));
  chunks.cut(max(1, 512 / columns), columns);
  return <f64>valid.validPairs();
}

/** Tells the host how many episodes are done. */
declare function simulated(episodes: i32): void;

let readPort: Port = changetype<Port>(0);
let done: Queue = changetype<Queue>(0);
let fmapLoaded: i64 = 0;
let fmapReadBytes: i64 = 0;
let emapReadBytes: i64 = 0;

function doneBefore(episode: i32): i64 {
  return episode < 0 ? 0 : load<i64>(done.at(episode));
}

/**
 * Simulates the layer, or its first `episodes` episodes, under the machine and mapping that stand at `numbers`.
 * Returns where these stand, as f64: cycles, episodes done, where their ends stand, the breakdown in the order of
 * its causes, macs, fmap and emap bytes read, gradient bytes written, DRAM bytes read, trace vectors, routed pairs, and
 * the bins of the rounds' balance, alone and as run.
 */
export function simulate(numbers: usize, episodes: i32): usize {
  M.setMachine(numbers);
  chunks.cut(M.bandRows, M.bandColumns);
  fmaps.startFmapChunks();
  startEmapRounds();
  startColumns();
  rounds.startRounds();
  readPort = newPort(M.readBytes, M.unlimitedPorts);
  const writePort = newPort(M.writeBytes, M.unlimitedPorts);
  const dram = newDramPort(M.dramMbps, M.clockMhz, M.unlimitedPorts);
  done = newQueue(8);
  fmapLoaded = fmapReadBytes = emapReadBytes = 0;
  prefetcher.startPrefetcher(dram);
  drain.startDrain(writePort, dram);
  for (let episode = 0; episode < episodes && prefetcher.planned.length > 0; episode++) {
    const planned = changetype<Episode>(prefetcher.planned.shift());
    const residency = planned.residency;
    simulateEpisode(episode, planned);
    readPort.drop(max(prefetcher.earliest(), min(fmapLoaded, earliestOfColumns(residency))));
    writePort.drop(fmapLoaded);
    dram.drop(min(prefetcher.freed, fmapLoaded));
    if ((episode & 15) === 15) simulated(episode + 1);
  }
  return results();
}

/** No column asks for anything before this cycle after an episode of this residency. */
function earliestOfColumns(residency: Residency): i64 {
  let earliest = i64.MAX_VALUE;
  for (let i = 0; i < M.columns; i++) {
    const column = columnAt(i);
    const idle = residency.lastKs && residency.kCount(column.team) === 0;
    if (!idle && column.firstSlice < chunks.chunkCount) earliest = min(earliest, column.earliest());
  }
  return earliest;
}

function simulateEpisode(episode: i32, planned: Episode): void {
  const residency = planned.residency;
  const number = planned.number;
  // copied: what is looked at ahead may take the record's place
  const plan = planned.rounds;
  const fmap = planned.fmap;
  const fmapInBuffer = prefetcher.arrival();
  const chunkFree = doneBefore(episode - M.fmapChunkSlots);
  const loadFrom = max(max(fmapLoaded, chunkFree), fmapInBuffer);
  const peCycles = M.unlimitedPorts ? 0 : (fmap.bytesOfPe + M.peFmapBytes - 1) / M.peFmapBytes;
  fmapReadBytes += fmap.bytes;
  const most = <i32>(peCycles === 0 ? fmap.bytes : (fmap.bytes + peCycles - 1) / peCycles);
  fmapLoaded = max(readPort.transfer(loadFrom, fmap.bytes, most), loadFrom + peCycles);
  const last = number === fmaps.episodes - 1;
  prefetcher.take(fmapLoaded);

  columns.setNeeds(doneBefore(episode - 1 - M.slack), chunkFree, fmapInBuffer, fmapLoaded);
  rounds.startEpisode(residency, number, fmap);
  if (number === 0) drain.startReady();
  let slowest = doneBefore(episode - 1);
  for (let round = 0; round < plan.longest; round++) {
    const emapInBuffer = prefetcher.arrival();
    let taken = emapInBuffer;
    for (let i = 0; i < M.columns; i++) {
      if (round >= plan.count(i)) continue;
      const column = columnAt(i);
      const own = plan.round(i, round);
      rounds.count(column, i, own);
      column.fetch(readPort, emapInBuffer, own.bytes);
      const drained = number === 0 ? drain.roomFor(column.team, own.last) : 0;
      column.work(emapInBuffer, drained, rounds.countingCycles, rounds.cycles, rounds.pairs, rounds.emptyPes);
      drain.setReady(column.team, own.first, own.last, column.end);
      taken = max(taken, column.fetched);
      emapReadBytes += own.bytes;
    }
    prefetcher.take(taken);
  }
  for (let i = 0; i < M.columns; i++) slowest = max(slowest, columnAt(i).end);
  store<i64>(done.push(), slowest);
  if (last) drain.send(residency);
}

/** Books what is left to the end of the layer, adds up the columns, and writes the results. */
function results(): usize {
  let finished: i64 = 0;
  for (let i = 0; i < M.columns; i++) finished = max(finished, columnAt(i).end);
  const cycles = max(max<i64>(1, finished), drain.written);
  const to = allocZeros(8 * (3 + causeCount + 7 + 2 * balanceBins));
  const ends = alloc(<u64>done.length * 8);
  for (let i = 0; i < done.length; i++) store<f64>(ends + i * 8, <f64>doneBefore(i));
  store<f64>(to, <f64>cycles);
  store<f64>(to, <f64>done.length, 8);
  store<f64>(to, <f64>ends, 16);
  for (let i = 0; i < M.columns; i++) {
    const column = columnAt(i);
    column.idle(column.booked(columns.busy) > 0 ? columns.betweenColumns : columns.mapping, finished);
    column.idle(columns.fillDrain, cycles);
    for (let cause = 0; cause < causeCount; cause++) {
      const at = to + (3 + cause) * 8;
      store<f64>(at, load<f64>(at) + <f64>column.booked(cause));
    }
  }
  rounds.book();
  const events = to + (3 + causeCount) * 8;
  store<f64>(events, <f64>totals.macs);
  store<f64>(events, <f64>fmapReadBytes, 8);
  store<f64>(events, <f64>emapReadBytes, 16);
  store<f64>(events, <f64>drain.writtenBytes, 24);
  store<f64>(events, <f64>prefetcher.readBytes, 32);
  store<f64>(events, <f64>totals.traceVectors, 40);
  store<f64>(events, <f64>totals.routedPairs, 48);
  for (let i = 0; i < 2 * balanceBins; i++) store<f64>(events + (7 + i) * 8, <f64>totals.inBin(i));
  return to;
}
