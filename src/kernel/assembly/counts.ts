import { alloc, allocZeros, mark, release } from "./arena";
import { Box } from "./chunks";
import { commonDivisor } from "./common-divisor";
import {
  ChannelNonzerosEmap,
  ChannelNonzerosFmap,
  ChannelNonzerosReached,
  channelNonzeros,
  layer,
} from "./layout";
import * as maps from "./maps";

/** Nonzeros in boxes of the maps, counted in rows of bits. */

/** [H] flags, and [phase] rows: the pixels that some tap reaches; 0 when all are. */
let reachedRows: usize = 0;
let reachedColumns: usize = 0;
/** [K] whether an emap channel is known to have no zero */
let fullEmaps: usize = 0;
let fullEmapsMarked: bool = false;

/** Whether some tap reaches row h. */
export function isReached(h: i32): bool {
  return reachedRows === 0 || load<u8>(reachedRows + h) !== 0;
}

/** Bits from .. from+count-1 of the columns, of one phase, that some tap reaches; 64 at most. */
export function reachedBits(phase: i32, from: i32, count: i32): u64 {
  if (reachedRows === 0) return ~(<u64>0) >> <u64>(64 - count);
  return maps.bitsAt(reachedColumns + phase * maps.fmapRowBytes(), from + count, from, count);
}

/** Finds out which pixels the stride steps over. */
export function startCounts(): void {
  fullEmaps = allocZeros(layer.K);
  fullEmapsMarked = false;
  reachedRows = allocZeros(layer.H);
  reachedColumns = allocZeros(<u64>maps.phases() * maps.fmapRowBytes());
  const reachedFlags = allocZeros(layer.W);
  const rows = markReached(
    reachedRows,
    layer.H,
    layer.P,
    layer.R,
    layer.strideY,
    layer.padTop,
    layer.dilationY,
  );
  const columns = markReached(
    reachedFlags,
    layer.W,
    layer.Q,
    layer.S,
    layer.strideX,
    layer.padLeft,
    layer.dilationX,
  );
  for (let w = 0; w < layer.W; w++) {
    const at =
      reachedColumns + (w % layer.strideX) * maps.fmapRowBytes() + 8 + (((w / layer.strideX) >> 6) << 3);
    store<u64>(at, load<u64>(at) | ((<u64>load<u8>(reachedFlags + w)) << (w / layer.strideX)));
  }
  if (rows === layer.H && columns === layer.W) reachedRows = reachedColumns = 0;
}

/**
 * Flags the pixels of an axis that some tap reaches, and counts them. Taps whose offsets differ by a multiple of the stride
 * step over the same pixels, a later tap further on: each goes on where the one before it ended.
 */
function markReached(
  flags: usize,
  size: i32,
  out: i32,
  kernel: i32,
  stride: i32,
  pad: i32,
  dilation: i32,
): i32 {
  const before = mark();
  const period = min(kernel, stride / commonDivisor(dilation, stride));
  /** [tap modulo the period] the first pixel behind those that are marked */
  const ends = alloc(<u64>period * 4);
  let reached = 0;
  for (let tap = 0; tap < kernel; tap++) {
    const first = tap * dilation - pad;
    const known = ends + (tap % period) * 4;
    const end = min(size, first + (out - 1) * stride + 1);
    let at = tap < period ? first : max(first, load<i32>(known));
    if (at < 0) at += ((stride - 1 - at) / stride) * stride;
    for (; at < end; at += stride, reached++) store<u8>(flags + at, 1);
    store<i32>(known, at);
  }
  release(before);
  return reached;
}

/** Nonzeros of fmap channel c of image n in a box; `reached`: only of pixels that a tap reaches. */
export function fmapInBox(n: i32, c: i32, box: Box, reached: bool): i32 {
  const all = !reached || reachedRows === 0;
  let count = 0;
  for (let phase = 0; phase < maps.phases(); phase++)
    count += all ? onesInBox(n, c, box, phase) : reachedInBox(n, c, box, phase);
  return count;
}

/** Those of one phase of the stride. */
function onesInBox(n: i32, c: i32, box: Box, phase: i32): i32 {
  const from = maps.columnsOfPhase(box.w0, phase);
  const to = maps.columnsOfPhase(box.w1, phase);
  const rowBytes = maps.phases() * maps.fmapRowBytes();
  let row = maps.fmapRow(n, c, box.h0, phase);
  let count = 0;
  for (let h = box.h0; h < box.h1; h++, row += rowBytes) count += maps.onesIn(row, from, to);
  return count;
}

/** Of these, those that some tap reaches. */
function reachedInBox(n: i32, c: i32, box: Box, phase: i32): i32 {
  const from = maps.columnsOfPhase(box.w0, phase);
  const to = maps.columnsOfPhase(box.w1, phase);
  const rowBytes = maps.phases() * maps.fmapRowBytes();
  const reached = reachedColumns + phase * maps.fmapRowBytes();
  let row = maps.fmapRow(n, c, box.h0, phase);
  let count = 0;
  for (let h = box.h0; h < box.h1; h++, row += rowBytes)
    if (isReached(h)) count += maps.onesInBoth(row, reached, from, to);
  return count;
}

/** Finds the emap channels without a zero, once for a layer. */
export function markFullEmaps(): void {
  if (fullEmapsMarked) return;
  fullEmapsMarked = true;
  for (let k = 0; k < layer.K; k++) {
    let ones: i64 = 0;
    for (let n = 0; n < layer.N; n++) ones += onesBetween(maps.emapRow(n, k, 0), maps.emapRow(n, k + 1, 0));
    store<u8>(fullEmaps + k, ones === <i64>layer.N * layer.P * layer.Q ? 1 : 0);
  }
}

/** Whether no value of an emap channel is zero, as far as is known. */
export function isFullEmap(k: i32): bool {
  return load<u8>(fullEmaps + k) !== 0;
}

function onesBetween(from: usize, to: usize): i64 {
  let ones: i64 = 0;
  for (let at = from; at < to; at += 8) ones += popcnt<u64>(load<u64>(at));
  return ones;
}

const picture: Box = changetype<Box>(memory.data(16));

/** Counts the nonzeros of each channel over all images. */
export function countChannels(): void {
  const found = channelNonzeros;
  found.fmap = allocZeros(<u64>layer.C * sizeof<ChannelNonzerosFmap>());
  found.reached = allocZeros(<u64>layer.C * sizeof<ChannelNonzerosReached>());
  found.emap = allocZeros(<u64>layer.K * sizeof<ChannelNonzerosEmap>());
  picture.set(0, layer.H, 0, layer.W);
  for (let n = 0; n < layer.N; n++) {
    for (let c = 0; c < layer.C; c++) {
      const ones = <f64>onesBetween(maps.fmapRow(n, c, 0, 0), maps.fmapRow(n, c + 1, 0, 0));
      found.setFmapAt(c, found.fmapAt(c) + ones);
      found.setReachedAt(
        c,
        found.reachedAt(c) + (reachedRows === 0 ? ones : <f64>fmapInBox(n, c, picture, true)),
      );
    }
    for (let k = 0; k < layer.K; k++) {
      const ones = onesBetween(maps.emapRow(n, k, 0), maps.emapRow(n, k + 1, 0));
      found.setEmapAt(k, found.emapAt(k) + <f64>ones);
    }
  }
}
