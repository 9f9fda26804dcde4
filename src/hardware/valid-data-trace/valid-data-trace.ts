import type { Occupancy } from "../../trace/occupancy.ts";
import type { Chunk } from "../dataflow/geometry.ts";
import type { SwgParameters } from "../parameters.ts";

/**
 * The valid-data trace: finds the positions at which emap and fmap are both nonzero.
 *
 * It works in two steps. It first ANDs the emap vector of a k with the fmap vector of each wanted tap and
 * counts the ones, `vectorTaps` vectors a cycle, while the round before is multiplied. It then knows which
 * vectors are empty, and hands out up to two pairs a cycle without a gap. So a round takes as many cycles as
 * its counts say, and a stall happens only when counting takes longer than multiplying.
 *
 * A vector holds the positions of a chunk in their order (parts, rows, columns), 32 to a word.
 */
export type TraceVector = Uint32Array;

/** Calls `visit(n, p, q)` for each position of a chunk, in the order of the vector's bits. */
export function eachPosition(chunk: Chunk, visit: (n: number, p: number, q: number) => void): void {
  for (const { n, p0, rows } of chunk.parts)
    for (let p = p0; p < p0 + rows; p++)
      for (let q = chunk.q0; q < chunk.q0 + chunk.columns; q++) visit(n, p, q);
}

/** Where emap k is nonzero; everywhere when this trace does not skip the emap's zeros. */
export function emapVector({ layer, emap }: Occupancy, chunk: Chunk, k: number, skip: boolean): TraceVector {
  const { K, P, Q } = layer;
  const vector = new Uint32Array(Math.ceil(chunk.positions / 32));
  let bit = 0;
  for (const { n, p0, rows } of chunk.parts)
    for (let p = p0; p < p0 + rows; p++) {
      const row = ((n * K + k) * P + p) * Q + chunk.q0;
      for (let q = 0; q < chunk.columns; q++, bit++)
        if (!skip || emap[row + q]) vector[bit >> 5] |= 1 << (bit & 31);
    }
  return vector;
}

/** Where the fmap value that channel c, tap (r, s) needs is nonzero; everywhere when zeros are not skipped. */
export function fmapVector(
  { layer, fmap }: Occupancy,
  chunk: Chunk,
  [c, r, s]: readonly [number, number, number],
  skip: boolean,
): TraceVector {
  const { C, H, W, stride, padding, dilation } = layer;
  const vector = new Uint32Array(Math.ceil(chunk.positions / 32));
  let bit = 0;
  for (const { n, p0, rows } of chunk.parts)
    for (let p = p0; p < p0 + rows; p++) {
      const h = p * stride[0] - padding[0] + r * dilation[0];
      const row = ((n * C + c) * H + h) * W;
      let w = chunk.q0 * stride[1] - padding[1] + s * dilation[1];
      for (let q = 0; q < chunk.columns; q++, bit++, w += stride[1]) {
        const nonzero = h >= 0 && h < H && w >= 0 && w < W && fmap[row + w];
        if (!skip || nonzero) vector[bit >> 5] |= 1 << (bit & 31);
      }
    }
  return vector;
}

/** Positions at which both vectors have a one. */
export function countPairs(a: TraceVector, b: TraceVector): number {
  let pairs = 0;
  for (let i = 0; i < a.length; i++) pairs += ones(a[i] & b[i]);
  return pairs;
}

/** The positions at which both vectors have a one, lowest first: the pairs that the trace hands out. */
export function* pairsOf(a: TraceVector, b: TraceVector): Generator<number> {
  for (let i = 0; i < a.length; i++)
    for (let word = a[i] & b[i]; word !== 0; word &= word - 1) yield i * 32 + 31 - Math.clz32(word & -word);
}

/** Number of ones in a 32-bit word. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Which map's zeros the machine skips. */
export const skips = ({ vdt }: SwgParameters): { fmap: boolean; emap: boolean } => ({
  fmap: vdt === "fmap" || vdt === "both",
  emap: vdt === "emap" || vdt === "both",
});

/** Cycles to count a round in which the busiest PE has this many vectors; nothing to find without a trace. */
export const countingCycles = (vectors: number, { vdt, vectorTaps }: SwgParameters): number =>
  vdt === "none" ? 0 : Math.ceil(vectors / vectorTaps);
