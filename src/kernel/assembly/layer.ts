import { allocZeros } from "./arena";

/** The layer in memory: its shape, its maps as rows of bits, its mask as bits of taps. */

export let N: i32 = 0;
export let C: i32 = 0;
export let H: i32 = 0;
export let W: i32 = 0;
export let K: i32 = 0;
export let P: i32 = 0;
export let Q: i32 = 0;
export let R: i32 = 0;
export let S: i32 = 0;
export let strideY: i32 = 1;
export let strideX: i32 = 1;
export let padTop: i32 = 0;
export let padLeft: i32 = 0;
export let dilationY: i32 = 1;
export let dilationX: i32 = 1;
export let groupChannels: i32 = 0;
/** Whether the host made it one long row: each position needs one pixel, that of the same number. */
export let flat: bool = false;

/** Phases of the stride that have a pixel in a row. */
export let phases: i32 = 1;
/** Bytes of a row of the fmap (of one phase of the stride) and of the emap: a word of zeros on either side. */
export let fmapRowBytes: i32 = 0;
export let emapRowBytes: i32 = 0;
let fmapRows: usize = 0;
let emapRows: usize = 0;
/** a word to work in */
const word: usize = memory.data(8);

/** Whether there is a mask, and bytes for the taps of one (k, c) in it. */
export let masked: bool = false;
let maskBytes: i32 = 0;
let maskBits: usize = 0;

function rowBytes(bits: i32): i32 {
  return (((bits + 63) >>> 6) + 2) * 8;
}

/** Makes room for a layer whose shape stands at `shape`: 18 numbers of 4 bytes in the order above, groups for their channels, masked, flat. */
export function setLayer(shape: usize): void {
  N = load<i32>(shape);
  C = load<i32>(shape, 4);
  H = load<i32>(shape, 8);
  W = load<i32>(shape, 12);
  K = load<i32>(shape, 16);
  P = load<i32>(shape, 20);
  Q = load<i32>(shape, 24);
  R = load<i32>(shape, 28);
  S = load<i32>(shape, 32);
  strideY = load<i32>(shape, 36);
  strideX = load<i32>(shape, 40);
  padTop = load<i32>(shape, 44);
  padLeft = load<i32>(shape, 48);
  dilationY = load<i32>(shape, 52);
  dilationX = load<i32>(shape, 56);
  groupChannels = C / load<i32>(shape, 60);
  masked = load<i32>(shape, 64) !== 0;
  flat = load<i32>(shape, 68) !== 0;
  phases = min(strideX, W);
  fmapRowBytes = rowBytes((W + strideX - 1) / strideX);
  emapRowBytes = rowBytes(Q);
  maskBytes = (R * S + 7) >>> 3;
  const fmapBytes = <u64>N * C * H * phases * fmapRowBytes;
  const emapBytes = <u64>N * K * P * emapRowBytes;
  // a word is read from where the last taps begin
  const maskedBytes = masked ? <u64>K * groupChannels * maskBytes + 8 : 0;
  // all at once, so that nothing is filled of what will not fit
  fmapRows = allocZeros(fmapBytes + emapBytes + maskedBytes);
  emapRows = fmapRows + <usize>fmapBytes;
  maskBits = masked ? emapRows + <usize>emapBytes : 0;
}

/** Row h of channel c of image n; of the pixels whose column is `phase` modulo the stride. */
export function fmapRow(n: i32, c: i32, h: i32, phase: i32): usize {
  return fmapRows + <usize>(((n * C + c) * H + h) * phases + phase) * fmapRowBytes;
}

/** Row p of channel k of image n. */
export function emapRow(n: i32, k: i32, p: i32): usize {
  return emapRows + <usize>((n * K + k) * P + p) * emapRowBytes;
}

/** Word `i` of the taps of gradient channel c (of its group) that k wants; behind the last tap comes anything. */
export function wantedWord(k: i32, c: i32, i: i32): u64 {
  return load<u64>(maskBits + <usize>(k * groupChannels + c) * maskBytes + i * 8);
}

/** Wanted gradients of k in channel c (of its group), taps first .. last-1. */
export function wantedTaps(k: i32, c: i32, first: i32, last: i32): i32 {
  if (!masked) return last - first;
  let wanted: i64 = 0;
  for (let i = first >> 6; i << 6 < last; i++)
    wanted += popcnt<u64>(wantedWord(k, c, i) & tapsInWord(i, first, last));
  return <i32>wanted;
}

/** The bits of word `i` that stand for taps first .. last-1. */
export function tapsInWord(i: i32, first: i32, last: i32): u64 {
  const from = max(first - (i << 6), 0);
  const to = min(last - (i << 6), 64);
  return from >= to ? 0 : (~(<u64>0) >> (64 - (to - from))) << from;
}

/** Eight flags, one a byte, as eight bits, the first lowest. */
function bitsOf(flags: u64): u64 {
  return (flags * 0x0102040810204080) >> 56;
}

/** Bits 0, 2, 4, ... side by side. */
function everySecond(bits: u64): u64 {
  bits &= ~(<u64>0) / 3;
  bits = (bits | (bits >> 1)) & (~(<u64>0) / 5);
  bits = (bits | (bits >> 2)) & (~(<u64>0) / 17);
  bits = (bits | (bits >> 4)) & (~(<u64>0) / 257);
  bits = (bits | (bits >> 8)) & (~(<u64>0) / 65537);
  return (bits | (bits >> 16)) & 0xffffffff;
}

function packRow(flags: usize, count: i32, to: usize): void {
  let i = 0;
  for (; i + 16 <= count; i += 16)
    store<u16>(to + (i >> 3), <u16>i8x16.bitmask(v128.shl<i8>(v128.load(flags + i), 7)));
  for (; i + 8 <= count; i += 8) store<u8>(to + (i >> 3), <u8>bitsOf(load<u64>(flags + i)));
  if (i < count)
    store<u8>(to + (i >> 3), <u8>bitsOf(load<u64>(flags + i) & (~(<u64>0) >> (64 - 8 * (count - i)))));
}

/** Takes `rows` rows of the fmap, one byte a flag, that stand at `flags`; the first is number `first` of all. */
export function packFmap(flags: usize, first: i32, rows: i32): void {
  for (let row = 0; row < rows; row++, flags += W) {
    const to = fmapRows + <usize>((first + row) * phases) * fmapRowBytes + 8;
    if (strideX === 1) packRow(flags, W, to);
    else if (strideX === 2 && phases === 2)
      for (let w = 0; w < W; w += 64) {
        store<u64>(word, 0);
        packRow(flags + w, min(64, W - w), word);
        const bits = load<u64>(word);
        const at = to + (w >> 4);
        store<u32>(at, <u32>everySecond(bits));
        store<u32>(at + fmapRowBytes, <u32>everySecond(bits >> 1));
      }
    else
      for (let w = 0; w < W; w++) {
        const at = to + (w % strideX) * fmapRowBytes + (((w / strideX) >> 6) << 3);
        store<u64>(at, load<u64>(at) | ((<u64>load<u8>(flags + w)) << (w / strideX)));
      }
  }
}

/** The same for the emap. */
export function packEmap(flags: usize, first: i32, rows: i32): void {
  for (let row = 0; row < rows; row++, flags += Q)
    packRow(flags, Q, emapRows + <usize>(first + row) * emapRowBytes + 8);
}

/** The same for the mask; a row is the taps of one (k, c). */
export function packMask(flags: usize, first: i32, rows: i32): void {
  const taps = R * S;
  for (let row = 0; row < rows; row++, flags += taps)
    packRow(flags, taps, maskBits + <usize>(first + row) * maskBytes);
}

/** Bits from .. from+count-1 of a row that is `width` long; 64 at most; zeros beyond its ends. */
export function bitsAt(row: usize, width: i32, from: i32, count: i32): u64 {
  if (from <= -64 || from >= width) return 0;
  const at = row + (((from + 64) >> 6) << 3);
  const shift = <u64>(from & 63);
  const word = (load<u64>(at) >> shift) | ((load<u64>(at, 8) << (63 - shift)) << 1);
  return word & (~(<u64>0) >> <u64>(64 - count));
}

/** Ones among bits from .. to-1 of a row, all inside it. */
export function onesIn(row: usize, from: i32, to: i32): i32 {
  let ones: i64 = 0;
  for (; from < to; from += 64) {
    const at = row + 8 + ((from >> 6) << 3);
    const word = (load<u64>(at) >> (from & 63)) | ((load<u64>(at, 8) << (63 - (from & 63))) << 1);
    ones += popcnt<u64>(word << max(0, 64 - (to - from)));
  }
  return <i32>ones;
}

/** Ones among the same bits of two rows. */
export function onesInBoth(a: usize, b: usize, from: i32, to: i32): i32 {
  let ones: i64 = 0;
  for (; from < to; from += 64) {
    const count = min(64, to - from);
    ones += popcnt<u64>(bitsAt(a, to, from, count) & bitsAt(b, to, from, count));
  }
  return <i32>ones;
}
