import { alloc } from "./arena";
import { chunkAt, chunkCount } from "./chunks";
import { Column, RoundWork } from "./column";
import { Round, sumsOf, vectorsOf } from "./emap-rounds";
import * as fmaps from "./fmap-chunks";
import { FmapEpisode, room, single } from "./fmap-chunks";
import { layer, machine, mapping } from "./layout";
import * as maps from "./maps";
import { Residency } from "./residency";
import { binOf, bookRounds, startTotals } from "./round-totals";
import { ceilDivide } from "./sizes";
import { pairsOf, planesFor, productOf, wordsOf } from "./vectors";

/**
 * Counts the pairs of rounds. A PE's count is the sum of ones(emap of k AND fmap of (c, tap)) over the round's k's
 * and the PE's channels and taps.
 */

let firstTap: i32 = 0;
let lastTap: i32 = 0;
/** [PE] pairs, vectors */
let pairsOfPes: usize = 0;
let vectorsOfPes: usize = 0;

/** What a column's PEs hold of the fmap. */
@unmanaged
class Held {
  /** vectors of all and of the fullest; -1: not yet known */
  vectors: i32;
  mostVectors: i32;
  /** PEs without any */
  emptyPes: i32;
  /** a dense round: its k's, how often it came since it was last booked, and what it costs */
  ks: i32;
  times: i32;
  pairs: i64;
  routed: i64;
  cycles: i64;
  counting: i64;
  bin: i32;
  binAlone: i32;
}

/** Ones of the fmaps of a cluster's PEs. */
@unmanaged
class ClusterOnes {
  sum: i32;
  most: i32;
}

/** [place in team][domain] what is held, and its clusters */
let held: usize = 0;
let heldBytes: i32 = 0;

/** The round counted last, its vectors, and the pairs of the PE that has most. */
const work: RoundWork = changetype<RoundWork>(memory.data(32));
let vectors: i64 = 0;
let heaviest: i64 = 0;

/** The episode at hand. */
let residency: Residency = changetype<Residency>(0);
let episode: i32 = 0;
let fmap: FmapEpisode = changetype<FmapEpisode>(0);

export function startRounds(): void {
  pairsOfPes = alloc(<u64>machine.rows * 8);
  vectorsOfPes = alloc(<u64>machine.rows * 8);
  startTotals();
  heldBytes = offsetof<Held>() + ceilDivide(machine.rows, machine.clusterSize) * offsetof<ClusterOnes>();
  held = alloc(<u64>heldCount() * heldBytes);
  forgetHeld();
}

export function startEpisode(ofResidency: Residency, number: i32, ofEpisode: FmapEpisode): void {
  residency = ofResidency;
  episode = number;
  fmap = ofEpisode;
  firstTap = residency.r0 * layer.S;
  lastTap = residency.r1 * layer.S;
  book();
  forgetHeld();
}

function heldCount(): i32 {
  return mapping.teamColumns * mapping.domains;
}

function heldAt(i: i32): Held {
  return changetype<Held>(held + i * heldBytes);
}

function forgetHeld(): void {
  for (let i = 0; i < heldCount(); i++) {
    heldAt(i).vectors = -1;
    heldAt(i).ks = 0;
    heldAt(i).times = 0;
  }
}

/** Books the dense rounds that were counted. */
export function book(): void {
  for (let i = 0; i < heldCount(); i++) bookDense(heldAt(i));
}

function bookDense(own: Held): void {
  if (own.times === 0) return;
  bookRounds(own.times, own.pairs, <i64>own.ks * own.vectors, own.routed, own.bin, own.binAlone);
  own.times = 0;
}

/** Counts a round of a column in this episode; what it returns holds until the next one. */
export function count(column: Column, at: i32, round: Round): RoundWork {
  if (single()) {
    countSingle(column, at, round);
    bookWork();
    return work;
  }
  const own = heldBy(column);
  const ks = round.last - round.first;
  work.emptyPes = own.emptyPes;
  if (round.dense) {
    if (ks !== own.ks) countDense(own, ks, column);
    own.times++;
    work.pairs = own.pairs;
    work.cycles = own.cycles;
    work.countingCycles = own.counting;
    return work;
  }
  vectors = <i64>ks * own.vectors;
  setCounting(<i64>ks * own.mostVectors);
  countSums(column, at, round);
  bookWork();
  return work;
}

/** Books the round counted last, once. */
function bookWork(): void {
  bookRounds(
    1,
    work.pairs,
    vectors,
    routedOfPes(),
    binOf(work.cycles, work.pairs),
    binOf(heaviest, work.pairs),
  );
}

function setCounting(mostVectors: i64): void {
  const traced = machine.skipFmap || machine.skipEmap;
  work.countingCycles = traced
    ? <i64>(<u32>(mostVectors + machine.vectorTaps - 1) / <u32>machine.vectorTaps)
    : 0;
}

/** Position slices of a column that have positions; without any it has no rounds. */
function slicesOf(column: Column): i32 {
  return min(mapping.positionSlices, chunkCount() - episode * mapping.slices - column.firstSlice);
}

/** The fmap of a position slice of a column: where it stands among those of its team. */
function sliceOf(column: Column, slice: i32): i32 {
  return (
    (column.firstSlice + slice) * mapping.domains * mapping.channelSlices +
    column.domain * mapping.channelSlices
  );
}

function heldBy(column: Column): Held {
  const own = changetype<Held>(held + (column.placeInTeam * mapping.domains + column.domain) * heldBytes);
  if (own.vectors < 0) countHeld(own, column);
  return own;
}

function countHeld(own: Held, column: Column): void {
  const clusters = changetype<usize>(own) + offsetof<Held>();
  memory.fill(changetype<usize>(own), 0, heldBytes);
  const slices = slicesOf(column);
  const first = column.domain * mapping.channelSlices;
  let most = 0;
  let filled = 0;
  for (let i = 0; i < mapping.channelSlices; i++) {
    const channels = residency.channelCount(first + i);
    most = max(most, channels);
    if (channels > 0) filled++;
  }
  const channels = residency.firstChannel(first + mapping.channelSlices) - residency.firstChannel(first);
  own.vectors = (lastTap - firstTap) * channels * slices;
  own.mostVectors = (lastTap - firstTap) * most;
  own.emptyPes = machine.rows - filled * slices;
  for (let slice = 0, pe = 0; slice < slices; slice++) {
    let ones = fmap.ones + sliceOf(column, slice) * 4;
    for (let i = 0; i < mapping.channelSlices; i++, pe++, ones += 4) {
      const cluster = changetype<ClusterOnes>(
        clusters + (pe / machine.clusterSize) * offsetof<ClusterOnes>(),
      );
      cluster.sum += load<i32>(ones);
      cluster.most = max(cluster.most, load<i32>(ones));
    }
  }
}

/** Every emap value is there: a PE's pairs are the ones of its fmap, once for each k. */
function countDense(own: Held, ks: i32, column: Column): void {
  bookDense(own);
  let clusters = changetype<usize>(own) + offsetof<Held>();
  work.pairs = heaviest = 0;
  work.cycles = 1;
  for (
    let first = 0;
    first < machine.rows;
    first += machine.clusterSize, clusters += offsetof<ClusterOnes>()
  ) {
    const cluster = changetype<ClusterOnes>(clusters);
    addCluster(<i64>ks * cluster.sum, <i64>ks * cluster.most, min(machine.clusterSize, machine.rows - first));
  }
  setCounting(<i64>ks * own.mostVectors);
  own.ks = ks;
  own.pairs = work.pairs;
  own.cycles = work.cycles;
  own.counting = work.countingCycles;
  own.routed = machine.intraColumn ? routedOfOnes(ks, column) : 0;
  own.bin = binOf(work.cycles, work.pairs);
  own.binAlone = binOf(heaviest, work.pairs);
}

/** What the PEs of a dense round cannot finish alone. */
function routedOfOnes(ks: i32, column: Column): i64 {
  let routed: i64 = 0;
  const slices = slicesOf(column);
  for (let slice = 0; slice < slices; slice++) {
    const ones = fmap.ones + sliceOf(column, slice) * 4;
    for (let i = 0; i < mapping.channelSlices; i++)
      routed += max<i64>(0, <i64>ks * load<i32>(ones + i * 4) - work.cycles);
  }
  return routed;
}

/** The same of a round whose PEs were counted one by one. */
function routedOfPes(): i64 {
  let routed: i64 = 0;
  if (!machine.intraColumn) return routed;
  for (let pe = pairsOfPes, end = pairsOfPes + machine.rows * 8; pe < end; pe += 8)
    routed += max<i64>(0, load<i64>(pe) - work.cycles);
  return routed;
}

/** Sums of the round's k's with those of the fmaps. */
function countSums(column: Column, at: i32, round: Round): void {
  const slices = slicesOf(column);
  if (slices < mapping.positionSlices) memory.fill(pairsOfPes, 0, machine.rows * 8);
  let emaps = sumsOf(round, residency, episode, at);
  for (let slice = 0; slice < slices; slice++) {
    const words = wordsOf(chunkAt(episode * mapping.slices + column.firstSlice + slice));
    emaps = countSlice(column, words, slice, round.last - round.first, emaps);
  }
  addUp();
}

/** Counts one position slice; returns where the emap sums of the next one begin. */
function countSlice(column: Column, words: i32, slice: i32, ks: i32, emaps: usize): usize {
  const emapPlanes = planesFor(ks);
  const planes = fmaps.planes();
  const sliceBytes = fmaps.sliceBytes();
  let bits = fmaps.bitsOf(fmap, residency, episode) + <usize>sliceOf(column, slice) * sliceBytes;
  let to = pairsOfPes + slice * mapping.channelSlices * 8;
  const end = to + mapping.channelSlices * 8;
  if (words === 1 && emapPlanes === 2) {
    const low = load<u64>(emaps);
    const high = load<u64>(emaps, 8);
    for (; to < end; to += 8, bits += sliceBytes) {
      let product: i64 = 0;
      for (let at = bits + planes * 8 - 8; at >= bits; at -= 8) {
        const plane = load<u64>(at);
        product = 2 * (product + popcnt<u64>(high & plane)) + popcnt<u64>(low & plane);
      }
      store<i64>(to, product);
    }
  } else
    for (; to < end; to += 8, bits += sliceBytes)
      store<i64>(to, productOf(emaps, emapPlanes, bits, planes, words));
  return emaps + words * emapPlanes * 8;
}

/** Vector by vector, those that the mask wants. */
function countSingle(column: Column, at: i32, round: Round): void {
  memory.fill(pairsOfPes, 0, machine.rows * 8);
  memory.fill(vectorsOfPes, 0, machine.rows * 8);
  const slices = slicesOf(column);
  let emaps = vectorsOf(round, residency, episode, at);
  for (let slice = 0; slice < slices; slice++) {
    countSingleSlice(column, slice, round, emaps);
    emaps += (round.last - round.first) * room() * 8;
  }
  let mostVectors: i64 = 0;
  vectors = 0;
  work.emptyPes = 0;
  for (let pe = 0; pe < machine.rows; pe++) {
    const ofPe = load<i64>(vectorsOfPes + pe * 8);
    vectors += ofPe;
    mostVectors = max(mostVectors, ofPe);
    if (ofPe === 0) work.emptyPes++;
  }
  setCounting(mostVectors);
  addUp();
}

function countSingleSlice(column: Column, slice: i32, round: Round, emaps: usize): void {
  const words = wordsOf(chunkAt(episode * mapping.slices + column.firstSlice + slice));
  const bits = fmaps.bitsOf(fmap, residency, episode) + <usize>sliceOf(column, slice) * fmaps.sliceBytes();
  const firstChannels = column.domain * mapping.channelSlices;
  for (let place = round.first; place < round.last; place++, emaps += room() * 8) {
    const k = residency.k(column.team, place);
    for (let i = 0; i < mapping.channelSlices; i++) {
      const pe = slice * mapping.channelSlices + i;
      countPe(pe, k, emaps, words, firstChannels + i, bits + i * fmaps.sliceBytes());
    }
  }
}

/** Counts a k in a PE, whose channels are those of channel slice `channels`, and their vectors at `bits`. */
function countPe(pe: i32, k: i32, emap: usize, words: i32, channels: i32, bits: usize): void {
  const tapBytes = room() * 8;
  const end = residency.firstChannel(channels + 1);
  let pairs: i64 = 0;
  let wanted: i64 = 0;
  bits -= firstTap * tapBytes;
  for (let word = firstTap >> 6; word << 6 < lastTap; word++) {
    const inWord = maps.tapsInWord(word, firstTap, lastTap);
    let first = bits + (word << 6) * tapBytes;
    for (let at = residency.firstChannel(channels); at < end; at++) {
      const taps = inWord & maps.wantedWord(k, maps.inGroup(residency.channel(at)), word);
      wanted += popcnt<u64>(taps);
      pairs += pairsOfTaps(emap, words, first, tapBytes, taps);
      first += (lastTap - firstTap) * tapBytes;
    }
  }
  store<i64>(pairsOfPes + pe * 8, load<i64>(pairsOfPes + pe * 8) + pairs);
  store<i64>(vectorsOfPes + pe * 8, load<i64>(vectorsOfPes + pe * 8) + wanted);
}

/** Pairs of an emap vector with those of some of 64 taps, whose vectors begin at `first`, `tapBytes` from one to the next. */
function pairsOfTaps(emap: usize, words: i32, first: usize, tapBytes: i32, taps: u64): i64 {
  let pairs: i64 = 0;
  if (words === 1) {
    const own = load<u64>(emap);
    for (; taps !== 0; taps &= taps - 1)
      pairs += popcnt<u64>(own & load<u64>(first + <i32>ctz<u64>(taps) * tapBytes));
  } else
    for (; taps !== 0; taps &= taps - 1)
      pairs += pairsOf(emap, first + <i32>ctz<u64>(taps) * tapBytes, words);
  return pairs;
}

/** The pairs of the round, and the cycles that they take. */
function addUp(): void {
  work.pairs = heaviest = 0;
  work.cycles = 1;
  for (let first = 0; first < machine.rows; first += machine.clusterSize) {
    const last = min(machine.rows, first + machine.clusterSize);
    let sum: i64 = 0;
    let most: i64 = 0;
    for (let pe = first; pe < last; pe++) {
      const ofPe = load<i64>(pairsOfPes + pe * 8);
      sum += ofPe;
      most = max(most, ofPe);
    }
    addCluster(sum, most, last - first);
  }
}

/** With help, a cluster's MACs share its pairs, and a PE's trace hands out two a cycle at most. */
function addCluster(sum: i64, most: i64, pes: i32): void {
  work.pairs += sum;
  heaviest = max(heaviest, most);
  const mean = <i64>(<u32>(sum + pes - 1) / <u32>pes);
  work.cycles = max(work.cycles, machine.intraColumn ? max(mean, (most + 1) >> 1) : most);
}
