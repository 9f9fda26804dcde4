import { alloc, allocZeros } from "./arena";
import { Chunk, chunkAt, chunkCount } from "./chunks";
import * as L from "./layer";
import * as M from "./machine";
import { chunkOf } from "./plan";
import { Residency } from "./residency";
import { addTo, emapVector, fmapVector, pairsOf, planesFor, productOf, wordsOf } from "./vectors";

/**
 * Counts the pairs of rounds. A PE's count is the sum of ones(emap of k AND fmap of (c, tap)) over the round's k's
 * and the PE's channels and taps. When every tap is wanted, that is the sum over positions of (k's nonzero there) x
 * (channels and taps nonzero there), so vectors are added up first, as planes of bits. With a mask each wanted
 * vector is counted by itself.
 */

/** Vectors wanted one by one, or sums. */
let single: bool = false;
/** words of the longest vector and one more */
let room: i32 = 0;
/** [place in team x position slice][slice of a domain] sums of the fmap, or [...][channel][tap] vectors */
let fmaps: usize = 0;
let planes: i32 = 0;
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

export function startRounds(): void {
  single = M.gradientSkip && L.masked;
  room = 1;
  for (let i = 0; i < chunkCount; i++) room = max(room, wordsOf(chunkAt(i)) + 1);
  const taps = M.tapRows * L.S;
  planes = planesFor(M.channelsPerPe * taps);
  const ofSlice = single ? M.channelsPerPe * taps * room : planes * room;
  fmaps = alloc(<usize>(M.slices * M.domains * M.channelSlices * ofSlice) * 8);
  vector = alloc(room * 8);
  channelCounts = alloc(M.domains * 12);
  pairs = alloc(M.rows * 8);
  vectors = alloc(M.rows * 8);
}

/** Where the fmap of a position slice of a team, and a channel slice of a domain, begins. */
function fmapOf(slice: i32, channelSlice: i32): usize {
  const ofSlice = single ? M.channelsPerPe * M.tapRows * L.S * room : planes * room;
  return fmaps + <usize>((slice * M.domains * M.channelSlices + channelSlice) * ofSlice) * 8;
}

/** Makes the fmap vectors of an episode, which serve all its rounds. */
export function startEpisode(residency: Residency, episode: i32): void {
  firstTap = residency.r0 * L.S;
  lastTap = residency.r1 * L.S;
  countChannels(residency);
  const count = min(M.slices, chunkCount - episode * M.slices);
  for (let slice = 0; slice < count; slice++) {
    const chunk = chunkAt(episode * M.slices + slice);
    const words = wordsOf(chunk);
    for (let channelSlice = 0; channelSlice < M.domains * M.channelSlices; channelSlice++) {
      let to = fmapOf(slice, channelSlice);
      if (!single) memory.fill(to, 0, planes * words * 8);
      for (let i = residency.firstChannel(channelSlice); i < residency.firstChannel(channelSlice + 1); i++)
        for (let tap = firstTap; tap < lastTap; tap++) {
          fmapVector(single ? to : vector, chunk, residency.channel(i), tap / L.S, tap % L.S, M.skipFmap);
          if (single) to += room * 8;
          else addTo(to, planes, vector, words);
        }
    }
  }
}

function countChannels(residency: Residency): void {
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

/**
 * Counts the round that takes places first .. last-1 of a column's k's; `kept` is where the address of its emap
 * vectors is kept, which serve all residencies of these k's.
 */
export function count(
  residency: Residency,
  episode: i32,
  column: i32,
  first: i32,
  last: i32,
  kept: usize,
): void {
  const chunk = chunkOf(episode, column, 0);
  const slices = max(0, min(M.positionSlices, chunkCount - chunk));
  if (single || slices < M.positionSlices) memory.fill(pairs, 0, M.rows * 8);
  let mostVectors: i64 = 0;
  if (single) {
    memory.fill(vectors, 0, M.rows * 8);
    for (let slice = 0; slice < slices; slice++) countSingle(residency, column, chunk, slice, first, last);
    totalVectors = 0;
    emptyPes = 0;
    for (let pe = 0; pe < M.rows; pe++) {
      const ofPe = load<i64>(vectors + pe * 8);
      totalVectors += ofPe;
      mostVectors = max(mostVectors, ofPe);
      if (ofPe === 0) emptyPes++;
    }
  } else {
    if (load<u32>(kept) === 0) store<u32>(kept, <u32>emapSums(residency, column, chunk, slices, first, last));
    let emaps: usize = load<u32>(kept);
    for (let slice = 0; slice < slices; slice++)
      emaps = countSums(column, chunkAt(chunk + slice), slice, last - first, emaps);
    const at = channelCounts + (column / M.teamColumns / M.teamsPerDomain) * 12;
    const taps = <i64>(last - first) * (lastTap - firstTap);
    totalVectors = taps * load<i32>(at) * slices;
    mostVectors = slices > 0 ? taps * load<i32>(at, 4) : 0;
    emptyPes = M.rows - load<i32>(at, 8) * slices;
  }
  const traced = M.skipFmap || M.skipEmap;
  countingCycles = traced ? (mostVectors + M.traceTaps - 1) / M.traceTaps : 0;
  addUp();
}

/** Sums of the k's of a round in each position slice, one after the other. */
function emapSums(residency: Residency, column: i32, chunk: i32, slices: i32, first: i32, last: i32): usize {
  const team = column / M.teamColumns;
  const emapPlanes = planesFor(last - first);
  let words = 0;
  for (let slice = 0; slice < slices; slice++) words += wordsOf(chunkAt(chunk + slice));
  const sums = allocZeros(<usize>(words * emapPlanes + 1) * 8);
  let to = sums;
  for (let slice = 0; slice < slices; slice++) {
    const own = chunkAt(chunk + slice);
    for (let place = first; place < last; place++) {
      emapVector(vector, own, residency.k(team, place), M.skipEmap);
      addTo(to, emapPlanes, vector, wordsOf(own));
    }
    to += wordsOf(own) * emapPlanes * 8;
  }
  return sums;
}

/** Counts one position slice; returns where the emap sums of the next one begin. */
function countSums(column: i32, chunk: Chunk, slice: i32, ks: i32, emaps: usize): usize {
  const domainSlices = (column / M.teamColumns / M.teamsPerDomain) * M.channelSlices;
  const words = wordsOf(chunk);
  const emapPlanes = planesFor(ks);
  let fmap = fmapOf((column % M.teamColumns) * M.positionSlices + slice, domainSlices);
  const fmapBytes = planes * room * 8;
  const first = slice * M.channelSlices;
  let to = pairs + first * 8;
  const end = to + M.channelSlices * 8;
  if (words === 1 && emapPlanes === 2) {
    const low = load<u64>(emaps);
    const high = load<u64>(emaps, 8);
    for (; to < end; to += 8, fmap += fmapBytes) {
      let product: i64 = 0;
      for (let at = fmap + planes * 8 - 8; at >= fmap; at -= 8) {
        const plane = load<u64>(at);
        product = 2 * (product + popcnt<u64>(high & plane)) + popcnt<u64>(low & plane);
      }
      store<i64>(to, product);
    }
  } else
    for (; to < end; to += 8, fmap += fmapBytes)
      store<i64>(to, productOf(emaps, emapPlanes, fmap, planes, words));
  return emaps + words * emapPlanes * 8;
}

function countSingle(residency: Residency, column: i32, chunk: i32, slice: i32, first: i32, last: i32): void {
  const team = column / M.teamColumns;
  const channelSlices = (team / M.teamsPerDomain) * M.channelSlices;
  const own = chunkAt(chunk + slice);
  const words = wordsOf(own);
  const teamSlice = (column % M.teamColumns) * M.positionSlices + slice;
  const tapBytes = room * 8;
  for (let place = first; place < last; place++) {
    const k = residency.k(team, place);
    emapVector(vector, own, k, M.skipEmap);
    for (let i = 0; i < M.channelSlices; i++) {
      let ofPe: i64 = 0;
      let wanted: i64 = 0;
      let fmap = fmapOf(teamSlice, channelSlices + i) - firstTap * tapBytes;
      const end = residency.firstChannel(channelSlices + i + 1);
      for (let at = residency.firstChannel(channelSlices + i); at < end; at++) {
        const c = residency.channel(at) % L.groupChannels;
        for (let word = firstTap >> 6; word << 6 < lastTap; word++) {
          let taps = L.wantedWord(k, c, word) & L.tapsInWord(word, firstTap, lastTap);
          wanted += popcnt<u64>(taps);
          for (; taps !== 0; taps &= taps - 1)
            ofPe += pairsOf(vector, fmap + ((word << 6) + <i32>ctz<u64>(taps)) * tapBytes, words);
        }
        fmap += (lastTap - firstTap) * tapBytes;
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

/** Pairs of the whole layer, chunk by chunk as they are now cut. */
export function validPairs(): i64 {
  let total: i64 = 0;
  const ksOfGroup = L.K / (L.C / L.groupChannels);
  const taps = L.R * L.S;
  room = 1;
  for (let i = 0; i < chunkCount; i++) room = max(room, wordsOf(chunkAt(i)) + 1);
  const bytes = room * 8;
  vector = alloc(bytes);
  const emapPlanes = planesFor(ksOfGroup);
  const fmapPlanes = planesFor(L.groupChannels * taps);
  const emaps = alloc((L.masked ? ksOfGroup : emapPlanes) * bytes);
  const sums = alloc(fmapPlanes * bytes);
  for (let i = 0; i < chunkCount; i++) {
    const chunk = chunkAt(i);
    const words = wordsOf(chunk);
    for (let firstC = 0, firstK = 0; firstC < L.C; firstC += L.groupChannels, firstK += ksOfGroup) {
      memory.fill(sums, 0, fmapPlanes * words * 8);
      if (!L.masked) memory.fill(emaps, 0, emapPlanes * words * 8);
      for (let k = 0; k < ksOfGroup; k++)
        if (L.masked) emapVector(emaps + k * bytes, chunk, firstK + k, true);
        else {
          emapVector(vector, chunk, firstK + k, true);
          addTo(emaps, emapPlanes, vector, words);
        }
      for (let c = 0; c < L.groupChannels; c++)
        for (let tap = 0; tap < taps; tap++) {
          fmapVector(vector, chunk, firstC + c, tap / L.S, tap % L.S, true);
          if (!L.masked) addTo(sums, fmapPlanes, vector, words);
          else
            for (let k = 0; k < ksOfGroup; k++)
              if ((L.wantedWord(firstK + k, c, tap >> 6) >> (tap & 63)) & 1)
                total += pairsOf(emaps + k * bytes, vector, words);
        }
      if (!L.masked) total += productOf(emaps, emapPlanes, sums, fmapPlanes, words);
    }
  }
  return total;
}
