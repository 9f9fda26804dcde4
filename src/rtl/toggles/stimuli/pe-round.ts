import type { LayerOperands } from "../operands.ts";

/** Sizes of the module `processing_element` at its defaults, which are the default machine's. */
export const peSize = {
  vectorBits: 192,
  accumulators: 144,
  fmapValues: 192,
  emapValues: 64,
  roundKs: 4,
} as const;

/** A round of a PE: its part of both maps in the hardware's layout, and the pairs that follow from them. */
export interface PeRound {
  /** bits of the chunk, channel after channel, rows with their halo; index in the fmap of each that is set */
  readonly chunk: ReadonlyMap<number, number>;
  readonly chunkBits: number;
  /** of each k: positions of its trace vector that are set, and their indices in the emap */
  readonly emaps: readonly ReadonlyMap<number, number>[];
  /** of each trace vector: its k, where its window begins, and whether the mask wants it */
  readonly vectors: readonly { readonly k: number; readonly offset: number; readonly wanted: boolean }[];
}

/** Part of a layer: image n, output rows from `p` and columns from `q` on. */
interface Part {
  readonly n: number;
  readonly p: number;
  readonly q: number;
  readonly rows: number;
  readonly columns: number;
  readonly channels: readonly number[];
  readonly ks: readonly number[];
}

/** A round drawn at random: as many channels, k's and rows as the buffers hold, as a mapper would choose. */
export function drawnRound(operands: LayerOperands): PeRound {
  const { N, C, K, P, Q, R, S, groups } = operands.layer;
  if (groups !== 1) throw new Error("rounds are drawn of layers without groups");
  const { random } = operands;
  const columns = Math.min(Q, 33 - S);
  const [n, q] = [random.below(N), Q > columns ? random.below(Q - columns + 1) : 0];
  const most = Math.min(C, Math.floor(peSize.accumulators / (R * S)), 4);
  const [firstC, firstK] = [random.below(C - most + 1), random.below(Math.max(1, K - peSize.roundKs + 1))];
  let smallest: PeRound | undefined;
  for (let channels = most; channels > 0; channels--)
    for (let rows = Math.min(P, Math.floor(peSize.vectorBits / (columns + S - 1))); rows > 0; rows--) {
      const p = random.below(P - rows + 1);
      const ks = Math.min(K, peSize.roundKs, Math.floor(peSize.accumulators / (channels * R * S)));
      const part = { n, p, q, rows, columns, channels: from(firstC, channels), ks: from(firstK, ks) };
      const round = roundOf(operands, part);
      if (fits(round)) return round;
      if (channels === 1 && rows === 1) smallest = withFewerKs(round);
    }
  return smallest!;
}

const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

const valuesOf = (emaps: PeRound["emaps"]): number => emaps.reduce((sum, emap) => sum + emap.size, 0);

const fits = ({ chunk, emaps }: PeRound): boolean =>
  chunk.size <= peSize.fmapValues && valuesOf(emaps) <= peSize.emapValues;

/** Dense maps: a row alone fills the buffer with fewer k's. */
function withFewerKs(round: PeRound): PeRound {
  let ks = round.emaps.length;
  while (ks > 1 && valuesOf(round.emaps.slice(0, ks)) > peSize.emapValues) ks--;
  return { ...round, emaps: round.emaps.slice(0, ks), vectors: round.vectors.filter(({ k }) => k < ks) };
}

function roundOf({ layer, fmap, emap, trace }: LayerOperands, part: Part): PeRound {
  const { C, H, W, K, P, Q, R, S, padding } = layer;
  const pitch = part.columns + S - 1;
  const ofChannel = (part.rows + R - 1) * pitch;
  const chunk = new Map<number, number>();
  for (const [i, c] of part.channels.entries())
    for (let y = 0; y < part.rows + R - 1; y++)
      for (let x = 0; x < pitch; x++) {
        const [h, w] = [part.p + y - padding[0], part.q + x - padding[1]];
        const at = ((part.n * C + c) * H + h) * W + w;
        if (h >= 0 && h < H && w >= 0 && w < W && fmap[at] === 1)
          chunk.set(i * ofChannel + y * pitch + x, at);
      }
  const emaps = part.ks.map((k) => {
    const bits = new Map<number, number>();
    for (let y = 0; y < part.rows; y++)
      for (let x = 0; x < part.columns; x++) {
        const at = ((part.n * K + k) * P + part.p + y) * Q + part.q + x;
        if (emap[at] === 1) bits.set(y * pitch + x, at);
      }
    return bits;
  });
  const vectors = part.ks.flatMap((k, i) =>
    part.channels.flatMap((c, j) =>
      Array.from({ length: R * S }, (_, tap) => ({
        k: i,
        offset: j * ofChannel + Math.floor(tap / S) * pitch + (tap % S),
        wanted: !trace.mask || trace.mask[(k * C + c) * R * S + tap] === 1,
      })),
    ),
  );
  return { chunk, chunkBits: part.channels.length * ofChannel, emaps, vectors };
}

/** Indices in both maps of each valid pair of a round, vector after vector, in the order of positions. */
export function pairsOfRound({ chunk, emaps, vectors }: PeRound): { fmap: number; emap: number }[] {
  return vectors.flatMap(({ k, offset, wanted }) =>
    wanted
      ? [...emaps[k]].flatMap(([position, emap]) => {
          const fmap = chunk.get(offset + position);
          return fmap === undefined ? [] : [{ fmap, emap }];
        })
      : [],
  );
}

/** The words of 32 bits that have these bits set. */
export function wordsOf(bits: Iterable<number>, count: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(count / 32));
  for (const bit of bits) words[bit >> 5] |= 1 << (bit & 31);
  return words;
}
