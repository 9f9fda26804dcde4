import { alloc, newQueue, Queue } from "./arena";
import { rowWordsOfChunk } from "./chunk-rows";
import { chunkWords, findPixels, startChunkValues } from "./chunk-values";
import {
  chunkCount,
  emapOf,
  Group,
  gatherEmap,
  groupAt,
  groupsOfChunk,
  positionsOf,
  windowBits,
} from "./groups";
import { chunkShape, layer, machine, mapping, wordBytes } from "./layout";
import * as maps from "./maps";
import { Residency } from "./residency";
import { compressedBytes } from "./sizes";
import { SlotCounts, startSlotCounts } from "./slot-counts";

/** Episodes that DRAM has been asked for, or will be next: what they work on. */

@unmanaged
export class Episode {
  residency: Residency;
  /** its lowest chunk, and by how many slices its chunks are turned */
  firstChunk: i32;
  turned: i32;
  /** numbers of what DRAM is asked for it */
  fmapItem: i64;
  emapItem: i64;
  /** 0 until `prepare` */
  block: usize;

  /** The chunk of a position slice of a team's column; `chunkCount()` or more where there is none. */
  @inline
  chunk(member: i32, slice: i32): i32 {
    const slices = mapping.teamColumns * mapping.positionSlices;
    const turned = member * mapping.positionSlices + slice + this.turned;
    return this.firstChunk + (turned < slices ? turned : turned - slices);
  }

  /** Row words of the chunk of a position slice. */
  @inline
  rowWordsAt(member: i32, slice: i32): usize {
    return this.block + ((member * mapping.positionSlices + slice) << 2);
  }

  /** Words that the chunk of a trace takes. */
  @inline
  wordsAt(domain: i32, member: i32, trace: i32): usize {
    return this.block + wordsFrom + (((domain * mapping.teamColumns + member) * usedTraces + trace) << 2);
  }

  /** The nonzeros of a trace's slots, where no mask leaves any out. */
  @inline
  counts(domain: i32, member: i32, trace: i32): SlotCounts {
    const place = (domain * mapping.teamColumns + member) * usedTraces + trace;
    return changetype<SlotCounts>(this.block + countsFrom + <usize>place * offsetof<SlotCounts>());
  }

  /** [slot] the bits of a trace's fmap, a byte for each group of its chunk */
  @inline
  fmap(domain: i32, member: i32, trace: i32): usize {
    return (
      this.block +
      fmapFrom +
      ((((domain * mapping.teamColumns + member) * usedTraces + trace) * mapping.slots) << 3)
    );
  }
}

let queued: Queue = changetype<Queue>(0);
let first: i32 = 0;
/** blocks to use again */
let spare: usize = 0;
/** traces of a column that the mapping uses */
let usedTraces: i32 = 0;
/** places in a block, and its end */
let wordsFrom: i32 = 0;
let countsFrom: i32 = 0;
let fmapFrom: i32 = 0;
let blockBytes: i32 = 0;
/** whether jobs leave out slots that the mask does not want */
let masked: bool = false;

export function startEpisodes(): void {
  startChunkValues();
  startSlotCounts();
  masked = machine.gradientSkip && layer.masked;
  queued = newQueue(offsetof<Episode>());
  first = 0;
  spare = 0;
  usedTraces = mapping.channelSlices * mapping.positionSlices;
  const copies = mapping.domains * mapping.teamColumns;
  wordsFrom = mapping.teamColumns * mapping.positionSlices * 4;
  countsFrom = (wordsFrom + copies * usedTraces * 4 + 15) & ~15;
  fmapFrom = countsFrom + copies * usedTraces * <i32>offsetof<SlotCounts>();
  blockBytes = fmapFrom + copies * usedTraces * mapping.slots * 8;
}

export function queuedEpisodes(): i32 {
  return first + queued.length;
}

/** An episode that has been queued and is not forgotten; to be read before the next is queued. */
export function episodeAt(episode: i32): Episode {
  return changetype<Episode>(queued.at(episode - first));
}

export function queueEpisode(residency: Residency, round: i32, item: i64): Episode {
  const episode = changetype<Episode>(queued.push());
  episode.residency = residency;
  const slices = mapping.teamColumns * mapping.positionSlices;
  episode.firstChunk = round * slices;
  episode.turned = <i32>((<i64>round * mapping.turn) % slices);
  episode.fmapItem = item;
  episode.emapItem = item + 1;
  episode.block = 0;
  for (let member = 0; member < mapping.teamColumns; member++)
    for (let slice = 0; slice < mapping.positionSlices; slice++)
      if (episode.chunk(member, slice) < chunkCount()) gatherEmap(episode.chunk(member, slice));
  return episode;
}

export function forgetEpisodes(before: i32): void {
  for (; first < before && queued.length > 0; first++) {
    const block = changetype<Episode>(queued.shift()).block;
    if (block === 0) continue;
    store<usize>(block, spare);
    spare = block;
  }
}

/** Bytes of a k's nonzeros and their bitmaps, of all position slices of a column. */
export function emapBytes(own: Episode, member: i32, k: i32): i32 {
  let bytes = 0;
  for (let slice = 0; slice < mapping.positionSlices; slice++) {
    const chunk = own.chunk(member, slice);
    if (chunk < chunkCount())
      bytes += compressedBytes(positionsOf(chunk), <i32>popcnt<u64>(emapOf(chunk, k)));
  }
  return bytes;
}

/** Lays out an episode's chunks and gathers their fmap's bits, once. */
export function prepare(own: Episode): void {
  if (own.block !== 0) return;
  own.block = spare !== 0 ? spare : alloc(blockBytes);
  if (spare !== 0) spare = load<usize>(spare);
  for (let member = 0; member < mapping.teamColumns; member++)
    for (let slice = 0; slice < mapping.positionSlices; slice++) prepareChunk(own, member, slice);
}

function prepareChunk(own: Episode, member: i32, slice: i32): void {
  const chunk = own.chunk(member, slice);
  if (chunk < chunkCount()) {
    store<i32>(own.rowWordsAt(member, slice), rowWordsOfChunk(chunk, own.residency));
    findPixels(chunk, own.residency);
  }
  for (let domain = 0; domain < mapping.domains; domain++)
    for (let i = 0; i < mapping.channelSlices; i++)
      prepareTrace(own, domain, member, slice * mapping.channelSlices + i);
}

function prepareTrace(own: Episode, domain: i32, member: i32, trace: i32): void {
  const residency = own.residency;
  const slice = trace / mapping.channelSlices;
  const chunk = own.chunk(member, slice);
  const words = own.wordsAt(domain, member, trace);
  if (chunk >= chunkCount()) {
    store<i32>(words, 0);
    return;
  }
  const channels = domain * mapping.channelSlices + (trace % mapping.channelSlices);
  store<i32>(words, chunkWords(load<i32>(own.rowWordsAt(member, slice)), residency, channels));
  const fmap = own.fmap(domain, member, trace);
  const taps = residency.rows * residency.columns;
  const slots = residency.channelCount(channels) * taps;
  memory.fill(fmap, 0, slots << 3);
  const count = groupsOfChunk(chunk);
  let to = fmap;
  for (
    let i = residency.firstChannel(channels);
    i < residency.firstChannel(channels + 1);
    i++, to += taps << 3
  )
    for (let g = 0; g < count; g++)
      gather(to + g, groupAt(chunk * chunkShape.groups + g), residency.channel(i), residency);
  if (masked) return;
  if (machine.skipFmap) own.counts(domain, member, trace).count(fmap, slots);
  else own.counts(domain, member, trace).countFull(slots);
}

/** Puts the bits of a group's windows of channel c into its byte of each tap. */
function gather(to: usize, group: Group, c: i32, residency: Residency): void {
  const width = residency.columns;
  const x = group.q0 * layer.strideX - layer.padLeft + residency.s0 * layer.dilationX;
  const length = (width - 1) * layer.dilationX + 8;
  const inOne = layer.strideX === 1 && chunkShape.step === 1 && length <= 64;
  for (let r = residency.r0; r < residency.r1; r++, to += width << 3) {
    const y = group.p * layer.strideY - layer.padTop + r * layer.dilationY;
    if (y < 0 || y >= layer.H) continue;
    if (inOne) spread(to, width, maps.bitsAt(maps.fmapRow(group.n, c, y, 0), layer.W, x, length));
    else
      for (let s = 0; s < width; s++)
        store<u8>(to + (s << 3), <u8>windowBits(group.n, c, y, x + s * layer.dilationX));
  }
}

/** Puts the bits of a row's taps into their bytes, from a run of pixels. */
function spread(to: usize, width: i32, run: u64): void {
  for (let s = 0; s < width; s++, run >>= layer.dilationX) store<u8>(to + (s << 3), <u8>run);
}

let sizeBytes: i64 = 0;
let sizeOfPe: i32 = 0;

/** Bytes through the global buffer's port, and words of the PE that gets most, of what `findChunkSize` was asked for. */
export function chunkBytes(): i64 {
  return sizeBytes;
}
export function chunkWordsOfPe(): i32 {
  return sizeOfPe;
}

/** What a PE row's chunks take: each different one crosses the port once. */
export function findChunkSize(own: Episode, row: i32): void {
  const from = min(row * machine.traces, usedTraces);
  const to = min(from + machine.traces, usedTraces);
  let words: i64 = 0;
  sizeOfPe = 0;
  for (let domain = 0; domain < mapping.domains; domain++)
    for (let member = 0; member < mapping.teamColumns; member++) {
      let inPe = 0;
      for (let trace = from; trace < to; trace++) inPe += load<i32>(own.wordsAt(domain, member, trace));
      words += inPe;
      sizeOfPe = max(sizeOfPe, inPe);
    }
  sizeBytes = words * wordBytes;
}

/** Row words of a trace's chunk. */
export function rowWordsOf(own: Episode, domain: i32, member: i32, trace: i32): i32 {
  if (trace >= usedTraces) return 0;
  const slice = trace / mapping.channelSlices;
  if (own.chunk(member, slice) >= chunkCount()) return 0;
  const channels = domain * mapping.channelSlices + (trace % mapping.channelSlices);
  return own.residency.channelCount(channels) > 0 ? load<i32>(own.rowWordsAt(member, slice)) : 0;
}
