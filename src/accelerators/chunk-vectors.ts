import type { Occupancy } from "../trace/occupancy.ts";

/** Positions of a chunk: as many bits as an inner join takes at once. */
export const chunkPositions = 128;
const wordsOfChunk = chunkPositions / 32;

/** Vectors over the same block of positions, as bitmaps cut in chunks of 128; the last chunk may be shorter. */
export interface ChunkVectors {
  readonly count: number;
  readonly chunks: number;
  /** vector after vector, four words a chunk */
  readonly words: Int32Array;
  /** of each vector and chunk */
  readonly ones: Uint8Array;
}

/** A block of positions, from `first` to `end` - 1, n slowest, q fastest. */
export interface PositionBlock {
  readonly first: number;
  readonly end: number;
}

const chunksOf = ({ first, end }: PositionBlock): number => Math.ceil((end - first) / chunkPositions);

const emptyVectors = (count: number, block: PositionBlock): ChunkVectors => {
  const chunks = chunksOf(block);
  return {
    count,
    chunks,
    words: new Int32Array(count * chunks * wordsOfChunk),
    ones: new Uint8Array(count * chunks),
  };
};

function mark({ chunks, words, ones }: ChunkVectors, vector: number, at: number): void {
  words[vector * chunks * wordsOfChunk + (at >> 5)] |= 1 << (at & 31);
  ones[vector * chunks + Math.floor(at / chunkPositions)]++;
}

/** The emap's vectors of a convolution group, one for each k. */
export function kVectors({ layer, emap }: Occupancy, group: number, block: PositionBlock): ChunkVectors {
  const { K, P, Q, groups } = layer;
  const [ks, plane] = [K / groups, P * Q];
  const vectors = emptyVectors(ks, block);
  for (let k = 0; k < ks; k++)
    for (let i = block.first; i < block.end; i++) {
      const n = Math.floor(i / plane);
      if (emap[(n * K + group * ks + k) * plane + (i - n * plane)] === 1) mark(vectors, k, i - block.first);
    }
  return vectors;
}

/** The fmap's vectors of a convolution group as each tap sees them, one for each c, r and s, s fastest; zeros in the padding. */
export function windowVectors(occupancy: Occupancy, group: number, block: PositionBlock): ChunkVectors {
  const { C, R, S, groups } = occupancy.layer;
  const channels = C / groups;
  const vectors = emptyVectors(channels * R * S, block);
  for (let vector = 0; vector < vectors.count; vector++) {
    const [c, r, s] = [Math.floor(vector / (R * S)), Math.floor(vector / S) % R, vector % S];
    for (const at of tapNonzeros(occupancy, group * channels + c, r, s, block)) mark(vectors, vector, at);
  }
  return vectors;
}

/** Places in a block at which tap (r, s) sees a nonzero of a channel. */
function* tapNonzeros(
  { layer, fmap }: Occupancy,
  channel: number,
  r: number,
  s: number,
  { first, end }: PositionBlock,
): Generator<number> {
  const { C, H, W, P, Q, stride, padding, dilation } = layer;
  const [top, left] = [r * dilation[0] - padding[0], s * dilation[1] - padding[1]];
  for (let row = Math.floor(first / Q); row * Q < end; row++) {
    const h = (row % P) * stride[0] + top;
    if (h < 0 || h >= H) continue;
    const start = ((Math.floor(row / P) * C + channel) * H + h) * W;
    for (let i = Math.max(first, row * Q); i < Math.min(end, (row + 1) * Q); i++) {
      const w = (i - row * Q) * stride[1] + left;
      if (w >= 0 && w < W && fmap[start + w] === 1) yield i - first;
    }
  }
}

/** Places at which a chunk of two vectors has ones in both. */
export function matches(
  a: ChunkVectors,
  vectorA: number,
  b: ChunkVectors,
  vectorB: number,
  chunk: number,
): number {
  const atA = (vectorA * a.chunks + chunk) * wordsOfChunk;
  const atB = (vectorB * b.chunks + chunk) * wordsOfChunk;
  let ones = 0;
  for (let i = 0; i < wordsOfChunk; i++) {
    let word = a.words[atA + i] & b.words[atB + i];
    if (word === 0) continue;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    ones += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return ones;
}
