import { alloc, mark, release } from "./arena";
import * as counts from "./chunk-counts";
import { chunkAt, chunkCount } from "./chunks";
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

/** Pairs of the whole layer, chunk by chunk as they are now cut. */
export function validPairs(): i64 {
  let total: i64 = 0;
  const ksOfGroup = layer.K / (layer.C / layer.groupChannels);
  if (!layer.masked && allFull()) return ksOfGroup * fmapOnes();
  const taps = layer.R * layer.S;
  let room = 1;
  for (let i = 0; i < chunkCount(); i++) room = max(room, wordsOf(chunkAt(i)) + 1);
  const bytes = room * 8;
  const vector = alloc(bytes);
  const ofTaps = alloc(<u64>taps * bytes);
  const emapPlanes = planesFor(ksOfGroup);
  const fmapPlanes = planesFor(layer.groupChannels * taps);
  const emaps = alloc(<u64>(layer.masked ? ksOfGroup : emapPlanes) * bytes);
  const sums = alloc(<u64>fmapPlanes * bytes);
  for (let i = 0; i < chunkCount(); i++) {
    const chunk = chunkAt(i);
    const words = wordsOf(chunk);
    for (let firstC = 0, firstK = 0; firstC < layer.C; firstC += layer.groupChannels, firstK += ksOfGroup) {
      memory.fill(sums, 0, fmapPlanes * words * 8);
      if (!layer.masked) memory.fill(emaps, 0, emapPlanes * words * 8);
      for (let k = firstK; k < firstK + ksOfGroup; k++)
        if (layer.masked) emapVector(emaps + (k - firstK) * bytes, chunk, k, true);
        else if (layer.flat) addRow(emaps, emapPlanes, chunk, maps.emapRow(0, k, 0), layer.Q);
        else {
          emapVector(vector, chunk, k, true);
          addTo(emaps, emapPlanes, vector, words);
        }
      for (let c = firstC; c < firstC + layer.groupChannels; c++)
        if (layer.flat && !layer.masked) addRow(sums, fmapPlanes, chunk, maps.fmapRow(0, c, 0, 0), layer.W);
        else {
          tapVectors(ofTaps, bytes, chunk, c, 0, layer.R, true);
          for (let tap = 0; tap < taps; tap++) {
            const own = ofTaps + tap * bytes;
            if (!layer.masked) addTo(sums, fmapPlanes, own, words);
            else
              for (let k = 0; k < ksOfGroup; k++)
                if ((maps.wantedWord(firstK + k, c - firstC, tap >> 6) >> (tap & 63)) & 1)
                  total += pairsOf(emaps + k * bytes, own, words);
          }
        }
      if (!layer.masked) total += productOf(emaps, emapPlanes, sums, fmapPlanes, words);
    }
  }
  return total;
}
