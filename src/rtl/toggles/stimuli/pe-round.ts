import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import type { LayerOperands } from "../operands.ts";

/** Sizes of the module `processing_element` at its defaults, which are the default machine's. */
export const peSize = {
  vectorBits: 192,
  accumulators: 144,
  chunkBytes: 384,
  roundBytes: 128,
  roundKs: 4,
} as const;

/** A round of a PE: its part of both maps in the hardware's layout, and the pairs that follow from them. */
export interface PeRound {
  /** bits of the chunk, channel after channel, rows with their halo; index in the fmap of each that is set */
  readonly chunk: ReadonlyMap<number, number>;
  readonly chunkBits: number;
  /** of a trace vector, up to its last position */
  readonly vectorBits: number;
  /** of each k: positions of its trace vector that are set, and their indices in the emap */
  readonly emaps: readonly ReadonlyMap<number, number>[];
  /** of each trace vector: its k, where its window begins, and whether the mask wants it */
  readonly vectors: readonly { readonly k: number; readonly offset: number; readonly wanted: boolean }[];
}

/** Part of a layer: rows and columns of output positions, from column `q` on. */
interface Part {
  readonly lines: readonly Lines[];
  readonly q: number;
  readonly columns: number;
  readonly channels: readonly number[];
  readonly ks: readonly number[];
}

/** Output rows of one image, from `p` on. */
interface Lines {
  readonly n: number;
  readonly p: number;
  readonly rows: number;
}

/** A round drawn at random: as many channels, k's and rows as the buffers hold, as a mapper would choose. */
export function drawnRound(operands: LayerOperands, valueBits: ValueBits): PeRound {
  const { P, R, S } = operands.layer;
  const { random } = operands;
  const place = drawnPlace(operands);
  const most = mostChannels(operands);
  const [firstC, firstK] = drawnChannels(operands, most);
  let smallest: PeRound | undefined;
  for (let channels = most; channels > 0; channels--)
    for (let rows = Math.min(P, Math.floor(peSize.vectorBits / (place.columns + S - 1))); rows > 0; rows--) {
      const p = random.below(P - rows + 1);
      const ks = Math.min(
        operands.layer.K,
        peSize.roundKs,
        Math.floor(peSize.accumulators / (channels * R * S)),
      );
      const { n, q, columns } = place;
      const part = {
        lines: [{ n, p, rows }],
        q,
        columns,
        channels: from(firstC, channels),
        ks: from(firstK, ks),
      };
      const round = roundOf(operands, part);
      if (fits(round, valueBits)) return round;
      if (channels === 1 && rows === 1) smallest = withFewerKs(round, valueBits);
    }
  return smallest!;
}

/**
 * A round whose trace vectors have positions in so many words of 32 bits, drawn at random; it may run over the end of an image,
 * as the machine's do. Undefined where no channel and k of this place fits the buffers at that length.
 */
export function roundOfWords(
  operands: LayerOperands,
  words: number,
  valueBits: ValueBits,
): PeRound | undefined {
  const { N, P, R, S } = operands.layer;
  const { n, q, columns } = drawnPlace(operands);
  const pitch = columns + S - 1;
  // image after image, with the halo's rows between them
  const lines: Lines[] = [];
  let left = Math.floor((32 * words - columns) / pitch) + 1;
  for (let image = n, p = operands.random.below(P); left > 0 && image < N; image++, p = 0) {
    const rows = Math.min(left, P - p);
    lines.push({ n: image, p, rows });
    left -= rows + R - 1;
  }
  const most = mostChannels(operands);
  const [firstC, firstK] = drawnChannels(operands, most);
  for (let channels = most; channels > 0; channels--)
    for (let ks = Math.min(operands.layer.K, peSize.roundKs); ks > 0; ks--) {
      if (ks * channels * R * S > peSize.accumulators) continue;
      const part = { lines, q, columns, channels: from(firstC, channels), ks: from(firstK, ks) };
      const round = roundOf(operands, part);
      if (fits(round, valueBits) && wordsOfVector(round) === words) return round;
    }
  return undefined;
}

/** Words of 32 bits that have positions. */
export const wordsOfVector = ({ vectorBits }: PeRound): number => Math.ceil(vectorBits / 32);

function drawnPlace({ layer, random }: LayerOperands): { n: number; q: number; columns: number } {
  const { N, Q, S, groups } = layer;
  if (groups !== 1) throw new Error("rounds are drawn of layers without groups");
  const columns = Math.min(Q, 33 - S);
  return { n: random.below(N), q: Q > columns ? random.below(Q - columns + 1) : 0, columns };
}

const mostChannels = ({ layer: { C, R, S } }: LayerOperands): number =>
  Math.min(C, Math.floor(peSize.accumulators / (R * S)), 4);

const drawnChannels = ({ layer: { C, K }, random }: LayerOperands, most: number): [c: number, k: number] => [
  random.below(C - most + 1),
  random.below(Math.max(1, K - peSize.roundKs + 1)),
];

const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

const valuesOf = (emaps: PeRound["emaps"]): number => emaps.reduce((sum, emap) => sum + emap.size, 0);

const mostValues = (bytes: number, valueBits: ValueBits): number => (8 * bytes) / valueBits;

const fits = ({ chunk, emaps }: PeRound, valueBits: ValueBits): boolean =>
  chunk.size <= mostValues(peSize.chunkBytes, valueBits) &&
  valuesOf(emaps) <= mostValues(peSize.roundBytes, valueBits);

/** Dense maps: a row alone fills the buffer with fewer k's. */
function withFewerKs(round: PeRound, valueBits: ValueBits): PeRound {
  const most = mostValues(peSize.roundBytes, valueBits);
  let ks = round.emaps.length;
  while (ks > 1 && valuesOf(round.emaps.slice(0, ks)) > most) ks--;
  return { ...round, emaps: round.emaps.slice(0, ks), vectors: round.vectors.filter(({ k }) => k < ks) };
}

function roundOf(operands: LayerOperands, part: Part): PeRound {
  const { R, S } = operands.layer;
  const lines = linesOf(part, operands.layer);
  const ofChannel = lines.count * lines.pitch;
  const vectors = part.ks.flatMap((k, i) =>
    part.channels.flatMap((c, j) =>
      Array.from({ length: R * S }, (_, tap) => ({
        k: i,
        offset: j * ofChannel + Math.floor(tap / S) * lines.pitch + (tap % S),
        wanted: isWanted(operands, k, c, tap),
      })),
    ),
  );
  return {
    chunk: chunkOf(operands, part, lines),
    chunkBits: part.channels.length * ofChannel,
    vectorBits: lines.emap.at(-1)!.line * lines.pitch + part.columns,
    emaps: part.ks.map((k) => roundEmap(operands, part, lines, k)),
    vectors,
  };
}

/** A row of a map, and the line of the chunk that it stands in. */
interface ChunkLine {
  readonly line: number;
  readonly n: number;
  readonly row: number;
}

interface ChunkLines {
  readonly fmap: readonly ChunkLine[];
  readonly emap: readonly ChunkLine[];
  /** of a channel */
  readonly count: number;
  /** bits from a line to the next one */
  readonly pitch: number;
}

/** Each row of the fmap and of the emap that the chunk has, with its line. */
function linesOf(part: Part, { R, S, padding }: LayerOperands["layer"]): ChunkLines {
  const [fmap, emap]: ChunkLine[][] = [[], []];
  let count = 0;
  for (const { n, p, rows } of part.lines) {
    const first = count;
    for (let y = 0; y < rows + R - 1; y++) fmap.push({ line: first + y, n, row: p + y - padding[0] });
    for (let y = 0; y < rows; y++) emap.push({ line: first + y, n, row: p + y });
    count += rows + R - 1;
  }
  return { fmap, emap, count, pitch: part.columns + S - 1 };
}

/** Nonzeros of the fmap by their place in the chunk, each with its index in the map. */
function chunkOf({ layer, fmap }: LayerOperands, part: Part, lines: ChunkLines): Map<number, number> {
  const { C, H, W, padding } = layer;
  const inside = ({ row }: ChunkLine, w: number) => row >= 0 && row < H && w >= 0 && w < W;
  const chunk = new Map<number, number>();
  for (const [i, c] of part.channels.entries())
    for (const line of lines.fmap)
      for (let x = 0; x < lines.pitch; x++) {
        const w = part.q + x - padding[1];
        const at = ((line.n * C + c) * H + line.row) * W + w;
        if (inside(line, w) && fmap[at] === 1) chunk.set((i * lines.count + line.line) * lines.pitch + x, at);
      }
  return chunk;
}

/** The same of a k's emap. */
function roundEmap(
  { layer, emap }: LayerOperands,
  part: Part,
  lines: ChunkLines,
  k: number,
): Map<number, number> {
  const { K, P, Q } = layer;
  const ofLine = ({ line, n, row }: ChunkLine) =>
    Array.from({ length: part.columns }, (_, x): [number, number] => [
      line * lines.pitch + x,
      ((n * K + k) * P + row) * Q + part.q + x,
    ]);
  return new Map(lines.emap.flatMap(ofLine).filter(([, at]) => emap[at] === 1));
}

const isWanted = ({ layer: { C, R, S }, trace }: LayerOperands, k: number, c: number, tap: number): boolean =>
  !trace.mask || trace.mask[(k * C + c) * R * S + tap] === 1;

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
