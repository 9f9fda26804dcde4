import { alloc, mark, release } from "./arena";
import * as counts from "./chunk-counts";
import { Chunk, chunkAt, chunkCount } from "./chunks";
import { isFullEmap } from "./counts";
import { layer } from "./layout";
import * as maps from "./maps";
import { addRow, addTo, emapVector, pairsOf, planesFor, productOf, tapVectors, wordsOf } from "./vectors";

function allFull(): bool {
  for (let k = 0; k < layer.K; k++) if (!isFullEmap(k)) return false;
  return true;
}

/** Nonzeros that the taps of all channels read, over all positions. */
function fmapOnes(): i64 {
  let ones: i64 = 0;
  for (let i = 0; i < chunkCount(); i++) {
    const before = mark();
    counts.startChunk(chunkAt(i), 0, layer.R);
    for (let c = 0; c < layer.C; c++) ones += counts.countChannel(c).ones;
    release(before);
  }
  return ones;
}

/** Taps of a channel, and k's of a group. */
let taps: i32 = 0;
let groupKs: i32 = 0;
/** Bytes of a vector. */
let vectorBytes: i32 = 0;
/** [k of a group] vectors where there is a mask, or else their sums; likewise of a channel, [tap], and of a group */
let emaps: usize = 0;
let emapPlanes: i32 = 0;
let ofTaps: usize = 0;
let fmaps: usize = 0;
let fmapPlanes: i32 = 0;
/** a vector to work with */
let vector: usize = 0;

/** Pairs of the whole layer, chunk by chunk as they are now cut. */
export function validPairs(): i64 {
  groupKs = layer.K / (layer.C / layer.groupChannels);
  if (!layer.masked && allFull()) return groupKs * fmapOnes();
  start();
  let total: i64 = 0;
  for (let i = 0; i < chunkCount(); i++) {
    const chunk = chunkAt(i);
    for (let c = 0, k = 0; c < layer.C; c += layer.groupChannels, k += groupKs)
      total += layer.masked ? wantedPairs(chunk, c, k) : allPairs(chunk, c, k);
  }
  return total;
}

function start(): void {
  taps = layer.R * layer.S;
  let words = 1;
  for (let i = 0; i < chunkCount(); i++) words = max(words, wordsOf(chunkAt(i)) + 1);
  vectorBytes = words * 8;
  emapPlanes = planesFor(groupKs);
  fmapPlanes = planesFor(layer.groupChannels * taps);
  vector = alloc(vectorBytes);
  ofTaps = alloc(<u64>taps * vectorBytes);
  emaps = alloc(<u64>(layer.masked ? groupKs : emapPlanes) * vectorBytes);
  fmaps = alloc(<u64>fmapPlanes * vectorBytes);
}

/** Pairs of a chunk in the group of channels and k's that begins with these, where all are wanted: sums before products. */
function allPairs(chunk: Chunk, firstC: i32, firstK: i32): i64 {
  const words = wordsOf(chunk);
  memory.fill(emaps, 0, emapPlanes * words * 8);
  memory.fill(fmaps, 0, fmapPlanes * words * 8);
  for (let k = firstK; k < firstK + groupKs; k++) addEmap(chunk, k, words);
  for (let c = firstC; c < firstC + layer.groupChannels; c++) addFmap(chunk, c, words);
  return productOf(emaps, emapPlanes, fmaps, fmapPlanes, words);
}

function addEmap(chunk: Chunk, k: i32, words: i32): void {
  if (layer.flat) {
    addRow(emaps, emapPlanes, chunk, maps.emapRow(0, k, 0), layer.Q);
    return;
  }
  emapVector(vector, chunk, k, true);
  addTo(emaps, emapPlanes, vector, words);
}

/** Adds all taps of a channel. */
function addFmap(chunk: Chunk, c: i32, words: i32): void {
  if (layer.flat) {
    addRow(fmaps, fmapPlanes, chunk, maps.fmapRow(0, c, 0, 0), layer.W);
    return;
  }
  tapVectors(ofTaps, vectorBytes, chunk, c, 0, layer.R, true);
  for (let tap = 0; tap < taps; tap++) addTo(fmaps, fmapPlanes, ofTaps + tap * vectorBytes, words);
}

/** Of these, those that the mask wants, vector by vector. */
function wantedPairs(chunk: Chunk, firstC: i32, firstK: i32): i64 {
  const words = wordsOf(chunk);
  let pairs: i64 = 0;
  for (let k = 0; k < groupKs; k++) emapVector(emaps + k * vectorBytes, chunk, firstK + k, true);
  for (let c = 0; c < layer.groupChannels; c++) {
    tapVectors(ofTaps, vectorBytes, chunk, firstC + c, 0, layer.R, true);
    for (let tap = 0; tap < taps; tap++) pairs += wantedOfTap(firstK, c, tap, words);
  }
  return pairs;
}

/** Those of a tap of channel c of the group, over its k's. */
function wantedOfTap(firstK: i32, c: i32, tap: i32, words: i32): i64 {
  let pairs: i64 = 0;
  for (let k = 0; k < groupKs; k++)
    if ((maps.wantedWord(firstK + k, c, tap >> 6) >> (tap & 63)) & 1)
      pairs += pairsOf(emaps + k * vectorBytes, ofTaps + tap * vectorBytes, words);
  return pairs;
}
