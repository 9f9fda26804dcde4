import { alloc, mark, release } from "./arena";
import * as counts from "./chunk-counts";
import { chunkAt, chunkCount } from "./chunks";
import { isFullEmap } from "./counts";
import * as L from "./layer";
import { addRow, addTo, emapVector, pairsOf, planesFor, productOf, tapVectors, wordsOf } from "./vectors";

function allFull(): bool {
  for (let k = 0; k < L.K; k++) if (!isFullEmap(k)) return false;
  return true;
}

/** Nonzeros that the taps of all channels read, over all positions. */
function fmapOnes(): i64 {
  let ones: i64 = 0;
  for (let i = 0; i < chunkCount; i++) {
    const before = mark();
    counts.startChunk(chunkAt(i), 0, L.R);
    for (let c = 0; c < L.C; c++) {
      counts.countChannel(c);
      ones += counts.ones;
    }
    release(before);
  }
  return ones;
}

/** Pairs of the whole layer, chunk by chunk as they are now cut. */
export function validPairs(): i64 {
  let total: i64 = 0;
  const ksOfGroup = L.K / (L.C / L.groupChannels);
  if (!L.masked && allFull()) return ksOfGroup * fmapOnes();
  const taps = L.R * L.S;
  let room = 1;
  for (let i = 0; i < chunkCount; i++) room = max(room, wordsOf(chunkAt(i)) + 1);
  const bytes = room * 8;
  const vector = alloc(bytes);
  const ofTaps = alloc(<u64>taps * bytes);
  const emapPlanes = planesFor(ksOfGroup);
  const fmapPlanes = planesFor(L.groupChannels * taps);
  const emaps = alloc(<u64>(L.masked ? ksOfGroup : emapPlanes) * bytes);
  const sums = alloc(<u64>fmapPlanes * bytes);
  for (let i = 0; i < chunkCount; i++) {
    const chunk = chunkAt(i);
    const words = wordsOf(chunk);
    for (let firstC = 0, firstK = 0; firstC < L.C; firstC += L.groupChannels, firstK += ksOfGroup) {
      memory.fill(sums, 0, fmapPlanes * words * 8);
      if (!L.masked) memory.fill(emaps, 0, emapPlanes * words * 8);
      for (let k = firstK; k < firstK + ksOfGroup; k++)
        if (L.masked) emapVector(emaps + (k - firstK) * bytes, chunk, k, true);
        else if (L.flat) addRow(emaps, emapPlanes, chunk, L.emapRow(0, k, 0), L.Q);
        else {
          emapVector(vector, chunk, k, true);
          addTo(emaps, emapPlanes, vector, words);
        }
      for (let c = firstC; c < firstC + L.groupChannels; c++)
        if (L.flat && !L.masked) addRow(sums, fmapPlanes, chunk, L.fmapRow(0, c, 0, 0), L.W);
        else {
          tapVectors(ofTaps, bytes, chunk, c, 0, L.R, true);
          for (let tap = 0; tap < taps; tap++) {
            const own = ofTaps + tap * bytes;
            if (!L.masked) addTo(sums, fmapPlanes, own, words);
            else
              for (let k = 0; k < ksOfGroup; k++)
                if ((L.wantedWord(firstK + k, c - firstC, tap >> 6) >> (tap & 63)) & 1)
                  total += pairsOf(emaps + k * bytes, own, words);
          }
        }
      if (!L.masked) total += productOf(emaps, emapPlanes, sums, fmapPlanes, words);
    }
  }
  return total;
}
