import { alloc, mark, release } from "./arena";
import { Chunk } from "./chunks";
import { layer } from "./layout";
import * as maps from "./maps";

/** Trace vectors: a chunk's positions (parts, rows, columns) in 64-bit words, and sums of them as planes of bits. */

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

function setAll(vector: usize, positions: i32): void {
  for (let bit = 0; bit < positions; bit += 64)
    store<u64>(vector + (bit >> 3), ~(<u64>0) >> max(0, 64 - (positions - bit)));
}

/** Where emap k is nonzero, or everywhere when the trace does not skip its zeros; one word more is written. */
export function emapVector(vector: usize, chunk: Chunk, k: i32, skip: bool): void {
  memory.fill(vector, 0, (wordsOf(chunk) + 1) * 8);
  if (!skip) {
    setAll(vector, chunk.positions);
    return;
  }
  let bit = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = chunk.part(i);
    let row = maps.emapRow(part.n, k, part.p0);
    for (let p = 0; p < part.rows; p++, row += maps.emapRowBytes(), bit += chunk.columns)
      append(vector, bit, row, layer.Q, chunk.q0, chunk.columns);
  }
}

/** Where the fmap value that channel c, tap (r, s) needs is nonzero; likewise. */
export function fmapVector(vector: usize, chunk: Chunk, c: i32, r: i32, s: i32, skip: bool): void {
  memory.fill(vector, 0, (wordsOf(chunk) + 1) * 8);
  if (!skip) {
    setAll(vector, chunk.positions);
    return;
  }
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

/**
 * The vectors of all taps (r, s) of channel c with r0 <= r < r1, `bytes` from one to the next; each writes as
 * `fmapVector` does.
 */
export function tapVectors(to: usize, bytes: i32, chunk: Chunk, c: i32, r0: i32, r1: i32, skip: bool): void {
  if (!skip || chunk.columns > 64) {
    for (let r = r0; r < r1; r++)
      for (let s = 0; s < layer.S; s++, to += bytes) fmapVector(to, chunk, c, r, s, skip);
    return;
  }
  memory.fill(to, 0, (r1 - r0) * layer.S * bytes);
  const tapBytes = layer.S * bytes;
  if (layer.strideX === 1 && (layer.S - 1) * layer.dilationX + chunk.columns <= 64) {
    const ofColumns = ~(<u64>0) >> <u64>(64 - chunk.columns);
    for (let r = r0; r < r1; r++, to += tapBytes) sharedRows(to, bytes, chunk, c, r, ofColumns);
    return;
  }
  const before = mark();
  const columns = tapColumns(chunk.q0);
  for (let r = r0; r < r1; r++, to += tapBytes) rowsByTap(to, bytes, chunk, c, r, columns);
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

/** Puts `count` bits, 64 at most, at bit `shift` of a word and on into the next one, `bytes` behind it. */
export function putBits(word: usize, bytes: i32, shift: i32, bits: u64, count: i32): void {
  store<u64>(word, load<u64>(word) | (bits << shift));
  if (shift + count > 64) store<u64>(word + bytes, bits >> (64 - shift));
}

/** Puts the next `count` bits, 64 at most, behind the first `bit` bits of a vector. */
function extend(vector: usize, bit: i32, bits: u64, count: i32): void {
  putBits(vector + ((bit >> 6) << 3), 8, bit & 63, bits, count);
}

/** Planes that hold sums up to `most`. */
export function planesFor(most: i32): i32 {
  return 32 - clz(most);
}

/** Adds a vector to sums: `planes` bits for each position, word by word, the lowest first. */
export function addTo(sums: usize, planes: i32, vector: usize, words: i32): void {
  for (let word = 0; word < words; word++, sums += planes * 8) addWord(sums, load<u64>(vector + word * 8));
}

/** Adds a chunk of a flat layer's row to sums, without making its vector first. */
export function addRow(sums: usize, planes: i32, chunk: Chunk, row: usize, width: i32): void {
  for (let i = 0; i < chunk.columns; i += 64, sums += planes * 8)
    addWord(sums, maps.bitsAt(row, width, chunk.q0 + i, min(64, chunk.columns - i)));
}

export function addWord(sums: usize, carry: u64): void {
  for (; carry !== 0; sums += 8) {
    const plane = load<u64>(sums);
    store<u64>(sums, plane ^ carry);
    carry &= plane;
  }
}

/** The sum over all positions of the product of two such sums. */
export function productOf(a: usize, aPlanes: i32, b: usize, bPlanes: i32, words: i32): i64 {
  let product: i64 = 0;
  for (let word = 0; word < words; word++, a += aPlanes * 8) {
    for (let i = 0; i + 2 <= aPlanes; i += 2) {
      const low = load<u64>(a + i * 8);
      const high = load<u64>(a + i * 8, 8);
      for (let j = 0; j < bPlanes; j++) {
        const plane = load<u64>(b + j * 8);
        product += (popcnt<u64>(low & plane) + 2 * popcnt<u64>(high & plane)) << (i + j);
      }
    }
    if (aPlanes & 1) {
      const top = load<u64>(a + aPlanes * 8 - 8);
      for (let j = 0; j < bPlanes; j++)
        product += popcnt<u64>(top & load<u64>(b + j * 8)) << (aPlanes - 1 + j);
    }
    b += bPlanes * 8;
  }
  return product;
}

/** Positions at which both vectors have a one. */
export function pairsOf(a: usize, b: usize, words: i32): i64 {
  let pairs: i64 = 0;
  for (let word = 0; word < words; word++, a += 8, b += 8) pairs += popcnt<u64>(load<u64>(a) & load<u64>(b));
  return pairs;
}
