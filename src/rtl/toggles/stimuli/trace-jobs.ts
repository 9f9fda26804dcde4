import type { ValueBits } from "../../../hardware/logic/toggled-blocks.ts";
import { valuesOfListWord } from "../../../hardware/parameters.ts";
import type { LayerOperands } from "../operands.ts";

/** Bits of a row word, channel last; words of a chunk; groups and columns that a position may name. */
const rowBits = 20;
const rowWords = 12;
const mostGroups = 8;
const mostColumns = 8;
const traceLanes = 3;
const laneBits = 6;

/** A trace's piece of the fmap, and where its positions look. */
export interface TraceChunk {
  readonly n: number;
  /** the convolution group, and its first channel of the chunk */
  readonly group: number;
  readonly channel: number;
  readonly channels: number;
  /** output row of the first group, output column of the first position */
  readonly p: number;
  readonly q: number;
  readonly groups: number;
  readonly columns: number;
  /** row words from a group to the next, bits from a column to the next */
  readonly stride: number;
  readonly step: number;
  readonly rows: readonly number[];
  readonly bases: readonly number[];
  /** indices of its nonzeros in the fmap, in the order of the value memory */
  readonly values: readonly number[];
}

/** A nonzero of the emap under a chunk; its position is group * 8 + column. */
export interface ListEntry {
  readonly position: number;
  readonly emap: number;
}

/** One k in one trace. */
export interface TraceJob {
  readonly entries: readonly ListEntry[];
  /** wanted gradients of a window, lane after lane */
  readonly mask: number;
}

/** A pair as a trace hands it out: the rank of its fmap value in the chunk, its sum, the index of its emap value. */
export interface TracePair {
  readonly rank: number;
  readonly slot: number;
  readonly emap: number;
  /** the first pair, and the last one, of its slot in its tile: the sum is read for that, and written after this */
  readonly first: boolean;
  readonly last: boolean;
}

/** Values that a chunk of 256 bytes has room for beside its row words: those of bf16, whatever the format. */
const mostValues = 104;

/** A chunk of a layer drawn at random: two channels of at most three rows and columns of the kernel. */
export function drawnChunk(operands: LayerOperands): TraceChunk {
  const { layer, random } = operands;
  const { N, C, P, Q, R, S, stride, groups: convGroups } = layer;
  const fitting = (most: number, kernel: number, by: number) =>
    Math.floor((most - Math.min(traceLanes, kernel)) / by) + 1;
  const columns = Math.min(mostColumns, Q, fitting(rowBits / 2, S, stride[1]));
  const most = Math.min(mostGroups, P, fitting(rowWords, R, stride[0]));
  const channel = 2 * random.below(Math.ceil(C / convGroups / 2));
  const place = {
    n: random.below(N),
    group: random.below(convGroups),
    channel,
    channels: Math.min(2, C / convGroups - channel),
    p: most * random.below(Math.ceil(P / most)),
    q: columns * random.below(Math.ceil(Q / columns)),
    columns,
    stride: stride[0],
    step: 2 * stride[1],
  };
  for (let groups = most; ; groups--) {
    const words = (groups - 1) * stride[0] + Math.min(traceLanes, R);
    const chunk: TraceChunk = Object.assign({ groups }, place, rowsOf(operands, place, words));
    if (chunk.values.length <= mostValues || groups === 1) return chunk;
  }
}

type ChunkPlace = Omit<TraceChunk, "groups" | "rows" | "bases" | "values">;

/** The row words of a chunk that uses the first `used` of them. */
function rowsOf(
  { layer, fmap }: LayerOperands,
  { n, group, channel, channels, p, q }: ChunkPlace,
  used: number,
): Pick<TraceChunk, "rows" | "bases" | "values"> {
  const { C, H, W, stride, padding, groups } = layer;
  const rows: number[] = [];
  const bases: number[] = [];
  const values: number[] = [];
  for (let word = 0; word < rowWords; word++) {
    const h = p * stride[0] - padding[0] + word;
    let bits = 0;
    bases.push(values.length);
    for (let bit = 0; bit < rowBits && word < used && h >= 0 && h < H; bit++) {
      const w = q * stride[1] - padding[1] + (bit >> 1);
      const index = ((n * C + group * (C / groups) + channel + (bit & 1)) * H + h) * W + w;
      if ((bit & 1) >= channels || w < 0 || w >= W || fmap[index] === 0) continue;
      bits |= 1 << bit;
      values.push(index);
    }
    rows.push(bits);
  }
  return { rows, bases, values };
}

/** Jobs of a chunk, k after k from a random one on; those without entries or wanted gradients take no MAC. */
export function jobsOf(operands: LayerOperands, chunk: TraceChunk, most: number): TraceJob[] {
  const { layer, random } = operands;
  const ofGroup = layer.K / layer.groups;
  const first = random.below(ofGroup);
  const jobs: TraceJob[] = [];
  for (let i = 0; i < ofGroup && jobs.length < most; i++) {
    const k = chunk.group * ofGroup + ((first + i) % ofGroup);
    const entries = entriesOf(operands, chunk, k);
    const mask = maskOf(operands, chunk, k);
    if (entries.length > 0 && mask !== 0) jobs.push({ entries, mask });
  }
  return jobs;
}

function entriesOf({ layer, emap }: LayerOperands, chunk: TraceChunk, k: number): ListEntry[] {
  const { K, P, Q } = layer;
  const entries: ListEntry[] = [];
  for (let position = 0; position < chunk.groups * mostColumns; position++) {
    const [row, column] = [position >> 3, position % mostColumns];
    const [p, q] = [chunk.p + row, chunk.q + column];
    if (column >= chunk.columns || p >= P || q >= Q) continue;
    const index = ((chunk.n * K + k) * P + p) * Q + q;
    if (emap[index] === 1) entries.push({ position, emap: index });
  }
  return entries;
}

function maskOf({ layer, trace }: LayerOperands, chunk: TraceChunk, k: number): number {
  const { C, R, S, groups } = layer;
  let mask = 0;
  for (let slot = 0; slot < traceLanes * laneBits; slot++) {
    const [r, s, c] = [Math.floor(slot / laneBits), (slot % laneBits) >> 1, slot & 1];
    if (r >= R || s >= S || c >= chunk.channels) continue;
    const gradient = ((k * (C / groups) + chunk.channel + c) * R + r) * S + s;
    if (trace.mask?.[gradient] !== 0) mask |= 1 << slot;
  }
  return mask;
}

/** Values of a list's word, the nonzeros of a tile. */
export const valuesOfWord = (valueBits: ValueBits): number => valuesOfListWord(valueBits / 8);

/** Cycles that a tile takes at least in a PE of so many traces, but for a job's last. */
export const looksOfTile = (valueBits: ValueBits, traces: number): number =>
  Math.max(valuesOfWord(valueBits), 2 * traces);

/** The words of values of a job's list, each a tile; the last one may have fewer. */
export function listWords(entries: readonly ListEntry[], valueBits: ValueBits): ListEntry[][] {
  const ofWord = valuesOfWord(valueBits);
  return Array.from({ length: Math.ceil(entries.length / ofWord) }, (_, i) =>
    entries.slice(i * ofWord, (i + 1) * ofWord),
  );
}

/** The pairs of a tile: slot by slot, in a slot in the order of nonzeros. */
export function pairsOfTile(chunk: TraceChunk, tile: readonly ListEntry[], mask: number): TracePair[] {
  const pairs: TracePair[] = [];
  for (let slot = 0; slot < traceLanes * laneBits; slot++) {
    if (((mask >> slot) & 1) === 0) continue;
    const visit = tile.flatMap((entry) => {
      const rank = rankInWindow(chunk, entry, slot);
      return rank === undefined ? [] : [{ rank, slot, emap: entry.emap }];
    });
    for (const [i, { rank, emap }] of visit.entries())
      pairs.push({ rank, slot, emap, first: i === 0, last: i === visit.length - 1 });
  }
  return pairs;
}

/** The rank of the fmap value that an entry's window has at a slot; undefined where that is zero. */
function rankInWindow(chunk: TraceChunk, { position }: ListEntry, slot: number): number | undefined {
  const lane = Math.floor(slot / laneBits);
  const row = (position >> 3) * chunk.stride + lane;
  const bit = (position % mostColumns) * chunk.step + (slot % laneBits);
  const word = chunk.rows[row];
  return ((word >> bit) & 1) === 0 ? undefined : chunk.bases[row] + ones(word & ((1 << bit) - 1));
}

const ones = (word: number): number => {
  let count = 0;
  for (let left = word; left !== 0; left &= left - 1) count++;
  return count;
};

/** Pairs of one job after another, chunk after chunk, as a trace hands them out. */
export function* handedPairs(operands: LayerOperands, valueBits: ValueBits): Generator<HandedPair> {
  for (let set = 0; ; ) {
    const chunk = drawnChunk(operands);
    for (const { entries, mask } of jobsOf(operands, chunk, jobsOfChunk)) {
      for (const tile of listWords(entries, valueBits))
        for (const { rank, slot, emap, first, last } of pairsOfTile(chunk, tile, mask))
          yield { chunk, set, rank, slot, emap, first, last };
      set = (set + 1) % setsOfTrace;
    }
  }
}

const jobsOfChunk = 8;

/** Sets of 18 sums in a trace's memory of 128. */
export const setsOfTrace = 7;

export interface HandedPair extends TracePair {
  readonly chunk: TraceChunk;
  /** the job's set of sums */
  readonly set: number;
}
