import { alloc, allocZeros } from "./arena";
import { chunkAt, chunkCount } from "./chunks";
import { Column } from "./column";
import { Round, sumsOf, vectorsOf } from "./emap-rounds";
import * as fmaps from "./fmap-chunks";
import { FmapEpisode, room, single } from "./fmap-chunks";
import * as L from "./layer";
import * as M from "./machine";
import { Residency } from "./residency";
import { pairsOf, planesFor, productOf, wordsOf } from "./vectors";

/**
 * Counts the pairs of rounds. A PE's count is the sum of ones(emap of k AND fmap of (c, tap)) over the round's k's
 * and the PE's channels and taps.
 */

let firstTap: i32 = 0;
let lastTap: i32 = 0;
/** [PE] pairs, vectors */
let pairs: usize = 0;
let vectors: usize = 0;
/** What a column's PEs hold of the fmap: vectors of all and of the fullest; PEs without any; -1: not yet known. */
@unmanaged
class Held {
  vectors: i32;
  mostVectors: i32;
  emptyPes: i32;
  /** what a dense round of so many k's costs, as last worked out */
  ks: i32;
  pairs: i64;
  routed: i64;
  cycles: i64;
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

/** What the last round cost. */
export let totalPairs: i64 = 0;
export let totalVectors: i64 = 0;
export let emptyPes: i32 = 0;
export let countingCycles: i64 = 0;
export let cycles: i64 = 0;
export let routedPairs: i64 = 0;
/** pairs of the PE that has most, and the bins of its balance */
let heaviestPe: i64 = 0;
let bin: i32 = 0;
let binAlone: i32 = 0;

/** Bins of events.ts: [bin] valid pairs as if every PE were alone, then as run. */
export const balanceBins: i32 = 16;
const binsOfOne: i64 = 8;
let bins: usize = 0;

export function inBin(i: i32): i64 {
  return load<i64>(bins + i * 8);
}

/** The episode at hand. */
let residency: Residency = changetype<Residency>(0);
let episode: i32 = 0;
let fmap: FmapEpisode = changetype<FmapEpisode>(0);

export function startRounds(): void {
  pairs = alloc(M.rows * 8);
  vectors = alloc(M.rows * 8);
  bins = allocZeros(2 * balanceBins * 8);
  heldBytes = offsetof<Held>() + M.ceilDivide(M.rows, M.clusterSize) * offsetof<ClusterOnes>();
  held = alloc(M.teamColumns * M.domains * heldBytes);
}

export function startEpisode(ofResidency: Residency, number: i32, ofEpisode: FmapEpisode): void {
  residency = ofResidency;
  episode = number;
  fmap = ofEpisode;
  firstTap = residency.r0 * L.S;
  lastTap = residency.r1 * L.S;
  memory.fill(held, 0xff, M.teamColumns * M.domains * heldBytes);
}

/** Counts a round of a column in this episode. */
export function count(column: Column, at: i32, round: Round): void {
  if (single) countSingle(column, at, round);
  else {
    const own = heldBy(column);
    const ks = round.last - round.first;
    totalVectors = <i64>ks * own.vectors;
    emptyPes = own.emptyPes;
    setCounting(<i64>ks * own.mostVectors);
    if (round.dense) addUpDense(own, ks, column);
    else countSums(column, at, round);
  }
  book(binAlone);
  book(balanceBins + bin);
}

function book(i: i32): void {
  store<i64>(bins + i * 8, load<i64>(bins + i * 8) + totalPairs);
}

function setBins(): void {
  binAlone = binOf(heaviestPe);
  bin = binOf(cycles);
}

/** Where a round of so many cycles belongs. */
function binOf(ofCycles: i64): i32 {
  if (totalPairs === 0) return 0;
  return <i32>(
    min<u64>(balanceBins - 1, <u64>(binsOfOne * (ofCycles * M.rows - totalPairs)) / <u64>totalPairs)
  );
}

function setCounting(mostVectors: i64): void {
  const traced = M.skipFmap || M.skipEmap;
  countingCycles = traced ? <i64>(<u32>(mostVectors + M.traceTaps - 1) / <u32>M.traceTaps) : 0;
}

/** Position slices of a column that have positions. */
function slicesOf(column: Column): i32 {
  return max(0, min(M.positionSlices, chunkCount - episode * M.slices - column.firstSlice));
}

/** The fmap of a position slice of a column: where it stands among those of its team. */
function sliceOf(column: Column, slice: i32): i32 {
  return (column.firstSlice + slice) * M.domains * M.channelSlices + column.domain * M.channelSlices;
}

function heldBy(column: Column): Held {
  const own = changetype<Held>(held + (column.placeInTeam * M.domains + column.domain) * heldBytes);
  if (own.vectors < 0) countHeld(own, column);
  return own;
}

function countHeld(own: Held, column: Column): void {
  const clusters = changetype<usize>(own) + offsetof<Held>();
  memory.fill(changetype<usize>(own), 0, heldBytes);
  const slices = slicesOf(column);
  const first = column.domain * M.channelSlices;
  let most = 0;
  let filled = 0;
  for (let i = 0; i < M.channelSlices; i++) {
    const channels = residency.channelCount(first + i);
    most = max(most, channels);
    if (channels > 0) filled++;
  }
  const channels = residency.firstChannel(first + M.channelSlices) - residency.firstChannel(first);
  own.vectors = (lastTap - firstTap) * channels * slices;
  own.mostVectors = slices > 0 ? (lastTap - firstTap) * most : 0;
  own.emptyPes = M.rows - filled * slices;
  for (let slice = 0, pe = 0; slice < slices; slice++) {
    let ones = fmap.ones + sliceOf(column, slice) * 4;
    for (let i = 0; i < M.channelSlices; i++, pe++, ones += 4) {
      const cluster = changetype<ClusterOnes>(clusters + (pe / M.clusterSize) * offsetof<ClusterOnes>());
      cluster.sum += load<i32>(ones);
      cluster.most = max(cluster.most, load<i32>(ones));
    }
  }
}

/** Every emap value is there: a PE's pairs are the ones of its fmap, once for each k. */
function addUpDense(own: Held, ks: i32, column: Column): void {
  if (ks === own.ks) {
    totalPairs = own.pairs;
    cycles = own.cycles;
    routedPairs = own.routed;
    bin = own.bin;
    binAlone = own.binAlone;
    return;
  }
  let clusters = changetype<usize>(own) + offsetof<Held>();
  totalPairs = cycles = heaviestPe = 0;
  for (let first = 0; first < M.rows; first += M.clusterSize, clusters += offsetof<ClusterOnes>()) {
    const cluster = changetype<ClusterOnes>(clusters);
    addCluster(<i64>ks * cluster.sum, <i64>ks * cluster.most, min(M.clusterSize, M.rows - first));
  }
  setBins();
  own.ks = ks;
  own.pairs = totalPairs;
  own.cycles = cycles;
  own.routed = routedPairs = M.intraColumn ? routedOfOnes(ks, column) : 0;
  own.bin = bin;
  own.binAlone = binAlone;
}

/** What the PEs cannot finish alone. */
function routedOfOnes(ks: i32, column: Column): i64 {
  let routed: i64 = 0;
  const slices = slicesOf(column);
  for (let slice = 0; slice < slices; slice++) {
    const ones = fmap.ones + sliceOf(column, slice) * 4;
    for (let i = 0; i < M.channelSlices; i++)
      routed += max<i64>(0, <i64>ks * load<i32>(ones + i * 4) - cycles);
  }
  return routed;
}

/** Sums of the round's k's with those of the fmaps. */
function countSums(column: Column, at: i32, round: Round): void {
  const slices = slicesOf(column);
  if (slices < M.positionSlices) memory.fill(pairs, 0, M.rows * 8);
  let emaps = sumsOf(round, residency, episode, at);
  for (let slice = 0; slice < slices; slice++) {
    const words = wordsOf(chunkAt(episode * M.slices + column.firstSlice + slice));
    emaps = countSlice(column, words, slice, round.last - round.first, emaps);
  }
  addUp();
}

/** Counts one position slice; returns where the emap sums of the next one begin. */
function countSlice(column: Column, words: i32, slice: i32, ks: i32, emaps: usize): usize {
  const emapPlanes = planesFor(ks);
  const planes = fmaps.planes;
  const sliceBytes = fmaps.sliceBytes;
  let bits = fmaps.bitsOf(fmap, residency, episode) + sliceOf(column, slice) * sliceBytes;
  let to = pairs + slice * M.channelSlices * 8;
  const end = to + M.channelSlices * 8;
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
  memory.fill(pairs, 0, M.rows * 8);
  memory.fill(vectors, 0, M.rows * 8);
  const slices = slicesOf(column);
  let emaps = vectorsOf(round, residency, episode, at);
  for (let slice = 0; slice < slices; slice++) {
    countSingleSlice(column, slice, round, emaps);
    emaps += (round.last - round.first) * room * 8;
  }
  let mostVectors: i64 = 0;
  totalVectors = 0;
  emptyPes = 0;
  for (let pe = 0; pe < M.rows; pe++) {
    const ofPe = load<i64>(vectors + pe * 8);
    totalVectors += ofPe;
    mostVectors = max(mostVectors, ofPe);
    if (ofPe === 0) emptyPes++;
  }
  setCounting(mostVectors);
  addUp();
}

function countSingleSlice(column: Column, slice: i32, round: Round, emaps: usize): void {
  const channelSlices = column.domain * M.channelSlices;
  const words = wordsOf(chunkAt(episode * M.slices + column.firstSlice + slice));
  const firstOfSlice = fmaps.bitsOf(fmap, residency, episode) + sliceOf(column, slice) * fmaps.sliceBytes;
  const tapBytes = room * 8;
  for (let place = round.first; place < round.last; place++, emaps += room * 8) {
    const k = residency.k(column.team, place);
    for (let i = 0; i < M.channelSlices; i++) {
      let ofPe: i64 = 0;
      let wanted: i64 = 0;
      let bits = firstOfSlice + i * fmaps.sliceBytes - firstTap * tapBytes;
      const end = residency.firstChannel(channelSlices + i + 1);
      for (let at = residency.firstChannel(channelSlices + i); at < end; at++) {
        const c = residency.channel(at) % L.groupChannels;
        for (let word = firstTap >> 6; word << 6 < lastTap; word++) {
          let taps = L.wantedWord(k, c, word) & L.tapsInWord(word, firstTap, lastTap);
          wanted += popcnt<u64>(taps);
          const first = bits + (word << 6) * tapBytes;
          if (words === 1) {
            const emap = load<u64>(emaps);
            for (; taps !== 0; taps &= taps - 1)
              ofPe += popcnt<u64>(emap & load<u64>(first + <i32>ctz<u64>(taps) * tapBytes));
          } else
            for (; taps !== 0; taps &= taps - 1)
              ofPe += pairsOf(emaps, first + <i32>ctz<u64>(taps) * tapBytes, words);
        }
        bits += (lastTap - firstTap) * tapBytes;
      }
      const pe = (slice * M.channelSlices + i) * 8;
      store<i64>(pairs + pe, load<i64>(pairs + pe) + ofPe);
      store<i64>(vectors + pe, load<i64>(vectors + pe) + wanted);
    }
  }
}

/** The pairs of the round, and the cycles that they take. */
function addUp(): void {
  totalPairs = cycles = routedPairs = heaviestPe = 0;
  for (let first = 0; first < M.rows; first += M.clusterSize) {
    const last = min(M.rows, first + M.clusterSize);
    let sum: i64 = 0;
    let heaviest: i64 = 0;
    for (let pe = first; pe < last; pe++) {
      const ofPe = load<i64>(pairs + pe * 8);
      sum += ofPe;
      heaviest = max(heaviest, ofPe);
    }
    addCluster(sum, heaviest, last - first);
  }
  setBins();
  if (!M.intraColumn) return;
  for (let pe = pairs, end = pairs + M.rows * 8; pe < end; pe += 8)
    routedPairs += max<i64>(0, load<i64>(pe) - cycles);
}

/** With help, a cluster's MACs share its pairs, and a PE's trace hands out two a cycle at most. */
function addCluster(sum: i64, heaviest: i64, pes: i32): void {
  totalPairs += sum;
  heaviestPe = max(heaviestPe, heaviest);
  const mean = <i64>(<u32>(sum + pes - 1) / <u32>pes);
  cycles = max(cycles, M.intraColumn ? max(mean, (heaviest + 1) >> 1) : heaviest);
}
