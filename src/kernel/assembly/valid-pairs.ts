import { alloc, allocZeros } from "./arena";
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
  const fullEmap = nonzeros(false) === <f64>layer.N * layer.K * layer.P * layer.Q;
  const fullFmap = nonzeros(true) === <f64>layer.N * layer.C * layer.H * layer.W;
  wanted = allocZeros(<u64>(fullEmap ? layer.groupChannels : groupKs) * taps * 4);
  let total: i64 = 0;
  for (let group = 0; group < groups; group++) {
    const c = group * layer.groupChannels;
    const k = group * groupKs;
    if (fullEmap || fullFmap) countWanted(k, fullEmap);
    for (let i = 0; i < chunkCount(); i++)
      if (fullEmap) total += pairsOfChannels(chunkAt(i), c, k);
      else if (fullFmap) total += pairsOfKs(chunkAt(i), c, k);
      else total += wantedPairs(chunkAt(i), c, k);
  }
  return <f64>total;
}

/** Nonzeros of all channels of the fmap, or of the emap. */
function nonzeros(ofFmap: bool): f64 {
  let sum: f64 = 0;
  if (ofFmap) for (let c = 0; c < layer.C; c++) sum += channelNonzeros.fmapAt(c);
  else for (let k = 0; k < layer.K; k++) sum += channelNonzeros.emapAt(k);
  return sum;
}

/** Counts for each channel of a group, or for each k, and each tap the gradients that are wanted. */
function countWanted(firstK: i32, byChannel: bool): void {
  memory.fill(wanted, 0, (byChannel ? layer.groupChannels : groupKs) * taps * 4);
  for (let k = 0; k < groupKs; k++)
    for (let c = 0; c < layer.groupChannels; c++)
      for (let first = 0; first < taps; first += 64) {
        const counts = wanted + (((byChannel ? c : k) * taps + first) << 2);
        let bits = maps.wantedBits(firstK + k, c, first, min(64, taps - first));
        for (; bits !== 0; bits &= bits - 1) {
          const at = counts + ((<usize>ctz<u64>(bits)) << 2);
          store<i32>(at, load<i32>(at) + 1);
        }
      }
}

/** Pairs of a chunk, channel by channel of a group: the emap is full. */
function pairsOfChannels(chunk: Chunk, firstC: i32, firstK: i32): i64 {
  const words = wordsOf(chunk);
  let pairs: i64 = 0;
  emapVector(emaps, chunk, firstK);
  for (let c = 0, at = wanted; c < layer.groupChannels; c++) {
    tapVectors(ofTaps, vectorBytes, chunk, firstC + c);
    for (let tap = 0; tap < taps; tap++, at += 4)
      pairs += load<i32>(at) * pairsOf(emaps, ofTaps + tap * vectorBytes, words);
  }
  return pairs;
}

/** The same k by k: the fmap is full. */
function pairsOfKs(chunk: Chunk, firstC: i32, firstK: i32): i64 {
  const words = wordsOf(chunk);
  let pairs: i64 = 0;
  tapVectors(ofTaps, vectorBytes, chunk, firstC);
  for (let k = 0, at = wanted; k < groupKs; k++) {
    emapVector(emaps, chunk, firstK + k);
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
    for (let k = 0; k < groupKs; k++) pairs += wantedOfK(firstK, k, c, words);
  }
  return pairs;
}

/** Those of a k and a channel of the group, over the taps that are wanted. */
function wantedOfK(firstK: i32, k: i32, c: i32, words: i32): i64 {
  let pairs: i64 = 0;
  for (let first = 0; first < taps; first += 64) {
    const vectors = ofTaps + first * vectorBytes;
    let bits = maps.wantedBits(firstK + k, c, first, min(64, taps - first));
    for (; bits !== 0; bits &= bits - 1)
      pairs += pairsOf(emaps + k * vectorBytes, vectors + <i32>ctz<u64>(bits) * vectorBytes, words);
  }
  return pairs;
}
