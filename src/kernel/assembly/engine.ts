import * as agenda from "./agenda";
import { alloc, mark, newQueue, Queue, release } from "./arena";
import { fmapReadBytes, loadChunks, startChunkLoads } from "./chunk-loads";
import { startChunkTimes } from "./chunk-times";
import * as chunks from "./chunks";
import { columnAt, peCount, startColumns } from "./columns";
import {
  askAgain,
  clearRoomForLists,
  nextRelease,
  releaseLists,
  roomForLists,
  startDoneLists,
} from "./done-lists";
import { doneSlices, startDoneSlices } from "./done-slices";
import { startDrain, writtenBytes, writtenCycle } from "./drain";
import { drainedCouples, drainSums, earliest, finishAll, startDrainedSums, unsent } from "./drained-sums";
import { forgetEpisodes, startEpisodes } from "./episodes";
import { startGroups } from "./groups";
import { startItems } from "./items";
import { chooseJobs, routedPairs, routedVisits, startChoice } from "./job-choice";
import {
  causeCount,
  layer,
  machine,
  mapping,
  ResultsBreakdown,
  ResultsEpisodeEnds,
  results,
  run,
} from "./layout";
import { listItem, startLists, writeCounts } from "./lists";
import * as maps from "./maps";
import { chooseNow, choosers, choosersLater, startOffers } from "./offers";
import { newPort } from "./port";
import { arrivedAtOnce, clearArrivedAtOnce, readBytes, startPrefetcher } from "./prefetcher";
import { startResidencies } from "./residency";
import { activated, clearEpisodeLeft, endJob, episodeLeft, startTraces, unfinished } from "./traces";
import * as valid from "./valid-pairs";
import { booked, endOf, finishWaits, startWaits } from "./waits";

/**
 * What the host calls: a layer is written once; then nonzeros are counted, and mappings of it simulated. What these work on
 * and what they find out stands in the records of layout.ts.
 */

export { alloc } from "./arena";
export { countChannelLoads } from "./channel-loads";
export { countChunkValues } from "./channel-values";
export { countChannels } from "./counts";
export { layoutNumber, placeOf } from "./layout";
export { packEmap, packFmap, packMask } from "./maps";

/** memory that a layer takes ends here */
let ofLayer: usize = 0;

/** Makes room for a layer and forgets the one before; rows are packed next. */
export function startLayer(): void {
  release(__heap_base);
  maps.startMaps();
  ofLayer = mark();
}

/** Forgets all but the layer. */
export function forget(): void {
  release(ofLayer);
}

/** Pairs of the whole layer: with a mask those that it wants, found chunk by chunk. */
export function validPairs(): f64 {
  release(ofLayer);
  if (!layer.masked) return valid.allPairs();
  // a row of a chunk and what its taps reach fit one word
  const columns = layer.flat ? 512 : min(layer.Q, max(1, 64 - (layer.S - 1) * layer.dilationX));
  chunks.cut(max(1, 512 / columns), columns);
  return valid.maskedPairs();
}

/** Tells the host how many episodes are done. */
declare function simulated(episodes: i32): void;

/** [episode] the cycle at which every column was done with it */
let ends: Queue = changetype<Queue>(0);

let late: bool = false;

/** Whether something may have come from DRAM. */
let look: bool = false;

/** Prepares to simulate the layer, or its first episodes, under the machine and the mapping that the host wrote. */
export function startSimulation(): void {
  const readPort = newPort(machine.globalBufferReadBytes, 1, machine.unlimitedPorts);
  const writePort = newPort(machine.globalBufferWriteBytes, 1, machine.unlimitedPorts);
  const dram = newPort(machine.dramMbps, machine.clockMhz, machine.unlimitedPorts);
  ends = newQueue(8);
  late = false;
  startGroups();
  startResidencies();
  startItems();
  startEpisodes();
  startColumns();
  agenda.startAgenda();
  startWaits();
  startOffers(peCount);
  startChoice();
  startDoneLists();
  startDoneSlices(mapping.teams * mapping.channelSlices);
  startChunkTimes();
  startDrain(writePort, dram);
  startDrainedSums(readPort);
  startPrefetcher(dram);
  startTraces();
  startChunkLoads(readPort);
  startLists(readPort);
  look = true;
}

/** Simulates the next cycles in which something happens, `most` of them; false, and `Results` written, when all is done. */
export function simulate(most: i32): bool {
  for (let i = 0; i < most; i++) {
    if (unfinished + unsent > 0) step();
    if (unfinished + unsent === 0 || !agenda.advance(latest())) {
      writeResults();
      return false;
    }
    chooseNow();
    look = agenda.woken;
  }
  return true;
}

/** The last cycle to go on to: something happens in it that is not in the agenda. */
function latest(): i64 {
  if (choosersLater > 0 || roomForLists) return agenda.now + 1;
  return min(earliest, nextRelease);
}

/** Whether an episode ended later than in the cycle that `run.latestEnds` has for it. */
export function tooLate(): bool {
  return late;
}

/** All that happens at the start of the cycle that the agenda has come to. */
function step(): void {
  if (earliest <= agenda.now) drainSums();
  for (let node = agenda.takeAll(); node !== null; ) {
    const behind: agenda.Node | null = node.behind;
    endJob(node);
    node = behind;
  }
  if (episodeLeft) endEpisodes();
  if (doneSlices > 0) finishAll();
  if (nextRelease <= agenda.now) releaseLists();
  if (look || arrivedAtOnce) loadChunks();
  if (look || arrivedAtOnce || roomForLists) listColumns();
  if (choosers > 0) chooseJobs();
}

/** Asks for lists, in the order of columns. What arrives at once is there for the columns behind. */
function listColumns(): void {
  let all = look || arrivedAtOnce;
  clearArrivedAtOnce();
  clearRoomForLists();
  for (let i = 0; i < machine.columns; i++) {
    const column = columnAt(i);
    if (!column.changed && (column.full || !all)) continue;
    column.changed = false;
    if (listItem(column)) askAgain(column);
    all = all || arrivedAtOnce;
  }
}

/** Notes which episodes every column is done with. */
function endEpisodes(): void {
  clearEpisodeLeft();
  let slowest = run.total;
  for (let i = 0; i < machine.columns; i++) slowest = min(slowest, columnAt(i).episode);
  const before = ends.length;
  for (let i = before; i < min(slowest, run.ends); i++) late = late || <f64>agenda.now > run.latestEndsAt(i);
  while (ends.length < slowest) store<f64>(ends.push(), <f64>agenda.now);
  forgetEpisodes(slowest);
  if (ends.length >> 4 > before >> 4) simulated(ends.length);
}

/** Accounts for what is left to the end of the layer, and writes the results. */
function writeResults(): void {
  let finished: i64 = 0;
  for (let i = 0; i < machine.columns; i++) finished = max(finished, endOf(i));
  // the last lists may have nothing to do, and are passed later than the last job ends
  const cycles = max(max<i64>(1, agenda.now), writtenCycle());
  finishWaits(finished, cycles);
  writeCounts();
  results.cycles = <f64>cycles;
  results.episodes = ends.length;
  results.episodeEnds = alloc(<u64>ends.length * sizeof<ResultsEpisodeEnds>());
  for (let i = 0; i < ends.length; i++) results.setEpisodeEndsAt(i, load<f64>(ends.at(i)));
  results.breakdown = alloc(<u64>causeCount * sizeof<ResultsBreakdown>());
  for (let cause = 0; cause < causeCount; cause++) results.setBreakdownAt(cause, <f64>booked(cause));
  results.routedPairs = <f64>routedPairs();
  results.routedVisits = <f64>routedVisits();
  results.rowWords = <f64>activated;
  results.fmapReadBytes = <f64>fmapReadBytes();
  results.dramReadBytes = <f64>readBytes();
  results.gradientWriteBytes = <f64>writtenBytes();
  results.drainedCouples = <f64>drainedCouples;
}
