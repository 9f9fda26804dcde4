import type { Layer } from "../../workload/layer.ts";
import { isFlat } from "./flatten.ts";

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/** Output rows p0 .. p0+rows-1 of image n. */
export interface ChunkPart {
  readonly n: number;
  readonly p0: number;
  readonly rows: number;
}

/** A band of output rows, cut at columns q0 .. q0+columns-1: the positions that a PE works on in an episode. */
export interface Chunk {
  readonly parts: readonly ChunkPart[];
  readonly q0: number;
  readonly columns: number;
  readonly positions: number;
}

/** How the positions of a layer are cut into chunks. */
export interface ChunkShape {
  /** output rows in a chunk; it may run over the end of an image */
  readonly bandRows: number;
  /** output columns in a chunk */
  readonly bandColumns: number;
}

/** Which chunks a first look takes: those that end before image `images` and begin before column `columns`. */
export interface Sample {
  readonly images: number;
  readonly columns: number;
}

/** About a sixteenth of a layer, but no less than 4096 positions of it. */
export function sampleOf(layer: Layer): Sample {
  const { N, P, Q } = layer;
  if (isFlat(layer)) return { images: N, columns: Math.min(Q, Math.max(Math.ceil(Q / 16), 4096)) };
  return { images: Math.min(N, Math.max(Math.ceil(N / 16), Math.ceil(4096 / (P * Q)))), columns: Q };
}

/** All of it. */
export const wholeOf = ({ N, Q }: Layer): Sample => ({ images: N, columns: Q });

/** Rows h0 .. h1-1 and columns w0 .. w1-1 of an image. */
export interface Box {
  readonly h0: number;
  readonly h1: number;
  readonly w0: number;
  readonly w1: number;
}

/** Chunks that a shape cuts a layer into. */
export const chunkCount = ({ N, P, Q }: Layer, { bandRows, bandColumns }: ChunkShape): number =>
  Math.ceil((N * P) / bandRows) * Math.ceil(Q / bandColumns);

/** Chunks in the order in which they are dealt: band by band, left to right; as many bands as are asked for. */
export function cutIntoChunks(
  { N, P, Q }: Layer,
  { bandRows, bandColumns }: ChunkShape,
  bands = Number.POSITIVE_INFINITY,
): Chunk[] {
  const chunks: Chunk[] = [];
  for (let row = 0; row < Math.min(bands * bandRows, N * P); row += bandRows) {
    const end = Math.min(N * P, row + bandRows);
    const parts: ChunkPart[] = [];
    for (let r = row; r < end; ) {
      const n = Math.floor(r / P);
      const rows = Math.min(end, (n + 1) * P) - r;
      parts.push({ n, p0: r - n * P, rows });
      r += rows;
    }
    for (let q0 = 0; q0 < Q; q0 += bandColumns) {
      const columns = Math.min(bandColumns, Q - q0);
      chunks.push({ parts, q0, columns, positions: (end - row) * columns });
    }
  }
  return chunks;
}

/** The first of them. */
export const firstChunk = (layer: Layer, shape: ChunkShape): Chunk =>
  cutIntoChunks({ ...layer, Q: Math.min(layer.Q, shape.bandColumns) }, shape, 1)[0];

const clamp = (value: number, limit: number): number => Math.max(0, Math.min(limit, value));

/** The part of the picture that the kernel rows r0 .. r1-1 reach from these positions, inside the picture. */
export function reach(layer: Layer, part: ChunkPart, chunk: Chunk, r0: number, r1: number): Box {
  const { H, W, S, stride, padding, dilation } = layer;
  const top = part.p0 * stride[0] - padding[0] + r0 * dilation[0];
  const bottom = (part.p0 + part.rows - 1) * stride[0] - padding[0] + (r1 - 1) * dilation[0] + 1;
  const left = chunk.q0 * stride[1] - padding[1];
  const right = (chunk.q0 + chunk.columns - 1) * stride[1] - padding[1] + (S - 1) * dilation[1] + 1;
  return { h0: clamp(top, H), h1: clamp(bottom, H), w0: clamp(left, W), w1: clamp(right, W) };
}

/**
 * The part of the picture that comes from DRAM for this chunk: what it reaches and no chunk before it did.
 * These boxes tile the picture, so that DRAM is read once.
 */
export function firstReach(layer: Layer, part: ChunkPart, chunk: Chunk): Box {
  const { H, W, P, Q, R, S, stride, padding, dilation } = layer;
  const below = (p: number) =>
    p <= 0 ? 0 : p >= P ? H : clamp((p - 1) * stride[0] - padding[0] + (R - 1) * dilation[0] + 1, H);
  const beside = (q: number) =>
    q <= 0 ? 0 : q >= Q ? W : clamp((q - 1) * stride[1] - padding[1] + (S - 1) * dilation[1] + 1, W);
  return {
    h0: below(part.p0),
    h1: below(part.p0 + part.rows),
    w0: beside(chunk.q0),
    w1: beside(chunk.q0 + chunk.columns),
  };
}

/** Rows and columns of padding between output rows in a trace vector, so that a tap is one shift. */
function halo(layer: Layer, kernelRows: number): { rows: number; columns: number } {
  return {
    rows: Math.floor(((kernelRows - 1) * layer.dilation[0]) / layer.stride[0]),
    columns: Math.floor(((layer.S - 1) * layer.dilation[1]) / layer.stride[1]),
  };
}

/** Bits of a chunk's trace vector: its positions and the halos between them. */
export function traceVectorBits(layer: Layer, chunk: Chunk, kernelRows: number): number {
  return vectorBits(layer, linesOf(layer, chunk, kernelRows), chunk.columns, kernelRows);
}

/** Bits of one channel's fmap bitmap in a PE: one plane for each phase of the stride that a tap falls on. */
export function fmapBitmapBits(layer: Layer, chunk: Chunk, kernelRows: number): number {
  return bitmapBits(layer, linesOf(layer, chunk, kernelRows), chunk.columns, kernelRows);
}

/** The same two of the largest chunk of a shape. */
export function mostBits(
  layer: Layer,
  { bandRows, bandColumns }: ChunkShape,
  kernelRows: number,
): { traceVector: number; fmapBitmap: number } {
  const { N, P, Q } = layer;
  const { rows } = halo(layer, kernelRows);
  let lines = 0;
  for (let row = 0; row < N * P; row += bandRows) {
    const end = Math.min(N * P, row + bandRows);
    const parts = Math.floor((end - 1) / P) - Math.floor(row / P) + 1;
    lines = Math.max(lines, end - row + parts * rows);
  }
  const columns = Math.min(Q, bandColumns);
  return {
    traceVector: vectorBits(layer, lines, columns, kernelRows),
    fmapBitmap: bitmapBits(layer, lines, columns, kernelRows),
  };
}

/** Output rows of a chunk, each part with its halo. */
const linesOf = (layer: Layer, chunk: Chunk, kernelRows: number): number =>
  chunk.parts.reduce((sum, part) => sum + part.rows + halo(layer, kernelRows).rows, 0);

function vectorBits(layer: Layer, lines: number, columnCount: number, kernelRows: number): number {
  const { rows, columns } = halo(layer, kernelRows);
  return (lines - rows) * (columnCount + columns) - columns;
}

function bitmapBits(layer: Layer, lines: number, columnCount: number, kernelRows: number): number {
  // different values of i * dilation modulo the stride, i < extent: they come again after so many
  const phases = (extent: number, dilation: number, stride: number) =>
    Math.min(extent, stride / commonDivisor(dilation, stride));
  const planes =
    phases(kernelRows, layer.dilation[0], layer.stride[0]) *
    phases(layer.S, layer.dilation[1], layer.stride[1]);
  return planes * lines * (columnCount + halo(layer, kernelRows).columns);
}
