import { allocZeros } from "./arena";
import { FlagRowsFlags, flagRows, layer } from "./layout";

/** The layer in memory: its maps as rows of bits, its mask as bits of taps. */

let phaseCount: i32 = 1;
/** a word of zeros on either side of each row */
let bytesOfFmapRow: i32 = 0;
let bytesOfEmapRow: i32 = 0;
let fmapRows: usize = 0;
let emapRows: usize = 0;
/** bytes for the taps of all channels of a k in the mask */
let maskRowBytes: i32 = 0;
let maskBits: usize = 0;
/** a word to work in */
const word: usize = memory.data(8);

/** Phases of the stride that have a pixel in a row. */
export function phases(): i32 {
  return phaseCount;
}

/** Bytes from a row of the fmap, of one phase of the stride, to the next one. */
export function fmapRowBytes(): i32 {
  return bytesOfFmapRow;
}

export function emapRowBytes(): i32 {
  return bytesOfEmapRow;
}

/** Columns of a phase of the stride before column w. */
export function columnsOfPhase(w: i32, phase: i32): i32 {
  return (w - phase + layer.strideX - 1) / layer.strideX;
}

function rowBytes(bits: i32): i32 {
  return (((bits + 63) >>> 6) + 2) * 8;
}

/** Makes room for the layer that the host wrote. */
export function startMaps(): void {
  phaseCount = min(layer.strideX, layer.W);
  bytesOfFmapRow = rowBytes((layer.W + layer.strideX - 1) / layer.strideX);
  bytesOfEmapRow = rowBytes(layer.Q);
  maskRowBytes = (layer.groupChannels * layer.R * layer.S + 7) >>> 3;
  const fmapBytes = <u64>layer.N * layer.C * layer.H * phaseCount * bytesOfFmapRow;
  const emapBytes = <u64>layer.N * layer.K * layer.P * bytesOfEmapRow;
  // a word is read from where the last taps begin
  const maskedBytes = layer.masked ? <u64>layer.K * maskRowBytes + 9 : 0;
  // all at once, so that nothing is filled of what will not fit
  fmapRows = allocZeros(fmapBytes + emapBytes + maskedBytes);
  emapRows = fmapRows + <usize>fmapBytes;
  maskBits = layer.masked ? emapRows + <usize>emapBytes : 0;
}

/** Row h of channel c of image n; of the pixels whose column is `phase` modulo the stride. */
export function fmapRow(n: i32, c: i32, h: i32, phase: i32): usize {
  return fmapRows + <usize>(((n * layer.C + c) * layer.H + h) * phaseCount + phase) * bytesOfFmapRow;
}

/** Row p of channel k of image n. */
export function emapRow(n: i32, k: i32, p: i32): usize {
  return emapRows + <usize>((n * layer.K + k) * layer.P + p) * bytesOfEmapRow;
}

/** The place of channel c in its group; divides only where there are several groups, since that is slow. */
export function inGroup(c: i32): i32 {
  return c < layer.groupChannels ? c : c % layer.groupChannels;
}

/** Taps first .. first+count-1 that k wants of channel c (of its group); 64 at most. */
export function wantedBits(k: i32, c: i32, first: i32, count: i32): u64 {
  const bit = c * layer.R * layer.S + first;
  const at = maskBits + <usize>k * maskRowBytes + (bit >> 3);
  const shift = bit & 7;
  let bits = load<u64>(at) >> shift;
  // a ninth byte, where the taps reach into it
  if (count + shift > 64) bits |= (<u64>load<u8>(at, 8)) << (64 - shift);
  return bits & (~(<u64>0) >> (64 - count));
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

/** Packs the rows of the fmap that the host wrote. */
export function packFmap(): void {
  if (sizeof<FlagRowsFlags>() !== 1) ERROR("a flag must be a byte");
  let flags = flagRows.flags;
  let to = fmapRows + <usize>(flagRows.first * phaseCount) * bytesOfFmapRow + 8;
  for (let row = 0; row < flagRows.rows; row++, flags += layer.W, to += phaseCount * bytesOfFmapRow) {
    if (layer.strideX === 1) packRow(flags, layer.W, to);
    else if (layer.strideX === 2 && phaseCount === 2) packInTwo(flags, to);
    else packPhases(flags, to);
  }
}

/** A row in steps of two: every second pixel beside each other, the rest behind them. */
function packInTwo(flags: usize, to: usize): void {
  for (let w = 0; w < layer.W; w += 64) {
    store<u64>(word, 0);
    packRow(flags + w, min(64, layer.W - w), word);
    const bits = load<u64>(word);
    const at = to + (w >> 4);
    store<u32>(at, <u32>everySecond(bits));
    store<u32>(at + bytesOfFmapRow, <u32>everySecond(bits >> 1));
  }
}

/** A row in steps of any size, pixel by pixel. */
function packPhases(flags: usize, to: usize): void {
  for (let w = 0; w < layer.W; w++) {
    const step = w / layer.strideX;
    const at = to + (w % layer.strideX) * bytesOfFmapRow + ((step >> 6) << 3);
    store<u64>(at, load<u64>(at) | ((<u64>load<u8>(flags + w)) << step));
  }
}

/** The same of the emap. */
export function packEmap(): void {
  packRows(layer.Q, emapRows + 8, bytesOfEmapRow);
}

/** The same of the mask; a row is the taps of all channels of a k. */
export function packMask(): void {
  packRows(layer.groupChannels * layer.R * layer.S, maskBits, maskRowBytes);
}

/** Packs rows of `count` flags; `bytes` from one to the next. */
function packRows(count: i32, to: usize, bytes: i32): void {
  let flags = flagRows.flags;
  for (let row = 0; row < flagRows.rows; row++, flags += count)
    packRow(flags, count, to + <usize>(flagRows.first + row) * bytes);
}

/** Bits from .. from+count-1 of a row that is `width` long; 64 at most; zeros beyond its ends. */
export function bitsAt(row: usize, width: i32, from: i32, count: i32): u64 {
  if (from <= -64 || from >= width) return 0;
  const at = row + (((from + 64) >> 6) << 3);
  const shift = <u64>(from & 63);
  const word = (load<u64>(at) >> shift) | ((load<u64>(at, 8) << (63 - shift)) << 1);
  return word & (~(<u64>0) >> <u64>(64 - count));
}
