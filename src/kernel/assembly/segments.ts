import { alloc, allocZeros } from "./arena";
import { Box, Chunk, chunkAt, chunkCount } from "./chunks";
import { fmapInBox, isReached, reachedBits } from "./counts";
import { FullestChunksNonzeros, fullestChunks, layer } from "./layout";
import * as maps from "./maps";

/**
 * Nonzeros of fmap rows between the columns that chunks of one width reach, from which the fullest chunk of any
 * height follows by additions, eight channels at a time.
 */

/** what is reached of the picture, and one row of that */
const near: Box = changetype<Box>(memory.data(16));
const row: Box = changetype<Box>(memory.data(16));

/** Makes the counts of the first `images` images for chunks as they are now cut: [n][h][cut][channel], 2 bytes each, channels rounded up to eight. */
export function makeSegments(cuts: i32, images: i32): usize {
  const cutBytes = channelBytes();
  const rowBytes = cuts * cutBytes;
  const segments = allocZeros(<u64>images * layer.H * rowBytes);
  for (let cut = 0; cut < cuts; cut++) {
    const chunk = chunkAt(cut);
    near.setReach(chunk, chunk.part(0), 0, layer.R);
    if (near.w1 <= near.w0) continue;
    for (let n = 0; n < images; n++)
      countImage(segments + <usize>(n * layer.H) * rowBytes + cut * cutBytes, rowBytes, n);
  }
  return segments;
}

/** Counts the rows of an image as far as is reached; `rowBytes` from row to row. */
function countImage(first: usize, rowBytes: i32, n: i32): void {
  if (near.w1 - near.w0 <= 64 * layer.strideX)
    for (let phase = 0; phase < maps.phases(); phase++) countWords(first, rowBytes, n, phase);
  else for (let c = 0; c < layer.C; c++) countLongRows(first + c * 2, rowBytes, n, c);
}

/** The same of one channel. */
function countLongRows(to: usize, rowBytes: i32, n: i32, c: i32): void {
  for (let h = 0; h < layer.H; h++, to += rowBytes) {
    row.set(h, h + 1, near.w0, near.w1);
    store<u16>(to, <u16>min(fmapInBox(n, c, row, true), 0xffff));
  }
}

/** The same of all channels, where what is reached of a phase of the stride fits one word. */
function countWords(first: usize, rowBytes: i32, n: i32, phase: i32): void {
  const from = maps.columnsOfPhase(near.w0, phase);
  const to = maps.columnsOfPhase(near.w1, phase);
  if (to <= from) return;
  const reached = reachedBits(phase, from, to - from);
  // eight channels at a time: few places read from and written to at once
  for (let c = 0; c < layer.C; c += 8) {
    const channels = min(8, layer.C - c);
    for (let h = 0; h < layer.H; h++)
      if (isReached(h))
        countWord(first + h * rowBytes + c * 2, maps.fmapRow(n, c, h, phase), from, reached, channels);
  }
}

/** Adds the nonzeros among the bits from `from` on of a row, for some channels. */
function countWord(sum: usize, row: usize, from: i32, reached: u64, channels: i32): void {
  const shift = <u64>(from & 63);
  const channelBytes = layer.H * maps.phases() * maps.fmapRowBytes();
  let at = row + 8 + ((from >> 6) << 3);
  for (let i = 0; i < channels; i++, at += channelBytes, sum += 2) {
    const bits = (load<u64>(at) >> shift) | ((load<u64>(at, 8) << (63 - shift)) << 1);
    store<u16>(sum, <u16>(load<u16>(sum) + popcnt<u64>(bits & reached)));
  }
}

function channelBytes(): i32 {
  return ((layer.C + 7) & ~7) * 2;
}

/** Finds the most nonzeros of each channel in a chunk of these images as far as `kernelRows` reach. */
export function findFullestOfSegments(segments: usize, cuts: i32, images: i32, kernelRows: i32): void {
  if (sizeof<FullestChunksNonzeros>() !== 2) ERROR("eight channels must fit a vector");
  const cutBytes = channelBytes();
  const most = allocZeros(cutBytes);
  fullestChunks.nonzeros = most;
  const sums = alloc(cutBytes);
  for (let i = 0; i < chunkCount(); i++) {
    const chunk = chunkAt(i);
    if (chunk.part(chunk.parts - 1).n >= images) break;
    for (let r0 = 0; r0 < layer.R; r0 += kernelRows) {
      memory.fill(sums, 0, cutBytes);
      addRows(sums, chunk, segments + <usize>(i % cuts) * cutBytes, cuts * cutBytes, r0, kernelRows);
      for (let at = 0; at < cutBytes; at += 16)
        v128.store(most + at, v128.max<u16>(v128.load(most + at), v128.load(sums + at)));
    }
  }
}

/** Adds the rows that a chunk's parts reach. */
function addRows(sums: usize, chunk: Chunk, segments: usize, rowBytes: i32, r0: i32, kernelRows: i32): void {
  const cutBytes = channelBytes();
  for (let i = 0; i < chunk.parts; i++) {
    const part = chunk.part(i);
    near.setReach(chunk, part, r0, min(layer.R, r0 + kernelRows));
    for (let h = near.h0; h < near.h1; h++) {
      const row = segments + <usize>(part.n * layer.H + h) * rowBytes;
      for (let at = 0; at < cutBytes; at += 16)
        v128.store(sums + at, v128.add_sat<u16>(v128.load(sums + at), v128.load(row + at)));
    }
  }
}

/**
 * The same of a layer of a single row, for chunks as they are now cut that begin before column `columns`; every tap
 * reaches what its chunk holds.
 */
export function findFullestOfRuns(columns: i32): void {
  fullestChunks.nonzeros = allocZeros(channelBytes());
  const width = chunkAt(0).columns;
  const count = min(chunkCount(), (columns + width - 1) / width);
  const inBytes = width <= 64 && (width & 7) === 0;
  for (let c = 0; c < layer.C; c++) {
    const row = maps.fmapRow(0, c, 0, 0);
    const fullest = inBytes ? fullestOfBytes(row, width, count) : fullestOfChunks(row, count);
    fullestChunks.setNonzerosAt(c, <u16>min(fullest, 0xffff));
  }
}

/** The most ones of the first `count` chunks of a row. */
function fullestOfChunks(row: usize, count: i32): i32 {
  let fullest = 0;
  for (let i = 0; i < count; i++) {
    const chunk = chunkAt(i);
    fullest = max(fullest, maps.onesIn(row, chunk.q0, chunk.q0 + chunk.columns));
  }
  return fullest;
}

/** The same where each is of whole bytes, eight at most; what the last one lacks are zeros. */
function fullestOfBytes(row: usize, width: i32, count: i32): i32 {
  const above = <u64>(64 - width);
  const end = row + 8 + count * (width >> 3);
  let fullest = 0;
  for (let at = row + 8; at < end; at += width >> 3)
    fullest = max(fullest, <i32>popcnt<u64>(load<u64>(at) << above));
  return fullest;
}
