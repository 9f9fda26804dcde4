import { alloc, allocZeros } from "./arena";
import { boxOfReach, Chunk, chunkAt, chunkCount, h0, h1, w0, w1 } from "./chunks";
import { fmapSegment, isPlain } from "./counts";
import * as L from "./layer";

/**
 * Nonzeros of fmap rows between the columns that chunks of one width reach, from which the fullest chunk of any
 * height follows by additions, eight channels at a time.
 */

/** Makes the counts of the first `images` images for chunks as they are now cut: [n][h][cut][channel], 2 bytes each, channels rounded up to eight. */
export function makeSegments(cuts: i32, images: i32): usize {
  const cutBytes = channelBytes();
  const segments = allocZeros(<usize>(images * L.H * cuts) * cutBytes);
  for (let cut = 0; cut < cuts; cut++) {
    const chunk = chunkAt(cut);
    boxOfReach(chunk, chunk.part(0), 0, L.R);
    if (w1 <= w0) continue;
    const first = segments + <usize>cut * cutBytes;
    if (isPlain() && w1 - w0 <= 64) {
      for (let n = 0; n < images; n++)
        countWords(first + <usize>(n * L.H * cuts) * cutBytes, cuts * cutBytes, n);
      continue;
    }
    for (let n = 0; n < images; n++)
      for (let c = 0; c < L.C; c++) {
        let to = first + <usize>(n * L.H * cuts) * cutBytes + c * 2;
        for (let h = 0; h < L.H; h++, to += cuts * cutBytes)
          store<u16>(to, <u16>min(fmapSegment(n, c, h, w0, w1), 0xffff));
      }
  }
  return segments;
}

/** Counts of an image's rows between columns w0 and w1, which fit one word; `rowBytes` from row to row. */
function countWords(first: usize, rowBytes: i32, n: i32): void {
  const shift = <u64>(w0 & 63);
  const above = <u64>(64 - (w1 - w0));
  const word = 8 + ((w0 >> 6) << 3);
  for (let c = 0; c < L.C; c++) {
    let at = L.fmapRow(n, c, 0, 0) + word;
    let to = first + c * 2;
    for (let h = 0; h < L.H; h++, at += L.fmapRowBytes, to += rowBytes) {
      const bits = (load<u64>(at) >> shift) | ((load<u64>(at, 8) << (63 - shift)) << 1);
      store<u16>(to, <u16>popcnt<u64>(bits << above));
    }
  }
}

function channelBytes(): i32 {
  return ((L.C + 7) & ~7) * 2;
}

/**
 * The most nonzeros of each channel in a chunk of these images as far as `kernelRows` reach: [channel], 2 bytes
 * each, 65535 at most.
 */
export function mostOfSegments(segments: usize, cuts: i32, images: i32, kernelRows: i32): usize {
  const cutBytes = channelBytes();
  const most = allocZeros(cutBytes);
  const sums = alloc(cutBytes);
  for (let i = 0; i < chunkCount; i++) {
    const chunk = chunkAt(i);
    if (chunk.part(chunk.parts - 1).n >= images) break;
    for (let r0 = 0; r0 < L.R; r0 += kernelRows) {
      memory.fill(sums, 0, cutBytes);
      addRows(sums, chunk, segments + <usize>(i % cuts) * cutBytes, cuts * cutBytes, r0, kernelRows);
      for (let at = 0; at < cutBytes; at += 16)
        v128.store(most + at, v128.max<u16>(v128.load(most + at), v128.load(sums + at)));
    }
  }
  return most;
}

/** Adds the rows that a chunk's parts reach. */
function addRows(sums: usize, chunk: Chunk, segments: usize, rowBytes: i32, r0: i32, kernelRows: i32): void {
  const cutBytes = channelBytes();
  for (let i = 0; i < chunk.parts; i++) {
    const part = chunk.part(i);
    boxOfReach(chunk, part, r0, min(L.R, r0 + kernelRows));
    for (let h = h0; h < h1; h++) {
      const row = segments + <usize>(part.n * L.H + h) * rowBytes;
      for (let at = 0; at < cutBytes; at += 16)
        v128.store(sums + at, v128.add_sat<u16>(v128.load(sums + at), v128.load(row + at)));
    }
  }
}
