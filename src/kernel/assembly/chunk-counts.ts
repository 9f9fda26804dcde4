import { alloc } from "./arena";
import * as chunks from "./chunks";
import { Chunk, chunkAt, chunkCount, Part, setBox } from "./chunks";
import { fmapInBox, isReached, reachedBits } from "./counts";
import { layer } from "./layout";
import * as maps from "./maps";
import { compressedBytes } from "./sizes";
import { tapColumn, tapColumns } from "./vectors";

/**
 * Counts of an fmap channel in a chunk: the nonzeros that some PE receives, those that no chunk before needed, and the
 * ones of its taps' vectors. Each row is read once for all three where what the chunk needs of it fits a word.
 */

/** Bytes of the channel counted last that a PE receives; its values that come from DRAM; ones of its vectors. */
export let bytes: i32 = 0;
export let freshValues: i32 = 0;
export let ones: i64 = 0;
/** bits of the bitmaps that come from DRAM, for each channel */
export let freshBits: i32 = 0;

/** What a chunk needs of a row's pixels of one phase of the stride, as masks over `count` bits from `from` on. */
@unmanaged
class PhaseColumns {
  from: i32;
  count: i32;
  near: u64;
  fresh: u64;
  /** masks of the kernel columns of this phase */
  taps: usize;
  tapCount: i32;
}

/** What it needs of a row: in how many vectors of a kernel column the row is, and all ones where it is near or fresh. */
@unmanaged
class RowUse {
  row: usize;
  vectors: i32;
  near: u64;
  fresh: u64;
}

/** Boxes of a part, as far as the taps reach and as far as no chunk before it did; its rows. */
@unmanaged
class PartRows {
  n: i32;
  h0: i32;
  h1: i32;
  w0: i32;
  w1: i32;
  freshH0: i32;
  freshH1: i32;
  freshW0: i32;
  freshW1: i32;
  firstRow: i32;
  lastRow: i32;
}

let chunk: Chunk = changetype<Chunk>(0);
let parts: usize = 0;
let rows: usize = 0;
let phases: usize = 0;
let columns: usize = 0;
let inWords: bool = false;
/** of one channel in a PE, in every chunk */
let bitmapBits: i32 = 0;

function partAt(i: i32): PartRows {
  return changetype<PartRows>(parts + i * offsetof<PartRows>());
}

function rowAt(i: i32): RowUse {
  return changetype<RowUse>(rows + i * offsetof<RowUse>());
}

function phaseAt(i: i32): PhaseColumns {
  return changetype<PhaseColumns>(phases + i * offsetof<PhaseColumns>());
}

/** Every chunk lies alike in a PE: its bitmaps take as much as those of the largest. */
export function startChunkCounts(kernelRows: i32): void {
  bitmapBits = 0;
  for (let i = 0; i < chunkCount; i++)
    bitmapBits = max(bitmapBits, chunks.fmapBitmapBits(chunkAt(i), kernelRows));
}

/** Begins a chunk, of which kernel rows r0 .. r1-1 are counted; its tables lie above the arena's mark. */
export function startChunk(ofChunk: Chunk, r0: i32, r1: i32): void {
  chunk = ofChunk;
  if (layer.flat) {
    freshBits = chunk.columns;
    return;
  }
  columns = tapColumns(chunk.q0);
  parts = alloc(<u64>chunk.parts * offsetof<PartRows>());
  freshBits = 0;
  let rowCount = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = partAt(i);
    boxes(part, chunk.part(i), r0, r1);
    freshBits += (part.freshH1 - part.freshH0) * (part.freshW1 - part.freshW0);
    rowCount += max(0, max(part.h1, part.freshH1) - min(part.h0, part.freshH0));
  }
  rows = alloc(<u64>rowCount * offsetof<RowUse>());
  rowCount = 0;
  for (let i = 0; i < chunk.parts; i++) rowCount = useRows(partAt(i), chunk.part(i), r0, r1, rowCount);
  useColumns(partAt(0));
}

function boxes(to: PartRows, part: Part, r0: i32, r1: i32): void {
  to.n = part.n;
  chunks.boxOfReach(chunk, part, r0, r1);
  to.h0 = chunks.h0;
  to.h1 = chunks.h1;
  to.w0 = chunks.w0;
  to.w1 = chunks.w1;
  chunks.boxOfFirstReach(chunk, part);
  to.freshH0 = chunks.h0;
  to.freshH1 = chunks.h1;
  to.freshW0 = chunks.w0;
  to.freshW1 = chunks.w1;
}

/** Lists the rows of a part behind the first `count` of the chunk; returns how many there are now. */
function useRows(own: PartRows, part: Part, r0: i32, r1: i32, count: i32): i32 {
  own.firstRow = count;
  const first = min(own.h0, own.freshH0);
  const last = max(own.h1, own.freshH1);
  for (let h = first; h < last; h++) {
    const use = rowAt(count++);
    use.row = maps.fmapRow(part.n, 0, h, 0);
    use.vectors = 0;
    use.near = h >= own.h0 && h < own.h1 && isReached(h) ? ~(<u64>0) : 0;
    use.fresh = h >= own.freshH0 && h < own.freshH1 ? ~(<u64>0) : 0;
  }
  for (let p = 0; p < part.rows; p++)
    for (let r = r0; r < r1; r++) {
      const h = (part.p0 + p) * layer.strideY - layer.padTop + r * layer.dilationY;
      if (h >= 0 && h < layer.H) rowAt(own.firstRow + h - first).vectors++;
    }
  own.lastRow = count;
  return count;
}

/** Bits from .. to-1 as a mask, of which bit 0 stands for `first`. */
function maskOf(from: i32, to: i32, first: i32): u64 {
  return from >= to ? 0 : (~(<u64>0) >> <u64>(64 - (to - from))) << (<u64>(from - first));
}

/** Columns of a phase before column w. */
function ofPhase(w: i32, phase: i32): i32 {
  return (w - phase + layer.strideX - 1) / layer.strideX;
}

/** The masks; all parts of a chunk have the same columns. */
function useColumns(part: PartRows): void {
  phases = alloc(<u64>maps.phases() * offsetof<PhaseColumns>());
  inWords = true;
  for (let phase = 0; phase < maps.phases(); phase++) {
    const own = phaseAt(phase);
    own.from = ofPhase(min(part.w0, part.freshW0), phase);
    own.count = ofPhase(max(part.w1, part.freshW1), phase) - own.from;
    if (own.count > 64) {
      inWords = false;
      return;
    }
    if (own.count <= 0) continue;
    const near = ofPhase(part.w0, phase);
    const nearEnd = ofPhase(part.w1, phase);
    own.near = maskOf(near, nearEnd, own.from);
    if (near < nearEnd) own.near &= reachedBits(phase, near, nearEnd - near) << (<u64>(near - own.from));
    own.fresh = maskOf(ofPhase(part.freshW0, phase), ofPhase(part.freshW1, phase), own.from);
    own.taps = alloc(<u64>layer.S * 8);
    own.tapCount = 0;
    for (let s = 0; s < layer.S; s++) {
      const column = tapColumn(columns, s);
      if (column.phaseBytes !== phase * maps.fmapRowBytes()) continue;
      const mask = maskOf(max(0, column.from), min(column.width, column.from + chunk.columns), own.from);
      store<u64>(own.taps + own.tapCount++ * 8, mask);
    }
  }
}

/** Counts a channel. */
export function countChannel(c: i32): void {
  if (layer.flat) countRun(c);
  else if (inWords) countWords(c);
  else countRows(c);
}

function countRun(c: i32): void {
  const row = maps.fmapRow(0, c, 0, 0);
  if (chunk.columns <= 64 && (chunk.q0 & 7) === 0)
    freshValues = <i32>popcnt<u64>(load<u64>(row + 8 + (chunk.q0 >> 3)) << (64 - chunk.columns));
  else freshValues = maps.onesIn(row, chunk.q0, chunk.q0 + chunk.columns);
  ones = freshValues;
  bytes = compressedBytes(bitmapBits, freshValues);
}

function countWords(c: i32): void {
  const channel = <usize>(c * layer.H * maps.phases()) * maps.fmapRowBytes();
  let near: i64 = 0;
  let freshBytes = 0;
  freshValues = 0;
  ones = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = partAt(i);
    const end = rows + part.lastRow * offsetof<RowUse>();
    let fresh: i64 = 0;
    for (let phase = 0; phase < maps.phases(); phase++) {
      const own = phaseAt(phase);
      if (own.count <= 0) continue;
      const word = channel + phase * maps.fmapRowBytes() + 8 + ((own.from >> 6) << 3);
      const shift = <u64>(own.from & 63);
      const taps = own.taps;
      const lastTap = taps + own.tapCount * 8;
      for (let at = rows + part.firstRow * offsetof<RowUse>(); at < end; at += offsetof<RowUse>()) {
        const use = changetype<RowUse>(at);
        const from = use.row + word;
        const bits = (load<u64>(from) >> shift) | ((load<u64>(from, 8) << (63 - shift)) << 1);
        near += popcnt<u64>(bits & own.near & use.near);
        fresh += popcnt<u64>(bits & own.fresh & use.fresh);
        if (use.vectors === 0) continue;
        let ofRow: i64 = 0;
        for (let tap = taps; tap < lastTap; tap += 8) ofRow += popcnt<u64>(bits & load<u64>(tap));
        ones += ofRow * use.vectors;
      }
    }
    addFresh(part, <i32>fresh);
    freshBytes += bytes;
  }
  bytes = max(freshBytes, compressedBytes(bitmapBits, <i32>near));
}

/** The same where rows are longer. */
function countRows(c: i32): void {
  let near = 0;
  let freshBytes = 0;
  freshValues = 0;
  ones = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = partAt(i);
    setBox(part.freshH0, part.freshH1, part.freshW0, part.freshW1);
    addFresh(part, fmapInBox(part.n, c, false));
    freshBytes += bytes;
    setBox(part.h0, part.h1, part.w0, part.w1);
    near += fmapInBox(part.n, c, true);
    for (let j = part.firstRow; j < part.lastRow; j++) {
      const use = rowAt(j);
      if (use.vectors === 0) continue;
      const row = use.row + <usize>(c * layer.H * maps.phases()) * maps.fmapRowBytes();
      let ofRow = 0;
      for (let s = 0; s < layer.S; s++) {
        const column = tapColumn(columns, s);
        const from = max(0, column.from);
        ofRow += maps.onesIn(row + column.phaseBytes, from, min(column.width, column.from + chunk.columns));
      }
      ones += <i64>ofRow * use.vectors;
    }
  }
  bytes = max(freshBytes, compressedBytes(bitmapBits, near));
}

/** A part's values that come from DRAM, and in `bytes` what they take with their bitmap. */
function addFresh(part: PartRows, values: i32): void {
  freshValues += values;
  bytes = compressedBytes((part.freshH1 - part.freshH0) * (part.freshW1 - part.freshW0), values);
}
