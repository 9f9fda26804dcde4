import { alloc } from "./arena";
import { chunkAt, chunkCount } from "./chunks";
import { Column } from "./column";
import { Round, sumsOf } from "./emap-rounds";
import * as fmaps from "./fmap-chunks";
import { FmapEpisode, room, single } from "./fmap-chunks";
import * as L from "./layer";
import * as M from "./machine";
import { Residency } from "./residency";
import { emapVector, pairsOf, planesFor, productOf, wordsOf } from "./vectors";

/**
 * Counts the pairs of rounds. A PE's count is the sum of ones(emap of k AND fmap of (c, tap)) over the round's k's
 * and the PE's channels and taps.
 */

let firstTap: i32 = 0;
let lastTap: i32 = 0;
let vector: usize = 0;
/** [PE] pairs, vectors */
let pairs: usize = 0;
let vectors: usize = 0;

/** [domain] channels of all its slices, of the fullest one, and slices that have any */
let channelCounts: usize = 0;

/** What the last round cost. */
export let totalPairs: i64 = 0;
export let totalVectors: i64 = 0;
export let emptyPes: i32 = 0;
export let countingCycles: i64 = 0;
export let cycles: i64 = 0;

/** The episode at hand. */
let residency: Residency = changetype<Residency>(0);
let episode: i32 = 0;
let fmap: FmapEpisode = changetype<FmapEpisode>(0);

export function startRounds(): void {
  vector = alloc(room * 8);
  channelCounts = alloc(M.domains * 12);
  pairs = alloc(M.rows * 8);
  vectors = alloc(M.rows * 8);
}

export function startEpisode(ofResidency: Residency, number: i32, ofEpisode: FmapEpisode): void {
  residency = ofResidency;
  episode = number;
  fmap = ofEpisode;
  firstTap = residency.r0 * L.S;
  lastTap = residency.r1 * L.S;
  fmaps.makeBits(fmap, residency, episode);
  for (let domain = 0; domain < M.domains; domain++) {
    const at = channelCounts + domain * 12;
    const first = domain * M.channelSlices;
    store<i32>(at, residency.firstChannel(first + M.channelSlices) - residency.firstChannel(first));
    store<i64>(at + 4, 0);
    for (let i = 0; i < M.channelSlices; i++) {
      const channels = residency.channelCount(first + i);
      store<i32>(at + 4, max(load<i32>(at, 4), channels));
      if (channels > 0) store<i32>(at + 8, load<i32>(at, 8) + 1);
    }
  }
}

/** Counts a round of a column in this episode. */
export function count(column: Column, at: i32, round: Round): void {
  const first = episode * M.slices + column.firstSlice;
  const slices = max(0, min(M.positionSlices, chunkCount - first));
  if (single || slices < M.positionSlices) memory.fill(pairs, 0, M.rows * 8);
  let mostVectors: i64 = 0;
  if (single) {
    memory.fill(vectors, 0, M.rows * 8);
    for (let slice = 0; slice < slices; slice++) countSingle(column, first + slice, slice, round);
    totalVectors = 0;
    emptyPes = 0;
    for (let pe = 0; pe < M.rows; pe++) {
      const ofPe = load<i64>(vectors + pe * 8);
      totalVectors += ofPe;
      mostVectors = max(mostVectors, ofPe);
      if (ofPe === 0) emptyPes++;
    }
  } else {
    const ks = round.last - round.first;
    if (round.dense) countDense(column, slices, ks);
    else {
      let emaps = sumsOf(round, residency, episode, at);
      for (let slice = 0; slice < slices; slice++)
        emaps = countSums(column, wordsOf(chunkAt(first + slice)), slice, ks, emaps);
    }
    const counted = channelCounts + column.domain * 12;
    const taps = <i64>ks * (lastTap - firstTap);
    totalVectors = taps * load<i32>(counted) * slices;
    mostVectors = slices > 0 ? taps * load<i32>(counted, 4) : 0;
    emptyPes = M.rows - load<i32>(counted, 8) * slices;
  }
  const traced = M.skipFmap || M.skipEmap;
  countingCycles = traced ? <i64>(<u32>(mostVectors + M.traceTaps - 1) / <u32>M.traceTaps) : 0;
  addUp();
}

/** The fmap of a position slice of a column: where it stands among those of its team. */
function sliceOf(column: Column, slice: i32): i32 {
  return (column.firstSlice + slice) * M.domains * M.channelSlices + column.domain * M.channelSlices;
}

/** Every emap value is there: a PE's pairs are the ones of its fmap, once for each k. */
function countDense(column: Column, slices: i32, ks: i32): void {
  let to = pairs;
  for (let slice = 0; slice < slices; slice++) {
    let ones = fmap.ones + sliceOf(column, slice) * 4;
    for (let i = 0; i < M.channelSlices; i++, to += 8, ones += 4) store<i64>(to, <i64>ks * load<i32>(ones));
  }
}

/** Counts one position slice; returns where the emap sums of the next one begin. */
function countSums(column: Column, words: i32, slice: i32, ks: i32, emaps: usize): usize {
  const emapPlanes = planesFor(ks);
  const planes = fmaps.planes;
  const sliceBytes = fmaps.sliceBytes;
  let bits = fmap.bits + sliceOf(column, slice) * sliceBytes;
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

function countSingle(column: Column, chunk: i32, slice: i32, round: Round): void {
  const channelSlices = column.domain * M.channelSlices;
  const own = chunkAt(chunk);
  const words = wordsOf(own);
  const firstOfSlice = fmap.bits + sliceOf(column, slice) * fmaps.sliceBytes;
  const tapBytes = room * 8;
  for (let place = round.first; place < round.last; place++) {
    const k = residency.k(column.team, place);
    emapVector(vector, own, k, M.skipEmap);
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
          for (; taps !== 0; taps &= taps - 1)
            ofPe += pairsOf(vector, bits + ((word << 6) + <i32>ctz<u64>(taps)) * tapBytes, words);
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
  totalPairs = cycles = 0;
  for (let first = 0; first < M.rows; first += M.clusterSize) {
    const last = min(M.rows, first + M.clusterSize);
    let sum: i64 = 0;
    let heaviest: i64 = 0;
    for (let pe = first; pe < last; pe++) {
      const ofPe = load<i64>(pairs + pe * 8);
      sum += ofPe;
      heaviest = max(heaviest, ofPe);
    }
    totalPairs += sum;
    // with help, a cluster's MACs share its pairs, and a PE's trace hands out two a cycle at most
    const mean = <i64>(<u32>(sum + (last - first) - 1) / <u32>(last - first));
    cycles = max(cycles, M.intraColumn ? max(mean, (heaviest + 1) >> 1) : heaviest);
  }
}
