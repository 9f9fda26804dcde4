import { alloc, allocZeros, mark, release } from "./arena";
import * as counts from "./chunk-counts";
import { Chunk, chunkAt, chunkCount } from "./chunks";
import { layer, machine, mapping, run } from "./layout";
import * as maps from "./maps";
import { Residency } from "./residency";
import { ceilDivide } from "./sizes";
import * as sums from "./tap-sums";
import { addRow, addTo, planesFor, tapColumns, tapVectors, wordsOf } from "./vectors";

/**
 * The fmap chunks of an episode: what moves for them, and their bits. Both depend on its channels, kernel rows and
 * positions alone, so residencies that differ in their k's share them.
 *
 * When every tap is wanted, a PE's count is the sum over positions of (k's nonzero there) x (channels and taps nonzero
 * there), so the vectors of its channels and taps are added up, as planes of bits. With a mask each is kept by itself.
 */

/** Memory that the bits of episodes may take to be kept for the next k's. */
const keptBytes: u64 = 1 << 27;

@unmanaged
export class FmapEpisode {
  counted: bool;
  /** through the global buffer's read port; to the PE that receives most; from DRAM */
  bytes: i64;
  bytesOfPe: i64;
  dramBytes: i64;
  /** [position slice of a team][channel slice of every domain] ones of all its channels and taps, 4 bytes each */
  ones: usize;
  /** [position slice of a team][channel slice of every domain] sums or vectors; 0: not yet made */
  bits: usize;
}

let episodeCount: i32 = 0;
let oneByOne: bool = false;
let planesOfSum: i32 = 0;
let wordsOfVector: i32 = 0;
/** [list of channels][tap block] its episodes; 0: none yet */
let lists: usize = 0;
let tapBlocks: i32 = 0;
let bytesOfSlice: i32 = 0;
let episodeBytes: u64 = 0;
let kept: bool = false;
/** where bits are made that are not kept, and whose they are */
let scratch: usize = 0;
let inScratch: usize = 0;
let tapScratch: usize = 0;

/** Episodes of a residency. */
export function episodes(): i32 {
  return episodeCount;
}

/** Whether vectors are wanted one by one, or else sums. */
export function single(): bool {
  return oneByOne;
}

/** Planes of a sum. */
export function planes(): i32 {
  return planesOfSum;
}

/** Words of the longest vector and one more. */
export function room(): i32 {
  return wordsOfVector;
}

/** Bytes of the bits of one slice. */
export function sliceBytes(): i32 {
  return bytesOfSlice;
}

/** Forgets what is known: another mapping. */
export function startFmapChunks(): void {
  episodeCount = ceilDivide(chunkCount(), mapping.slices);
  counts.startChunkCounts(mapping.tapRows);
  oneByOne = machine.gradientSkip && layer.masked;
  wordsOfVector = 1;
  for (let i = 0; i < chunkCount(); i++) wordsOfVector = max(wordsOfVector, wordsOf(chunkAt(i)) + 1);
  const taps = mapping.tapRows * layer.S;
  planesOfSum = planesFor(mapping.channelsPerPe * taps);
  tapBlocks = ceilDivide(layer.R, mapping.tapRows);
  lists = allocZeros(<u64>run.channelLists * tapBlocks * 4);
  const slices = min(mapping.slices, chunkCount()) * mapping.domains * mapping.channelSlices;
  bytesOfSlice =
    (oneByOne ? mapping.channelsPerPe * taps * wordsOfVector : planesOfSum * (wordsOfVector - 1)) * 8;
  episodeBytes = <u64>slices * bytesOfSlice;
  const all = <u64>run.channelLists * tapBlocks * episodeCount * episodeBytes;
  kept = run.reusesChannels && all <= keptBytes;
  scratch = kept ? 0 : alloc(episodeBytes);
  inScratch = 0;
  tapScratch = alloc(<u64>taps * wordsOfVector * 8);
  if (!oneByOne) sums.startTapSums(mostLines(), planesOfSum);
}

/** Lines of the tallest chunk. */
function mostLines(): i32 {
  let most = 0;
  for (let i = 0; i < chunkCount(); i++) most = max(most, chunkAt(i).positions / chunkAt(i).columns);
  return most;
}

/** What moves for the fmap of an episode. */
export function fmapOf(residency: Residency, episode: i32): FmapEpisode {
  const list = lists + (residency.channelList * tapBlocks + residency.r0 / mapping.tapRows) * 4;
  if (load<u32>(list) === 0) store<u32>(list, <u32>allocZeros(<u64>episodeCount * offsetof<FmapEpisode>()));
  const fmap = changetype<FmapEpisode>(load<u32>(list) + episode * offsetof<FmapEpisode>());
  if (!fmap.counted) countTraffic(fmap, residency, episode);
  return fmap;
}

function countTraffic(fmap: FmapEpisode, residency: Residency, episode: i32): void {
  const slices = mapping.domains * mapping.channelSlices;
  const first = episode * mapping.slices;
  const last = min(chunkCount(), first + mapping.slices);
  let to = alloc(<u64>(last - first) * slices * 4);
  fmap.ones = to;
  const before = mark();
  let bits: i64 = 0;
  let values: i64 = 0;
  for (let i = first; i < last; i++) {
    const chunk = chunkAt(i);
    const freshBits = counts.startChunk(chunk, residency.r0, residency.r1);
    let at = 0;
    for (let slice = 0; slice < slices; slice++, to += 4) {
      let ofPe: i64 = 0;
      let ones: i64 = 0;
      for (const end = residency.firstChannel(slice + 1); at < end; at++) {
        const counted = counts.countChannel(residency.channel(at));
        ofPe += counted.bytes;
        values += counted.freshValues;
        ones += counted.ones;
      }
      fmap.bytes += ofPe;
      fmap.bytesOfPe = max(fmap.bytesOfPe, ofPe);
      if (!machine.skipFmap) ones = residency.channelCount(slice) * vectors(residency) * chunk.positions;
      store<i32>(to, <i32>ones);
    }
    bits += <i64>freshBits * at;
    release(before);
  }
  fmap.dramBytes = ((bits + 7) >> 3) + values * machine.valueBytes;
  fmap.counted = true;
}

/** Vectors of a channel. */
function vectors(residency: Residency): i32 {
  return (residency.r1 - residency.r0) * layer.S;
}

/** The bits of an episode; made unless they are still there. */
export function bitsOf(fmap: FmapEpisode, residency: Residency, episode: i32): usize {
  if (fmap.bits !== 0) return fmap.bits;
  if (!kept && inScratch !== 0) changetype<FmapEpisode>(inScratch).bits = 0;
  if (!kept) inScratch = changetype<usize>(fmap);
  fmap.bits = kept ? alloc(episodeBytes) : scratch;
  makeBits(fmap.bits, residency, episode);
  return fmap.bits;
}

function makeBits(to: usize, residency: Residency, episode: i32): void {
  const slices = mapping.domains * mapping.channelSlices;
  const count = min(mapping.slices, chunkCount() - episode * mapping.slices);
  const before = mark();
  for (let i = 0; i < count; i++) {
    const chunk = chunkAt(episode * mapping.slices + i);
    const columns = tapColumns(chunk.q0);
    for (let slice = 0; slice < slices; slice++, to += bytesOfSlice)
      if (oneByOne) makeVectors(to, residency, slice, chunk);
      else makeSums(to, residency, slice, chunk, columns);
    release(before);
  }
}

/** The vectors of a slice's channels and taps, one after the other. */
function makeVectors(to: usize, residency: Residency, slice: i32, chunk: Chunk): void {
  const end = residency.firstChannel(slice + 1);
  for (let at = residency.firstChannel(slice); at < end; at++, to += vectors(residency) * wordsOfVector * 8)
    tapVectors(
      to,
      wordsOfVector * 8,
      chunk,
      residency.channel(at),
      residency.r0,
      residency.r1,
      machine.skipFmap,
    );
}

/** Their sums. */
function makeSums(to: usize, residency: Residency, slice: i32, chunk: Chunk, columns: usize): void {
  const words = wordsOf(chunk);
  const end = residency.firstChannel(slice + 1);
  const ofRows = machine.skipFmap && !layer.flat && chunk.columns <= sums.mostColumns;
  memory.fill(to, 0, planesOfSum * words * 8);
  if (ofRows) sums.startSums(chunk, columns);
  for (let at = residency.firstChannel(slice); at < end; at++) {
    const c = residency.channel(at);
    if (ofRows) sums.addChannel(chunk, c, residency.r0, residency.r1);
    else if (layer.flat && machine.skipFmap)
      addRow(to, planesOfSum, chunk, maps.fmapRow(0, c, 0, 0), layer.W);
    else addVectors(to, chunk, c, residency);
  }
  if (ofRows) sums.placeSums(to, chunk);
}

function addVectors(to: usize, chunk: Chunk, c: i32, residency: Residency): void {
  tapVectors(tapScratch, wordsOfVector * 8, chunk, c, residency.r0, residency.r1, machine.skipFmap);
  for (let tap = 0; tap < vectors(residency); tap++)
    addTo(to, planesOfSum, tapScratch + tap * wordsOfVector * 8, wordsOf(chunk));
}
