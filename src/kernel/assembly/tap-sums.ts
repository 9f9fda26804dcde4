import { alloc } from "./arena";
import { Box, Chunk, Part } from "./chunks";
import { isReached } from "./counts";
import { layer } from "./layout";
import * as maps from "./maps";
import { addWord, planesFor, putBits, tapColumn } from "./vectors";

/**
 * Sums of the vectors of channels and taps, as planes of bits, for chunks of 64 columns at most: a fmap row is summed
 * over the taps of a kernel row once, and those sums over kernel rows and channels, before anything is put in its place.
 */

export const mostColumns: i32 = 64;

/** [line of the chunk][plane] sums of the channels so far */
let lines: usize = 0;
/** [H][plane] sums of the rows of a channel over the taps of a kernel row */
let rows: usize = 0;
let rowPlanes: i32 = 0;
let planes: i32 = 0;
let columns: usize = 0;
/** what the part at hand reaches of the picture */
const near: Box = changetype<Box>(memory.data(16));

/** Makes room for chunks of `mostLines` lines, and sums of `ofPlanes` planes. */
export function startTapSums(mostLines: i32, ofPlanes: i32): void {
  planes = ofPlanes;
  rowPlanes = planesFor(layer.S);
  lines = alloc(<u64>mostLines * planes * 8);
  rows = alloc(<u64>layer.H * rowPlanes * 8);
}

/** Begins another chunk, or other channels; `ofColumns`: its `tapColumns`. */
export function startSums(chunk: Chunk, ofColumns: usize): void {
  columns = ofColumns;
  memory.fill(lines, 0, <usize>(linesOf(chunk) * planes) * 8);
}

function linesOf(chunk: Chunk): i32 {
  return chunk.positions / chunk.columns;
}

/** Adds channel c's taps of kernel rows r0 .. r1-1. */
export function addChannel(chunk: Chunk, c: i32, r0: i32, r1: i32): void {
  let to = lines;
  for (let i = 0; i < chunk.parts; i++) {
    const part = chunk.part(i);
    sumRows(chunk, part, c, r0, r1);
    for (let p = 0; p < part.rows; p++, to += planes * 8) {
      let h = (part.p0 + p) * layer.strideY - layer.padTop + r0 * layer.dilationY;
      for (let r = r0; r < r1; r++, h += layer.dilationY) if (h >= 0 && h < layer.H) addNumber(to, rowAt(h));
    }
  }
}

function rowAt(h: i32): usize {
  return rows + <usize>(h * rowPlanes) * 8;
}

/** Sums the rows that a part's taps reach over the taps of a kernel row. */
function sumRows(chunk: Chunk, part: Part, c: i32, r0: i32, r1: i32): void {
  near.setReach(chunk, part, r0, r1);
  const inOneWord = layer.strideX === 1 && (layer.S - 1) * layer.dilationX + chunk.columns <= 64;
  for (let h = near.h0; h < near.h1; h++) {
    if (!isReached(h)) continue;
    const row = maps.fmapRow(part.n, c, h, 0);
    const to = rowAt(h);
    if (inOneWord) sumShifted(to, row, chunk);
    else sumColumns(to, row, chunk);
  }
}

/** All that the taps read is in one word. */
function sumShifted(to: usize, row: usize, chunk: Chunk): void {
  const ofColumns = ~(<u64>0) >> <u64>(64 - chunk.columns);
  const reach = (layer.S - 1) * layer.dilationX + chunk.columns;
  const bits = maps.bitsAt(row, layer.W, chunk.q0 - layer.padLeft, reach);
  if (layer.S === 3) {
    const a = bits & ofColumns;
    const b = (bits >> layer.dilationX) & ofColumns;
    const c = (bits >> (2 * layer.dilationX)) & ofColumns;
    store<u64>(to, a ^ b ^ c);
    store<u64>(to, (a & b) | (c & (a ^ b)), 8);
    return;
  }
  memory.fill(to, 0, rowPlanes * 8);
  for (let s = 0; s < layer.S; s++) addWord(to, (bits >> (s * layer.dilationX)) & ofColumns);
}

function sumColumns(to: usize, row: usize, chunk: Chunk): void {
  memory.fill(to, 0, rowPlanes * 8);
  for (let s = 0; s < layer.S; s++) {
    const own = tapColumn(columns, s);
    addWord(to, maps.bitsAt(row + own.phaseBytes, own.width, own.from, chunk.columns));
  }
}

/** Adds a row's sums to a line's. */
function addNumber(to: usize, number: usize): void {
  let carry: u64 = 0;
  const end = number + rowPlanes * 8;
  for (; number < end; number += 8, to += 8) {
    const a = load<u64>(to);
    const b = load<u64>(number);
    const either = a ^ b;
    store<u64>(to, either ^ carry);
    carry = (a & b) | (carry & either);
  }
  addWord(to, carry);
}

/** Writes the sums where `addTo` would have: position by position, without a gap between lines; over zeros. */
export function placeSums(to: usize, chunk: Chunk): void {
  const wordBytes = planes * 8;
  let from = lines;
  for (let bit = 0; bit < chunk.positions; bit += chunk.columns) {
    const word = to + (bit >> 6) * wordBytes;
    for (let plane = 0; plane < wordBytes; plane += 8, from += 8)
      putBits(word + plane, wordBytes, bit & 63, load<u64>(from), chunk.columns);
  }
}
