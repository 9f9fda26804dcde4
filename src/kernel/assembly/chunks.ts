import { alloc } from "./arena";
import { commonDivisor } from "./common-divisor";
import { layer } from "./layout";

/** The positions of the layer, cut into chunks, and how far each reaches into the fmap. */

/** Output rows p0 .. p0+rows-1 of image n. */
@unmanaged
export class Part {
  n: i32;
  p0: i32;
  rows: i32;
}

@unmanaged
export class Chunk {
  /** its parts, one after the other; chunks of a band share them */
  firstPart: usize;
  parts: i32;
  q0: i32;
  columns: i32;
  positions: i32;

  part(i: i32): Part {
    return changetype<Part>(this.firstPart + <usize>i * offsetof<Part>());
  }
}

let count: i32 = 0;
let chunks: usize = 0;

export function chunkCount(): i32 {
  return count;
}

export function chunkAt(i: i32): Chunk {
  return changetype<Chunk>(chunks + <usize>i * offsetof<Chunk>());
}

/** Cuts the layer into chunks: band by band, left to right; a band may run over the end of an image. */
export function cut(bandRows: i32, bandColumns: i32): void {
  const lines = layer.N * layer.P;
  const bands = (lines + bandRows - 1) / bandRows;
  const cuts = (layer.Q + bandColumns - 1) / bandColumns;
  count = bands * cuts;
  chunks = alloc(<u64>bands * cuts * offsetof<Chunk>());
  // a band begins a part, and so does an image
  let parts = alloc((<u64>bands + layer.N) * offsetof<Part>());
  let next = 0;
  for (let line = 0; line < lines; line += bandRows) {
    const end = min(lines, line + bandRows);
    const firstPart = parts;
    for (let from = line; from < end; parts += offsetof<Part>()) {
      const part = changetype<Part>(parts);
      part.n = from / layer.P;
      part.p0 = from % layer.P;
      part.rows = min(end - from, layer.P - part.p0);
      from += part.rows;
    }
    for (let q0 = 0; q0 < layer.Q; q0 += bandColumns) {
      const chunk = chunkAt(next++);
      chunk.firstPart = firstPart;
      chunk.parts = <i32>((parts - firstPart) / offsetof<Part>());
      chunk.q0 = q0;
      chunk.columns = min(bandColumns, layer.Q - q0);
      chunk.positions = (end - line) * chunk.columns;
    }
  }
}

function within(value: i32, limit: i32): i32 {
  return max(0, min(limit, value));
}

/** Rows h0 .. h1-1 and columns w0 .. w1-1 of an image. */
@unmanaged
export class Box {
  h0: i32;
  h1: i32;
  w0: i32;
  w1: i32;

  set(h0: i32, h1: i32, w0: i32, w1: i32): void {
    this.h0 = h0;
    this.h1 = h1;
    this.w0 = w0;
    this.w1 = w1;
  }

  pixels(): i32 {
    return (this.h1 - this.h0) * (this.w1 - this.w0);
  }

  /** What kernel rows r0 .. r1-1 reach from these positions, inside the picture. */
  setReach(chunk: Chunk, part: Part, r0: i32, r1: i32): void {
    const top = part.p0 * layer.strideY - layer.padTop;
    const bottom = top + (part.rows - 1) * layer.strideY + 1;
    const left = chunk.q0 * layer.strideX - layer.padLeft;
    const right = left + (chunk.columns - 1) * layer.strideX + 1;
    this.h0 = within(top + r0 * layer.dilationY, layer.H);
    this.h1 = within(bottom + (r1 - 1) * layer.dilationY, layer.H);
    this.w0 = within(left, layer.W);
    this.w1 = within(right + (layer.S - 1) * layer.dilationX, layer.W);
  }

  /** What no chunk before this one has reached: what comes from DRAM for it. */
  setFirstReach(chunk: Chunk, part: Part): void {
    this.h0 = rowsBefore(part.p0);
    this.h1 = rowsBefore(part.p0 + part.rows);
    this.w0 = columnsBefore(chunk.q0);
    this.w1 = columnsBefore(chunk.q0 + chunk.columns);
  }
}

/** Rows above those that output row p is the first to need; the first and last rows take the edges with them. */
function rowsBefore(p: i32): i32 {
  if (p <= 0) return 0;
  return p >= layer.P
    ? layer.H
    : within((p - 1) * layer.strideY - layer.padTop + (layer.R - 1) * layer.dilationY + 1, layer.H);
}

function columnsBefore(q: i32): i32 {
  if (q <= 0) return 0;
  return q >= layer.Q
    ? layer.W
    : within((q - 1) * layer.strideX - layer.padLeft + (layer.S - 1) * layer.dilationX + 1, layer.W);
}

function haloRows(kernelRows: i32): i32 {
  return ((kernelRows - 1) * layer.dilationY) / layer.strideY;
}
function haloColumns(): i32 {
  return ((layer.S - 1) * layer.dilationX) / layer.strideX;
}

/** Lines of a chunk's parts with the halo that follows each of them. */
function linesOf(chunk: Chunk, halo: i32): i32 {
  let lines = chunk.parts * halo;
  for (let i = 0; i < chunk.parts; i++) lines += chunk.part(i).rows;
  return lines;
}

/** Bits of a trace vector with its halos. */
export function traceVectorBits(chunk: Chunk, kernelRows: i32): i32 {
  const halo = haloRows(kernelRows);
  const columns = haloColumns();
  return (linesOf(chunk, halo) - halo) * (chunk.columns + columns) - columns;
}

/** Different values of i * dilation modulo the stride, i < extent: they come again when both have come to a multiple of it. */
function phases(extent: i32, dilation: i32, stride: i32): i32 {
  return min(extent, stride / commonDivisor(dilation, stride));
}

/** Bits of one channel's bitmap in a PE. */
export function fmapBitmapBits(chunk: Chunk, kernelRows: i32): i32 {
  const planes =
    phases(kernelRows, layer.dilationY, layer.strideY) * phases(layer.S, layer.dilationX, layer.strideX);
  return planes * linesOf(chunk, haloRows(kernelRows)) * (chunk.columns + haloColumns());
}
