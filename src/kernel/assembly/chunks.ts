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

export let chunkCount: i32 = 0;
let chunks: usize = 0;

export function chunkAt(i: i32): Chunk {
  return changetype<Chunk>(chunks + <usize>i * offsetof<Chunk>());
}

/** Cuts the layer into chunks: band by band, left to right; a band may run over the end of an image. */
export function cut(bandRows: i32, bandColumns: i32): void {
  const lines = layer.N * layer.P;
  const bands = (lines + bandRows - 1) / bandRows;
  const cuts = (layer.Q + bandColumns - 1) / bandColumns;
  chunkCount = bands * cuts;
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

/** Rows h0 .. h1-1 and columns w0 .. w1-1 of the last box asked for. */
export let h0: i32 = 0;
export let h1: i32 = 0;
export let w0: i32 = 0;
export let w1: i32 = 0;

export function setBox(top: i32, bottom: i32, left: i32, right: i32): void {
  h0 = top;
  h1 = bottom;
  w0 = left;
  w1 = right;
}

/** The box that kernel rows r0 .. r1-1 reach, inside the picture. */
export function boxOfReach(chunk: Chunk, part: Part, r0: i32, r1: i32): void {
  h0 = within(part.p0 * layer.strideY - layer.padTop + r0 * layer.dilationY, layer.H);
  h1 = within(
    (part.p0 + part.rows - 1) * layer.strideY - layer.padTop + (r1 - 1) * layer.dilationY + 1,
    layer.H,
  );
  w0 = within(chunk.q0 * layer.strideX - layer.padLeft, layer.W);
  w1 = within(
    (chunk.q0 + chunk.columns - 1) * layer.strideX - layer.padLeft + (layer.S - 1) * layer.dilationX + 1,
    layer.W,
  );
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

/** The box that no chunk before this one has reached: what comes from DRAM for it. */
export function boxOfFirstReach(chunk: Chunk, part: Part): void {
  h0 = rowsBefore(part.p0);
  h1 = rowsBefore(part.p0 + part.rows);
  w0 = columnsBefore(chunk.q0);
  w1 = columnsBefore(chunk.q0 + chunk.columns);
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
