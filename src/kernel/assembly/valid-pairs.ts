import { alloc } from "./arena";
import { countChannelLoads } from "./channel-loads";
import { Chunk, chunkAt, chunkCount } from "./chunks";
import { countChannels } from "./counts";
import { channelLoads, channelNonzeros, layer } from "./layout";
import * as maps from "./maps";
import { emapVector, pairsOf, tapVectors, wordsOf } from "./vectors";

/** Pairs of a layer without a mask. */
export function allPairs(): f64 {
  countChannelLoads();
  let pairs: f64 = 0;
  for (let c = 0; c < layer.C; c++) pairs += channelLoads.loadsAt(c);
  return pairs;
}

/** Taps of a channel, and k's of a group. */
let taps: i32 = 0;
let groupKs: i32 = 0;
/** Bytes of a vector. */
let vectorBytes: i32 = 0;
/** vectors: [k of a group] of the emap, [tap] of a channel */
let emaps: usize = 0;
let ofTaps: usize = 0;
/** [c or k of a group][tap] gradients that are wanted with it */
let wanted: usize = 0;
let wantedBytes: i32 = 0;

/**
 * Pairs of a layer with a mask, chunk by chunk as they are now cut. Where a map has no zeros, all of its channels make the same
 * pairs, and the first of a group stands for them, as often as gradients with it are wanted.
 */
export function maskedPairs(): f64 {
  const groups = layer.C / layer.groupChannels;
  groupKs = layer.K / groups;
  taps = layer.R * layer.S;
  let words = 1;
  for (let i = 0; i < chunkCount(); i++) words = max(words, wordsOf(chunkAt(i)) + 1);
  vectorBytes = words * 8;
  ofTaps = alloc(<u64>taps * vectorBytes);
  emaps = alloc(<u64>groupKs * vectorBytes);
  countChannels();
  let zerosOfFmap = <f64>layer.N * layer.C * layer.H * layer.W;
  for (let c = 0; c < layer.C; c++) zerosOfFmap -= channelNonzeros.fmapAt(c);
  let zerosOfEmap = <f64>layer.N * layer.K * layer.P * layer.Q;
  for (let k = 0; k < layer.K; k++) zerosOfEmap -= channelNonzeros.emapAt(k);
  const fullEmap = zerosOfEmap === 0;
  const full = fullEmap || zerosOfFmap === 0;
  wantedBytes = (fullEmap ? layer.groupChannels : groupKs) * taps * 4;
  wanted = alloc(wantedBytes);
  let total: i64 = 0;
  for (let group = 0; group < groups; group++) {
    const c = group * layer.groupChannels;
    const k = group * groupKs;
    if (full) countWanted(k, fullEmap);
    for (let i = 0; i < chunkCount(); i++)
      total += full ? pairsOfOneMap(chunkAt(i), c, k, fullEmap) : wantedPairs(chunkAt(i), c, k);
  }
  return <f64>total;
}

/** Counts for each channel of a group, or for each k, and each tap the gradients that are wanted. */
function countWanted(firstK: i32, byChannel: bool): void {
  memory.fill(wanted, 0, wantedBytes);
  for (let k = 0; k < groupKs; k++)
    for (let c = 0; c < layer.groupChannels; c++)
      overTaps(firstK, k, c, 0, wanted + (((byChannel ? c : k) * taps) << 2));
}

/** Pairs of a chunk where a map is full: channel by channel of a group, where that is the emap, or k by k. */
function pairsOfOneMap(chunk: Chunk, firstC: i32, firstK: i32, byChannel: bool): i64 {
  const words = wordsOf(chunk);
  let pairs: i64 = 0;
  for (let i = 0, at = wanted; at < wanted + wantedBytes; i++) {
    // the first of the full map's channels stands for all
    if (byChannel || i === 0) tapVectors(ofTaps, vectorBytes, chunk, firstC + i);
    if (!byChannel || i === 0) emapVector(emaps, chunk, firstK + i);
    for (let tap = 0; tap < taps; tap++, at += 4)
      pairs += load<i32>(at) * pairsOf(emaps, ofTaps + tap * vectorBytes, words);
  }
  return pairs;
}

/** The same where both maps have zeros, vector by vector. */
function wantedPairs(chunk: Chunk, firstC: i32, firstK: i32): i64 {
  const words = wordsOf(chunk);
  let pairs: i64 = 0;
  for (let k = 0; k < groupKs; k++) emapVector(emaps + k * vectorBytes, chunk, firstK + k);
  for (let c = 0; c < layer.groupChannels; c++) {
    tapVectors(ofTaps, vectorBytes, chunk, firstC + c);
    for (let k = 0; k < groupKs; k++) pairs += overTaps(firstK, k, c, words, 0);
  }
  return pairs;
}

/** Pairs of a k and a channel of the group, over the taps that are wanted; or without vectors, counts these taps. */
function overTaps(firstK: i32, k: i32, c: i32, words: i32, counts: usize): i64 {
  let pairs: i64 = 0;
  for (let first = 0; first < taps; first += 64) {
    let bits = maps.wantedBits(firstK + k, c, first, min(64, taps - first));
    for (; bits !== 0; bits &= bits - 1) {
      const tap = first + <i32>ctz<u64>(bits);
      if (words > 0) pairs += pairsOf(emaps + k * vectorBytes, ofTaps + tap * vectorBytes, words);
      else store<i32>(counts + (tap << 2), load<i32>(counts + (tap << 2)) + 1);
    }
  }
  return pairs;
}
