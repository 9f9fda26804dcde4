import { alloc } from "./arena";
import { countChannelLoads } from "./channel-loads";
import { Chunk, chunkAt, chunkCount } from "./chunks";
import { channelLoads, layer } from "./layout";
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

/** Pairs of a layer with a mask, chunk by chunk as they are now cut. */
export function maskedPairs(): f64 {
  groupKs = layer.K / (layer.C / layer.groupChannels);
  taps = layer.R * layer.S;
  let words = 1;
  for (let i = 0; i < chunkCount(); i++) words = max(words, wordsOf(chunkAt(i)) + 1);
  vectorBytes = words * 8;
  ofTaps = alloc(<u64>taps * vectorBytes);
  emaps = alloc(<u64>groupKs * vectorBytes);
  let total: i64 = 0;
  for (let i = 0; i < chunkCount(); i++)
    for (let c = 0, k = 0; c < layer.C; c += layer.groupChannels, k += groupKs)
      total += wantedPairs(chunkAt(i), c, k);
  return <f64>total;
}

/** Pairs of a chunk in the group of channels and k's that begins with these, vector by vector. */
function wantedPairs(chunk: Chunk, firstC: i32, firstK: i32): i64 {
  const words = wordsOf(chunk);
  let pairs: i64 = 0;
  for (let k = 0; k < groupKs; k++) emapVector(emaps + k * vectorBytes, chunk, firstK + k);
  for (let c = 0; c < layer.groupChannels; c++) {
    tapVectors(ofTaps, vectorBytes, chunk, firstC + c);
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
