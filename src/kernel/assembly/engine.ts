import { alloc, allocZeros, mark, newQueue, Queue, release } from "./arena";
import * as chunks from "./chunks";
import { columnAt, EpisodeNeeds, startColumns } from "./column";
import * as counts from "./counts";
import * as drain from "./drain";
import { newDramPort } from "./dram-port";
import { startEmapRounds } from "./emap-rounds";
import * as fmaps from "./fmap-chunks";
import {
  Cause,
  causeCount,
  chunkQuestion,
  layer,
  machine,
  mapping,
  ResultsBreakdown,
  ResultsEpisodeEnds,
  results,
  run,
} from "./layout";
import * as maps from "./maps";
import { newPort, Port } from "./port";
import * as prefetcher from "./prefetcher";
import { Episode } from "./prefetcher";
import { Residency } from "./residency";
import * as totals from "./round-totals";
import * as rounds from "./rounds";
import * as segments from "./segments";
import { ceilDivide } from "./sizes";
import * as valid from "./valid-pairs";

/**
 * What the host calls: a layer is written once; then nonzeros are counted, and mappings of it simulated. What these work on
 * and what they find out stands in the records of layout.ts.
 */

export { alloc } from "./arena";
export { layoutNumber, placeOf } from "./layout";
export { packEmap, packFmap, packMask } from "./maps";

/** memory that a layer takes ends here */
let ofLayer: usize = 0;

/** Makes room for a layer and forgets the one before; rows are packed next. */
export function startLayer(): void {
  release(__heap_base);
  maps.startMaps();
  counts.startCounts();
  ofLayer = mark();
}

/** Forgets all but the layer. */
export function forget(): void {
  release(ofLayer);
}

/** `ChannelNonzeros` */
export function countChannels(): void {
  counts.markFullEmaps();
  counts.countChannels();
}

/** Whether no chunk of this shape in a sample of the layer holds more than `most` values of an emap channel. */
export function emapFits(): bool {
  const at = mark();
  chunks.cut(chunkQuestion.bandRows, chunkQuestion.bandColumns);
  const fits = counts.emapFits(chunkQuestion.most, chunkQuestion.images, chunkQuestion.columns);
  release(at);
  return fits;
}

/** Chunks beside each other. */
function cutsOfWidth(): i32 {
  return ceilDivide(layer.Q, chunkQuestion.bandColumns);
}

/** Counts nonzeros of rows of the first images for chunks of this width; kept until `forget`. */
export function countWidth(): usize {
  chunks.cut(1, chunkQuestion.bandColumns);
  return segments.makeSegments(cutsOfWidth(), chunkQuestion.images);
}

/** `FullestChunks` of chunks of this shape, from the counts for its width. */
export function findFullestOfWidth(): void {
  const at = mark();
  chunks.cut(chunkQuestion.bandRows, chunkQuestion.bandColumns);
  segments.findFullestOfSegments(
    chunkQuestion.width,
    cutsOfWidth(),
    chunkQuestion.images,
    chunkQuestion.kernelRows,
  );
  release(at);
}

/** The same of a layer that is a single row, for chunks that begin before column `columns`. */
export function findFullestOfRuns(): void {
  const at = mark();
  chunks.cut(1, chunkQuestion.bandColumns);
  segments.findFullestOfRuns(chunkQuestion.columns);
  release(at);
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
/** of the episode at hand */
const needs: EpisodeNeeds = changetype<EpisodeNeeds>(memory.data(32));
let fmapLoaded: i64 = 0;
let fmapReadBytes: i64 = 0;
let emapReadBytes: i64 = 0;

function doneBefore(episode: i32): i64 {
  return episode < 0 ? 0 : load<i64>(done.at(episode));
}

/** Simulates the layer, or its first episodes, under the machine and the mapping that the host wrote: `Results`. */
export function simulate(): void {
  chunks.cut(mapping.bandRows, mapping.bandColumns);
  fmaps.startFmapChunks();
  startEmapRounds();
  startColumns();
  rounds.startRounds();
  readPort = newPort(machine.globalBufferReadBytes, machine.unlimitedPorts);
  const writePort = newPort(machine.globalBufferWriteBytes, machine.unlimitedPorts);
  const dram = newDramPort(machine.dramMbps, machine.clockMhz, machine.unlimitedPorts);
  done = newQueue(8);
  fmapLoaded = fmapReadBytes = emapReadBytes = 0;
  prefetcher.startPrefetcher(dram);
  drain.startDrain(writePort, dram);
  for (let episode = 0; episode < run.episodes && prefetcher.hasNext(); episode++) {
    const planned = prefetcher.next();
    const residency = planned.residency;
    simulateEpisode(episode, planned);
    readPort.drop(max(prefetcher.earliest(), min(fmapLoaded, earliestOfColumns(residency))));
    writePort.drop(fmapLoaded);
    dram.drop(min(prefetcher.freedCycle(), fmapLoaded));
    if ((episode & 15) === 15) simulated(episode + 1);
  }
  writeResults();
}

/** No column asks for anything before this cycle after an episode of this residency. */
function earliestOfColumns(residency: Residency): i64 {
  let earliest = i64.MAX_VALUE;
  for (let i = 0; i < machine.columns; i++) {
    const column = columnAt(i);
    const idle = residency.lastKs && residency.kCount(column.team) === 0;
    if (!idle && column.firstSlice < chunks.chunkCount()) earliest = min(earliest, column.earliest());
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
  const chunkFree = doneBefore(episode - machine.fmapChunkSlots);
  const loadFrom = max(max(fmapLoaded, chunkFree), fmapInBuffer);
  const peCycles = machine.unlimitedPorts
    ? 0
    : (fmap.bytesOfPe + machine.peFmapBytes - 1) / machine.peFmapBytes;
  fmapReadBytes += fmap.bytes;
  const most = <i32>(peCycles === 0 ? fmap.bytes : (fmap.bytes + peCycles - 1) / peCycles);
  fmapLoaded = max(readPort.transfer(loadFrom, fmap.bytes, most), loadFrom + peCycles);
  const last = number === fmaps.episodes() - 1;
  prefetcher.take(fmapLoaded);

  needs.slackCycle = doneBefore(episode - 1 - machine.slack);
  needs.chunkFreeCycle = chunkFree;
  needs.fmapInBufferCycle = fmapInBuffer;
  needs.fmapLoadedCycle = fmapLoaded;
  rounds.startEpisode(residency, number, fmap);
  if (number === 0) drain.startReady();
  let slowest = doneBefore(episode - 1);
  for (let round = 0; round < plan.longest; round++) {
    const emapInBuffer = prefetcher.arrival();
    let taken = emapInBuffer;
    for (let i = 0; i < machine.columns; i++) {
      if (round >= plan.count(i)) continue;
      const column = columnAt(i);
      const own = plan.round(i, round);
      const work = rounds.count(column, i, own);
      column.fetch(readPort, emapInBuffer, own.bytes);
      const drained = number === 0 ? drain.roomFor(column.team, own.last) : 0;
      column.work(needs, emapInBuffer, drained, work);
      drain.setReady(column.team, own.first, own.last, column.end);
      taken = max(taken, column.fetched);
      emapReadBytes += own.bytes;
    }
    prefetcher.take(taken);
  }
  for (let i = 0; i < machine.columns; i++) slowest = max(slowest, columnAt(i).end);
  store<i64>(done.push(), slowest);
  if (last) drain.send(residency);
}

/** Books what is left to the end of the layer, adds up the columns, and writes the results. */
function writeResults(): void {
  let finished: i64 = 0;
  for (let i = 0; i < machine.columns; i++) finished = max(finished, columnAt(i).end);
  const cycles = max(max<i64>(1, finished), drain.writtenCycle());
  results.cycles = <f64>cycles;
  results.episodes = done.length;
  results.episodeEnds = alloc(<u64>done.length * sizeof<ResultsEpisodeEnds>());
  for (let i = 0; i < done.length; i++) results.setEpisodeEndsAt(i, <f64>doneBefore(i));
  results.breakdown = allocZeros(<u64>causeCount * sizeof<ResultsBreakdown>());
  for (let i = 0; i < machine.columns; i++) {
    const column = columnAt(i);
    column.idle(column.booked(Cause.busy) > 0 ? Cause.betweenColumns : Cause.mapping, finished);
    column.idle(Cause.fillDrain, cycles);
    for (let cause = 0; cause < causeCount; cause++)
      results.setBreakdownAt(cause, results.breakdownAt(cause) + <f64>column.booked(cause));
  }
  rounds.book();
  totals.writeTotals();
  results.fmapReadBytes = <f64>fmapReadBytes;
  results.emapReadBytes = <f64>emapReadBytes;
  results.gradientWriteBytes = <f64>drain.writtenBytes();
  results.dramReadBytes = <f64>prefetcher.readBytes();
}
