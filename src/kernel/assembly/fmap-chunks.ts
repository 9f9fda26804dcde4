import { alloc, allocZeros, mark, release } from "./arena";
import * as chunks from "./chunks";
import { Chunk, chunkAt, chunkCount, setBox } from "./chunks";
import { fmapInBox } from "./counts";
import * as L from "./layer";
import * as M from "./machine";
import { ceilDivide, compressedBytes } from "./machine";
import { Residency } from "./residency";
import { addRow, addTo, planesFor, tapVectors, wordsOf } from "./vectors";

/**
 * The fmap chunks of an episode: what moves for them, and their bits. Both depend on its channels, kernel rows and
 * positions alone, so residencies that differ in their k's share them.
 *
 * When every tap is wanted, a PE's count is the sum over positions of (k's nonzero there) x (channels and taps nonzero
 * there), so the vectors of its channels and taps are added up, as planes of bits. With a mask each is kept by itself.
 */

/** Memory that the bits of episodes may take to be kept for the next k's. */
const keptBytes: i64 = 1 << 27;

@unmanaged
export class FmapEpisode {
  counted: bool;
  /** through the global buffer's read port; to the PE that receives most; from DRAM */
  bytes: i64;
  bytesOfPe: i64;
  dramBytes: i64;
  /** [position slice of a team][channel slice of every domain] sums or vectors; 0: not yet made */
  bits: usize;
  /** [position slice of a team][channel slice of every domain] ones of all its channels and taps, 4 bytes each */
  ones: usize;
}

/** Episodes of a residency. */
export let episodes: i32 = 0;
/** Vectors wanted one by one, or sums. */
export let single: bool = false;
/** planes of a sum */
export let planes: i32 = 0;
/** words of the longest vector and one more */
export let room: i32 = 0;
/** [list of channels][tap block] its episodes; 0: none yet */
let lists: usize = 0;
let tapBlocks: i32 = 0;
/** bytes of the bits of one slice, and of an episode */
export let sliceBytes: i32 = 0;
let episodeBytes: i32 = 0;
let kept: bool = false;
let scratch: usize = 0;
let scratchOnes: usize = 0;
let tapScratch: usize = 0;

/** Forgets what is known: another mapping. */
export function startFmapChunks(): void {
  episodes = ceilDivide(chunkCount, M.slices);
  single = M.gradientSkip && L.masked;
  room = 1;
  for (let i = 0; i < chunkCount; i++) room = max(room, wordsOf(chunkAt(i)) + 1);
  const taps = M.tapRows * L.S;
  planes = planesFor(M.channelsPerPe * taps);
  tapBlocks = ceilDivide(L.R, M.tapRows);
  lists = allocZeros(M.channelLists * tapBlocks * 4);
  const slices = M.slices * M.domains * M.channelSlices;
  sliceBytes = (single ? M.channelsPerPe * taps * room : planes * (room - 1)) * 8;
  episodeBytes = slices * sliceBytes;
  const all = <i64>(M.channelLists * tapBlocks) * episodes * episodeBytes;
  kept = M.reusesChannels && all <= keptBytes;
  scratch = kept ? 0 : alloc(episodeBytes);
  scratchOnes = kept ? 0 : alloc(slices * 4);
  tapScratch = alloc(taps * room * 8);
}

/** What moves for the fmap of an episode. */
export function fmapOf(residency: Residency, episode: i32): FmapEpisode {
  const list = lists + (residency.channelList * tapBlocks + residency.r0 / M.tapRows) * 4;
  if (load<u32>(list) === 0) store<u32>(list, <u32>allocZeros(episodes * offsetof<FmapEpisode>()));
  const fmap = changetype<FmapEpisode>(load<u32>(list) + episode * offsetof<FmapEpisode>());
  if (!fmap.counted) countTraffic(fmap, residency, episode);
  return fmap;
}

/** Boxes of a part, as far as the taps reach and as far as no chunk before it did. */
@unmanaged
class Boxes {
  n: i32;
  h0: i32;
  h1: i32;
  w0: i32;
  w1: i32;
  freshH0: i32;
  freshH1: i32;
  freshW0: i32;
  freshW1: i32;
}

function boxesAt(boxes: usize, i: i32): Boxes {
  return changetype<Boxes>(boxes + i * offsetof<Boxes>());
}

function countTraffic(fmap: FmapEpisode, residency: Residency, episode: i32): void {
  const before = mark();
  let bits: i64 = 0;
  let values: i64 = 0;
  const first = episode * M.slices;
  const last = min(chunkCount, first + M.slices);
  const slices = M.domains * M.channelSlices;
  for (let i = first; i < last; i++) {
    const chunk = chunkAt(i);
    const bitmap = chunks.fmapBitmapBits(chunk, residency.r1 - residency.r0);
    const boxes = boxesOf(chunk, residency);
    let at = 0;
    for (let slice = 0; slice < slices; slice++) {
      let ofPe: i64 = 0;
      for (const end = residency.firstChannel(slice + 1); at < end; at++)
        ofPe += countChannel(chunk, boxes, residency.channel(at), bitmap);
      fmap.bytes += ofPe;
      fmap.bytesOfPe = max(fmap.bytesOfPe, ofPe);
      values += freshOfSlice;
      freshOfSlice = 0;
    }
    for (let part = 0; part < chunk.parts; part++) {
      const box = boxesAt(boxes, part);
      bits += <i64>((box.freshH1 - box.freshH0) * (box.freshW1 - box.freshW0)) * at;
    }
    release(before);
  }
  fmap.dramBytes = ((bits + 7) >> 3) + values * M.valueBytes;
  fmap.counted = true;
}

function boxesOf(chunk: Chunk, residency: Residency): usize {
  const boxes = alloc(chunk.parts * offsetof<Boxes>());
  for (let i = 0; i < chunk.parts; i++) {
    const part = chunk.part(i);
    const box = boxesAt(boxes, i);
    box.n = part.n;
    chunks.boxOfReach(chunk, part, residency.r0, residency.r1);
    box.h0 = chunks.h0;
    box.h1 = chunks.h1;
    box.w0 = chunks.w0;
    box.w1 = chunks.w1;
    chunks.boxOfFirstReach(chunk, part);
    box.freshH0 = chunks.h0;
    box.freshH1 = chunks.h1;
    box.freshW0 = chunks.w0;
    box.freshW1 = chunks.w1;
  }
  return boxes;
}

/** nonzeros that come from DRAM, of the channels counted since it was 0 */
let freshOfSlice: i64 = 0;

/** Bytes that a PE receives of a channel. */
function countChannel(chunk: Chunk, boxes: usize, c: i32, bitmapBits: i32): i32 {
  if (L.flat) {
    const values = L.onesIn(L.fmapRow(0, c, 0, 0), chunk.q0, chunk.q0 + chunk.columns);
    freshOfSlice += values;
    return compressedBytes(chunk.columns, values);
  }
  let near = 0;
  let freshBytes = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const box = boxesAt(boxes, i);
    setBox(box.freshH0, box.freshH1, box.freshW0, box.freshW1);
    const fresh = fmapInBox(box.n, c, false);
    freshOfSlice += fresh;
    freshBytes += compressedBytes((box.freshH1 - box.freshH0) * (box.freshW1 - box.freshW0), fresh);
    setBox(box.h0, box.h1, box.w0, box.w1);
    near += fmapInBox(box.n, c, true);
  }
  return max(freshBytes, compressedBytes(bitmapBits, near));
}

/** Makes the bits of an episode, unless they are still there. */
export function makeBits(fmap: FmapEpisode, residency: Residency, episode: i32): void {
  if (kept && fmap.bits !== 0) return;
  const slices = M.domains * M.channelSlices;
  const firstTap = residency.r0 * L.S;
  const lastTap = residency.r1 * L.S;
  fmap.bits = kept ? alloc(episodeBytes) : scratch;
  fmap.ones = kept ? alloc(M.slices * slices * 4) : scratchOnes;
  let to = fmap.bits;
  let ones = fmap.ones;
  const count = min(M.slices, chunkCount - episode * M.slices);
  for (let i = 0; i < count; i++) {
    const chunk = chunkAt(episode * M.slices + i);
    const words = wordsOf(chunk);
    for (let slice = 0; slice < slices; slice++, to += sliceBytes, ones += 4) {
      const last = residency.firstChannel(slice + 1);
      let vectors = to;
      if (!single) memory.fill(to, 0, planes * words * 8);
      for (let at = residency.firstChannel(slice); at < last; at++) {
        if (L.flat && M.skipFmap && !single) {
          addRow(to, planes, chunk, L.fmapRow(0, residency.channel(at), 0, 0), L.W);
          continue;
        }
        if (!single) vectors = tapScratch;
        tapVectors(vectors, room * 8, chunk, residency.channel(at), residency.r0, residency.r1, M.skipFmap);
        for (let tap = firstTap; tap < lastTap; tap++, vectors += room * 8)
          if (!single) addTo(to, planes, vectors, words);
      }
      if (!single) store<i32>(ones, onesOf(to, words));
    }
  }
}

function onesOf(sums: usize, words: i32): i32 {
  let ones: i64 = 0;
  for (let word = 0; word < words; word++)
    for (let plane = 0; plane < planes; plane++, sums += 8) ones += popcnt<u64>(load<u64>(sums)) << plane;
  return <i32>ones;
}
