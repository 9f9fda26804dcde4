import { alloc } from "./arena";
import { Box, Chunk, chunkAt, chunkCount, fmapBitmapBits, Part } from "./chunks";
import { fmapInBox, isReached, reachedBits } from "./counts";
import { layer } from "./layout";
import * as maps from "./maps";
import { compressedBytes } from "./sizes";
import { tapColumn, tapColumns } from "./vectors";

/**
 * Counts of an fmap channel in a chunk: the nonzeros that some PE receives, those that no chunk before needed, and the
 * ones of its taps' vectors. Each row is read once for all three where what the chunk needs of it fits a word.
 */

/** What is counted of a channel. */
@unmanaged
export class ChannelCounts {
  /** values that taps reach; bytes that a PE receives */
  nearValues: i64;
  bytes: i32;
  /** values that come from DRAM */
  freshValues: i64;
  /** of its taps' vectors */
  ones: i64;
}

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

/** A part of the chunk: boxes as far as the taps reach, and as far as no chunk before it did; its rows. */
@unmanaged
class PartRows {
  n: i32;
  near: Box;
  fresh: Box;
  /** values of the channel at hand that come from DRAM */
  freshValues: i64;
  firstRow: i32;
  lastRow: i32;
}

const counted: ChannelCounts = changetype<ChannelCounts>(memory.data(32));
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
  for (let i = 0; i < chunkCount(); i++) bitmapBits = max(bitmapBits, fmapBitmapBits(chunkAt(i), kernelRows));
}

/**
 * Begins a chunk, of which kernel rows r0 .. r1-1 are counted; its tables lie above the arena's mark. Returns the bits of
 * the bitmaps that come from DRAM, for each channel.
 */
export function startChunk(ofChunk: Chunk, r0: i32, r1: i32): i32 {
  chunk = ofChunk;
  if (layer.flat) return chunk.columns;
  columns = tapColumns(chunk.q0);
  parts = alloc(<u64>chunk.parts * offsetof<PartRows>());
  let freshBits = 0;
  let rowCount = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = partAt(i);
    setBoxes(part, chunk.part(i), r0, r1);
    freshBits += part.fresh.pixels();
    rowCount += max(0, max(part.near.h1, part.fresh.h1) - min(part.near.h0, part.fresh.h0));
  }
  rows = alloc(<u64>rowCount * offsetof<RowUse>());
  rowCount = 0;
  for (let i = 0; i < chunk.parts; i++) rowCount = useRows(partAt(i), chunk.part(i), r0, r1, rowCount);
  useColumns(partAt(0));
  return freshBits;
}

function setBoxes(to: PartRows, part: Part, r0: i32, r1: i32): void {
  to.n = part.n;
  to.near = changetype<Box>(alloc(offsetof<Box>()));
  to.fresh = changetype<Box>(alloc(offsetof<Box>()));
  to.near.setReach(chunk, part, r0, r1);
  to.fresh.setFirstReach(chunk, part);
}

/** Lists the rows of a part behind the first `count` of the chunk; returns how many there are now. */
function useRows(own: PartRows, part: Part, r0: i32, r1: i32, count: i32): i32 {
  own.firstRow = count;
  const first = min(own.near.h0, own.fresh.h0);
  const last = max(own.near.h1, own.fresh.h1);
  for (let h = first; h < last; h++) {
    const use = rowAt(count++);
    use.row = maps.fmapRow(part.n, 0, h, 0);
    use.vectors = 0;
    use.near = h >= own.near.h0 && h < own.near.h1 && isReached(h) ? ~(<u64>0) : 0;
    use.fresh = h >= own.fresh.h0 && h < own.fresh.h1 ? ~(<u64>0) : 0;
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

/** The masks; all parts of a chunk have the same columns. */
function useColumns(part: PartRows): void {
  phases = alloc(<u64>maps.phases() * offsetof<PhaseColumns>());
  inWords = true;
  for (let phase = 0; phase < maps.phases(); phase++) {
    const own = phaseAt(phase);
    own.from = maps.columnsOfPhase(min(part.near.w0, part.fresh.w0), phase);
    own.count = maps.columnsOfPhase(max(part.near.w1, part.fresh.w1), phase) - own.from;
    if (own.count > 64) {
      inWords = false;
      return;
    }
    if (own.count <= 0) continue;
    const near = maps.columnsOfPhase(part.near.w0, phase);
    const nearEnd = maps.columnsOfPhase(part.near.w1, phase);
    own.near = maskOf(near, nearEnd, own.from);
    if (near < nearEnd) own.near &= reachedBits(phase, near, nearEnd - near) << (<u64>(near - own.from));
    own.fresh = maskOf(
      maps.columnsOfPhase(part.fresh.w0, phase),
      maps.columnsOfPhase(part.fresh.w1, phase),
      own.from,
    );
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

/** Counts a channel; what it returns holds until the next one. */
export function countChannel(c: i32): ChannelCounts {
  counted.ones = counted.nearValues = counted.freshValues = 0;
  if (layer.flat) countRun(c);
  else if (inWords) countWords(c);
  else countRows(c);
  return counted;
}

function countRun(c: i32): void {
  const row = maps.fmapRow(0, c, 0, 0);
  let values: i32;
  if (chunk.columns <= 64 && (chunk.q0 & 7) === 0)
    values = <i32>popcnt<u64>(load<u64>(row + 8 + (chunk.q0 >> 3)) << (64 - chunk.columns));
  else values = maps.onesIn(row, chunk.q0, chunk.q0 + chunk.columns);
  counted.ones = counted.nearValues = counted.freshValues = values;
  counted.bytes = compressedBytes(bitmapBits, values);
}

function countWords(c: i32): void {
  const channel = <usize>(c * layer.H * maps.phases()) * maps.fmapRowBytes();
  let freshBytes = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = partAt(i);
    part.freshValues = 0;
    for (let phase = 0; phase < maps.phases(); phase++) {
      const own = phaseAt(phase);
      if (own.count > 0) countPhase(part, own, channel + phase * maps.fmapRowBytes());
    }
    freshBytes += addFresh(part);
  }
  takeMore(freshBytes);
}

/** Counts the pixels of one phase of the stride in a part; `channel` is how far behind a row of channel 0 they begin. */
function countPhase(part: PartRows, own: PhaseColumns, channel: usize): void {
  const word = channel + 8 + ((own.from >> 6) << 3);
  const shift = <u64>(own.from & 63);
  const taps = own.taps;
  const lastTap = taps + own.tapCount * 8;
  const end = rows + part.lastRow * offsetof<RowUse>();
  let near: i64 = 0;
  let fresh: i64 = 0;
  let ones: i64 = 0;
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
  counted.ones += ones;
  counted.nearValues += near;
  part.freshValues += fresh;
}

/** The same where rows are longer. */
function countRows(c: i32): void {
  let freshBytes = 0;
  for (let i = 0; i < chunk.parts; i++) {
    const part = partAt(i);
    part.freshValues = fmapInBox(part.n, c, part.fresh, false);
    freshBytes += addFresh(part);
    counted.nearValues += fmapInBox(part.n, c, part.near, true);
    for (let j = part.firstRow; j < part.lastRow; j++) countTaps(rowAt(j), c);
  }
  takeMore(freshBytes);
}

/** Counts the ones of all taps that read a row. */
function countTaps(use: RowUse, c: i32): void {
  if (use.vectors === 0) return;
  const row = use.row + <usize>(c * layer.H * maps.phases()) * maps.fmapRowBytes();
  let ofRow = 0;
  for (let s = 0; s < layer.S; s++) {
    const column = tapColumn(columns, s);
    const from = max(0, column.from);
    ofRow += maps.onesIn(row + column.phaseBytes, from, min(column.width, column.from + chunk.columns));
  }
  counted.ones += <i64>ofRow * use.vectors;
}

/** Adds up a part's values that come from DRAM; returns what they take with their bitmap. */
function addFresh(part: PartRows): i32 {
  counted.freshValues += part.freshValues;
  return compressedBytes(part.fresh.pixels(), <i32>part.freshValues);
}

/** A PE receives what comes from DRAM, or what it needs if that is more. */
function takeMore(freshBytes: i32): void {
  counted.bytes = max(freshBytes, compressedBytes(bitmapBits, <i32>counted.nearValues));
}
