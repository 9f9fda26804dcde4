import { alloc } from "./arena";
import { chunkAt, chunkCount } from "./chunks";
import * as L from "./layer";
import { addTo, emapVector, fmapVector, pairsOf, planesFor, productOf, wordsOf } from "./vectors";

/** Pairs of the whole layer, chunk by chunk as they are now cut. */
export function validPairs(): i64 {
  let total: i64 = 0;
  const ksOfGroup = L.K / (L.C / L.groupChannels);
  const taps = L.R * L.S;
  let room = 1;
  for (let i = 0; i < chunkCount; i++) room = max(room, wordsOf(chunkAt(i)) + 1);
  const bytes = room * 8;
  const vector = alloc(bytes);
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
