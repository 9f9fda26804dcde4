import { alloc, mark, release } from "./arena";
import { Chunk } from "./chunks";
import { layer } from "./layout";
import * as maps from "./maps";

/** Vectors of bits: a chunk's positions (parts, rows, columns) in 64-bit words. */

export function wordsOf(chunk: Chunk): i32 {
  return (chunk.positions + 63) >> 6;
}

/** Puts `count` bits of a row behind the first `bit` bits of a vector. */
function append(vector: usize, bit: i32, row: usize, width: i32, from: i32, count: i32): void {
  for (let i = 0; i < count; i += 64) {
    const next = min(64, count - i);
    extend(vector, bit + i, maps.bitsAt(row, width, from + i, next), next);
  }
}

/** Where emap k is nonzero; one word more is written. */
export function emapVector(vector: usize, chunk: Chunk, k: i32): void {
  memory.fill(vector, 0, (wordsOf(chunk) + 1) * 8);
  let bit = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = chunk.part(i);
    let row = maps.emapRow(part.n, k, part.p0);
    for (let p = 0; p < part.rows; p++, row += maps.emapRowBytes(), bit += chunk.columns)
      append(vector, bit, row, layer.Q, chunk.q0, chunk.columns);
  }
}

/** Where the fmap value that channel c, tap (r, s) needs is nonzero; likewise. */
function fmapVector(vector: usize, chunk: Chunk, c: i32, r: i32, s: i32): void {
  memory.fill(vector, 0, (wordsOf(chunk) + 1) * 8);
  const offset = s * layer.dilationX - layer.padLeft;
  const phase = ((offset % layer.strideX) + layer.strideX) % layer.strideX;
  if (phase >= maps.phases()) return;
  const from = chunk.q0 + (offset - phase) / layer.strideX;
  const width = (layer.W - phase + layer.strideX - 1) / layer.strideX;
  let bit = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = chunk.part(i);
    let h = part.p0 * layer.strideY - layer.padTop + r * layer.dilationY;
    for (let p = 0; p < part.rows; p++, h += layer.strideY, bit += chunk.columns)
      if (h >= 0 && h < layer.H)
        append(vector, bit, maps.fmapRow(part.n, c, h, phase), width, from, chunk.columns);
  }
}

/** What a tap's column s reads from position column q0 on: bytes from a row to its phase, the phase's width (0: no pixel), and the first bit. */
@unmanaged
export class TapColumn {
  phaseBytes: i32;
  width: i32;
  from: i32;
}

/** [S] */
export function tapColumns(q0: i32): usize {
  const columns = alloc(<u64>layer.S * offsetof<TapColumn>());
  for (let s = 0; s < layer.S; s++) {
    const own = tapColumn(columns, s);
    const offset = s * layer.dilationX - layer.padLeft;
    const phase = ((offset % layer.strideX) + layer.strideX) % layer.strideX;
    const inRow = phase < maps.phases();
    own.phaseBytes = inRow ? phase * maps.fmapRowBytes() : 0;
    own.width = inRow ? (layer.W - phase + layer.strideX - 1) / layer.strideX : 0;
    own.from = inRow ? q0 + (offset - phase) / layer.strideX : 0;
  }
  return columns;
}

export function tapColumn(columns: usize, s: i32): TapColumn {
  return changetype<TapColumn>(columns + s * offsetof<TapColumn>());
}

/** The vectors of all taps (r, s) of channel c, `bytes` from one to the next; each writes as `fmapVector` does. */
export function tapVectors(to: usize, bytes: i32, chunk: Chunk, c: i32): void {
  if (chunk.columns > 64) {
    for (let r = 0; r < layer.R; r++)
      for (let s = 0; s < layer.S; s++, to += bytes) fmapVector(to, chunk, c, r, s);
    return;
  }
  memory.fill(to, 0, layer.R * layer.S * bytes);
  const tapBytes = layer.S * bytes;
  if (layer.strideX === 1 && (layer.S - 1) * layer.dilationX + chunk.columns <= 64) {
    const ofColumns = ~(<u64>0) >> <u64>(64 - chunk.columns);
    for (let r = 0; r < layer.R; r++, to += tapBytes) sharedRows(to, bytes, chunk, c, r, ofColumns);
    return;
  }
  const before = mark();
  const columns = tapColumns(chunk.q0);
  for (let r = 0; r < layer.R; r++, to += tapBytes) rowsByTap(to, bytes, chunk, c, r, columns);
  release(before);
}

/** The taps of kernel row r, each read by itself. */
function rowsByTap(to: usize, bytes: i32, chunk: Chunk, c: i32, r: i32, columns: usize): void {
  let bit = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = chunk.part(i);
    let h = part.p0 * layer.strideY - layer.padTop + r * layer.dilationY;
    for (let p = 0; p < part.rows; p++, h += layer.strideY, bit += chunk.columns) {
      if (h < 0 || h >= layer.H) continue;
      const row = maps.fmapRow(part.n, c, h, 0);
      for (let s = 0; s < layer.S; s++) {
        const own = tapColumn(columns, s);
        const bits = maps.bitsAt(row + own.phaseBytes, own.width, own.from, chunk.columns);
        extend(to + s * bytes, bit, bits, chunk.columns);
      }
    }
  }
}

/** The taps of kernel row r, where all that a row's taps read fits one word. */
function sharedRows(to: usize, bytes: i32, chunk: Chunk, c: i32, r: i32, ofColumns: u64): void {
  const reach = (layer.S - 1) * layer.dilationX + chunk.columns;
  const from = chunk.q0 - layer.padLeft;
  let bit = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = chunk.part(i);
    let h = part.p0 * layer.strideY - layer.padTop + r * layer.dilationY;
    for (let p = 0; p < part.rows; p++, h += layer.strideY, bit += chunk.columns) {
      if (h < 0 || h >= layer.H) continue;
      let row = maps.bitsAt(maps.fmapRow(part.n, c, h, 0), layer.W, from, reach);
      for (let s = 0, at = to; s < layer.S; s++, at += bytes, row >>= layer.dilationX)
        extend(at, bit, row & ofColumns, chunk.columns);
    }
  }
}

/** Puts the next `count` bits, 64 at most, behind the first `bit` bits of a vector. */
function extend(vector: usize, bit: i32, bits: u64, count: i32): void {
  const word = vector + ((bit >> 6) << 3);
  const shift = bit & 63;
  store<u64>(word, load<u64>(word) | (bits << shift));
  if (shift + count > 64) store<u64>(word, bits >> (64 - shift), 8);
}

/** Positions at which both vectors have a one. */
export function pairsOf(a: usize, b: usize, words: i32): i64 {
  let pairs: i64 = 0;
  for (let word = 0; word < words; word++, a += 8, b += 8) pairs += popcnt<u64>(load<u64>(a) & load<u64>(b));
  return pairs;
}
