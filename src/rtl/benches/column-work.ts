import { type SwgParameters, tileLooks, tracesOf } from "../../hardware/parameters.ts";
import { arithmetic } from "../../hardware/processing-element/arithmetic.ts";
import { type Job, noJob, restAfter, type Tile, tileCycles } from "../../hardware/valid-data-trace/job.ts";
import type { Random } from "../../random.ts";
import type { DrawnKind } from "./drawn-kinds.ts";
import {
  type Chunk,
  chunkOf,
  chunkValues,
  type Entry,
  headedWordsOf,
  listWordsOf,
  type RowBit,
  tilesOf,
  valuesOfWord,
} from "./storage.ts";

/** Work of a column, drawn at random: chunks, lists and masks, and what each of its traces must make of them. Values are bf16. */

const lanes = 3;
const laneBits = 6;
const rowBits = 20;
const mostRowWords = 12;
export const slotCount = lanes * laneBits;
const allSlots = 2 ** slotCount - 1;

/** What stays the same in a layer. */
export interface ColumnLayer {
  readonly help: boolean;
  readonly headers: boolean;
  /** 0, 1, 2: a PE has the lists of one, of two or of up to four position slices */
  readonly sharesLog: number;
  /** [row][trace] */
  readonly share: readonly (readonly number[])[];
  readonly sets: number;
  /** traces with the same channels are as far apart as there are channel slices; their sums leave as one */
  readonly channelSlices: number;
  readonly positionSlices: number;
  /** words of a list memory that a sequence of lists has */
  readonly listRoom: number;
}

/** How positions lie in an episode's chunks, as a column is told; one object for all episodes that have the same. */
export interface ChunkPlaces {
  /** columns of a group, as a power of two */
  readonly groupLog: number;
  /** bits from a column of a group to the next */
  readonly columnStep: number;
  readonly passLanes: number;
  readonly laneBits: number;
}

/** The same where all chunks have as many groups. */
interface Layout extends ChunkPlaces {
  readonly columns: number;
  /** [group] row word of its first lane */
  readonly firstWords: readonly number[];
}

export interface ColumnEpisode {
  readonly layout: ChunkPlaces;
  /** [row][trace] undefined where the trace has no chunk */
  readonly chunks: readonly (readonly (Chunk | undefined)[])[];
}

/** Words of a list on their way to a PE, and what it has in its memory for it. */
export interface PeList {
  /** undefined: for all PEs */
  readonly row: number | undefined;
  readonly share: number;
  /** of real layers: position slice whose list it is, the same in all PEs but for its header */
  readonly slice?: number;
  readonly words: readonly bigint[];
}

export interface ColumnItem {
  readonly episode: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly sums: number;
  /** words behind the header */
  readonly length: number;
  readonly lists: readonly PeList[];
  /** [trace of the column] */
  readonly jobs: readonly Job[];
  readonly rowWords: readonly number[];
}

export interface ColumnWork {
  /** the machine whose column it is */
  readonly p: SwgParameters;
  readonly layer: ColumnLayer;
  readonly episodes: readonly ColumnEpisode[];
  readonly items: readonly ColumnItem[];
  /** [trace of the column][number of the sums][slot] */
  readonly sums: readonly (readonly Float64Array[])[];
  /** [channel slice][number of the sums] the slots that are wanted, a bit each */
  readonly wanted: readonly (readonly number[])[];
}

const { multiply, add } = arithmetic.bf16;

const ofRange = (random: Random, from: number, to: number): number => from + random.below(to - from + 1);

export function drawColumnWork(random: Random, p: SwgParameters, kind: DrawnKind): ColumnWork {
  const layer = drawLayer(random, p);
  const episodes: ColumnEpisode[] = [];
  const items: ColumnItem[] = [];
  const sums = Array.from({ length: tracesOf(p) }, (): Float64Array[] => []);
  const wanted = Array.from({ length: layer.channelSlices }, (): number[] => []);
  const density = kind.emapDensity ?? (random.below(5) === 0 ? 1 : 0.05 + 0.95 * random.uniform() ** 2);
  let sumsBefore = 0;
  const residencies = kind.rounds === undefined ? ofRange(random, 1, 3) : 2;
  for (let residency = 0; residency < residencies; residency++) {
    const layout = drawLayout(random, kind);
    const ks = kind.rounds === undefined ? ofRange(random, 1, layer.sets) : 1;
    const rounds = kind.rounds ?? ofRange(random, 1, 5);
    for (let round = 0; round < rounds; round++) {
      const episode: ColumnEpisode = { layout, chunks: drawChunks(random, p, layer, layout, kind) };
      for (let i = 0; i < ks; i++)
        items.push(
          drawItem(random, p, layer, layout, episode, { density, kind, wanted }, sums, {
            episode: episodes.length,
            first: round === 0,
            last: round === rounds - 1,
            sums: sumsBefore + i,
          }),
        );
      episodes.push(episode);
    }
    sumsBefore += ks;
  }
  return { p, layer, episodes, items, sums, wanted };
}

/** [traces - 1][shares of a list memory, as a power of two] which share each trace of a PE may have. */
const sharePatterns = [
  [[[0]]],
  [
    [[0, 0]],
    [
      [0, 1],
      [0, 0],
    ],
  ],
  [
    [[0, 0, 0]],
    [
      [0, 0, 1],
      [0, 1, 1],
      [0, 0, 0],
    ],
    [[0, 1, 2]],
  ],
];

function drawLayer(random: Random, p: SwgParameters): ColumnLayer {
  const headers = random.below(2) === 1;
  const ofTraces = sharePatterns[p.traces - 1];
  const sharesLog = headers ? random.below(ofTraces.length) : 0;
  const patterns = ofTraces[sharesLog];
  const positionSlices = ofRange(random, 1, Math.min(3, tracesOf(p)));
  return {
    help: random.below(4) > 0,
    headers,
    sharesLog,
    share: Array.from({ length: p.rows }, () => patterns[random.below(patterns.length)]),
    sets: ofRange(random, 1, Math.floor(p.sums / slotCount)),
    channelSlices: Math.floor(tracesOf(p) / positionSlices),
    positionSlices,
    listRoom: p.listWords >> sharesLog,
  };
}

function drawLayout(random: Random, { layout }: DrawnKind): Layout {
  if (layout === "few positions")
    return { groupLog: 1, columns: 2, firstWords: [0], columnStep: 1, passLanes: 3, laneBits: 3 };
  if (layout === "3x3")
    return { groupLog: 3, columns: 8, firstWords: [0, 1, 2, 3], columnStep: 1, passLanes: 3, laneBits: 3 };
  // every position that a chunk can have
  if (layout === "all positions" || random.below(6) === 0)
    return {
      groupLog: 3,
      columns: 8,
      firstWords: [0, 1, 2, 3, 4, 5, 6, 7],
      columnStep: 2,
      passLanes: 3,
      laneBits: 6,
    };
  const groupLog = random.below(4);
  const columns = ofRange(random, 1, 1 << groupLog);
  const columnStep = ofRange(
    random,
    1,
    columns === 1 ? 7 : Math.min(7, Math.floor((rowBits - laneBits) / (columns - 1))),
  );
  const passLanes = ofRange(random, 1, lanes);
  const ownBits = ofRange(random, 1, laneBits);
  const firstWords = drawFirstWords(random, passLanes, 64 >> groupLog);
  return { groupLog, columns, firstWords, columnStep, passLanes, laneBits: ownBits };
}

/** Groups one below the other are as many words apart; now and then one begins anew, behind the words of the one before. */
function drawFirstWords(random: Random, passLanes: number, most: number): number[] {
  const apart = ofRange(random, 1, passLanes);
  const anew = random.below(3) === 0 ? 0.4 : 0;
  const firstWords = [0];
  const groups = ofRange(random, 1, Math.min(most, 8));
  while (firstWords.length < groups) {
    const next = firstWords[firstWords.length - 1] + (random.uniform() < anew ? passLanes : apart);
    if (next + passLanes > mostRowWords) break;
    firstWords.push(next);
  }
  return firstWords;
}

/** The slots of a pass. */
function slotsOf({ passLanes, laneBits: bits }: Layout): number {
  let slots = 0;
  for (let lane = 0; lane < passLanes; lane++) slots |= (2 ** bits - 1) << (lane * laneBits);
  return slots;
}

function drawChunks(
  random: Random,
  p: SwgParameters,
  { share }: ColumnLayer,
  layout: Layout,
  kind: DrawnKind,
): (Chunk | undefined)[][] {
  const density = kind.fmapDensity ?? 0.4 * random.uniform();
  return share.map((ofRow) => {
    const there = ofRow.map(() => random.below(10) > 0);
    // some traces have no channels
    return ofRow.map((own) =>
      there[own] && random.below(12) > 0 ? drawChunk(random, p, layout, density, kind) : undefined,
    );
  });
}

function drawChunk(
  random: Random,
  p: SwgParameters,
  { firstWords, passLanes }: Layout,
  density: number,
  { values }: DrawnKind,
): Chunk {
  const count = firstWords[firstWords.length - 1] + passLanes;
  let room = chunkValues(p) - Math.ceil(count / 2) * valuesOfWord;
  const drawWord = (): RowBit[] => {
    const bits: RowBit[] = [];
    for (let at = 0; at < rowBits; at++)
      if (random.uniform() < density && room-- > 0) bits.push({ at, code: values.fmap(random) });
    return bits;
  };
  return chunkOf(Array.from({ length: count }, drawWord), firstWords, p);
}

type ItemPlace = Pick<ColumnItem, "episode" | "first" | "last" | "sums">;

function drawItem(
  random: Random,
  p: SwgParameters,
  layer: ColumnLayer,
  layout: Layout,
  { chunks }: ColumnEpisode,
  drawn: { readonly density: number; readonly kind: DrawnKind; readonly wanted: number[][] },
  sums: Float64Array[][],
  place: ItemPlace,
): ColumnItem {
  const lists: PeList[] = [];
  const jobs: Job[] = [];
  const common = layer.headers ? undefined : drawEntries(random, layout, drawn, layer);
  if (common) lists.push({ row: undefined, share: 0, words: listWordsOf(common) });
  for (const [row, ofRow] of chunks.entries()) {
    const masks = ofRow.map(() => (layer.headers ? drawMask(random) & slotsOf(layout) : slotsOf(layout)));
    const shares = layer.share[row];
    const entries = shares.map((share, t) => {
      if (common) return common;
      return shares.indexOf(share) < t ? [] : drawEntries(random, layout, drawn, layer);
    });
    for (const [t, share] of shares.entries()) {
      const own = entries[shares.indexOf(share)];
      if (!common && shares.indexOf(share) === t)
        lists.push({ row, share, words: headedWordsOf(own, masks) });
      const trace = row * p.traces + t;
      const ofTrace = sums[trace];
      ofTrace[place.sums] ??= new Float64Array(slotCount);
      const wanted = drawn.wanted[trace % layer.channelSlices];
      wanted[place.sums] = (wanted[place.sums] ?? 0) | masks[t];
      const chunk = ofRow[t];
      jobs.push(chunk ? jobOf(p, chunk, layout, own, masks[t], ofTrace[place.sums]) : noJob);
    }
  }
  return {
    episode: place.episode,
    first: place.first,
    last: place.last,
    sums: place.sums,
    length: common ? 1 + tilesOf(common).length : 1,
    lists,
    jobs,
    rowWords: chunks.flat().map((chunk) => (chunk ? 2 * chunk.couples : 0)),
  };
}

function drawMask(random: Random): number {
  const kind = random.below(6);
  if (kind === 0) return 0;
  if (kind === 1) return 1 << random.below(slotCount);
  return kind === 2 ? allSlots : random.below(allSlots);
}

/** No more than a list's room in its memory. */
function drawEntries(
  random: Random,
  layout: Layout,
  { density, kind }: { readonly density: number; readonly kind: DrawnKind },
  { listRoom }: ColumnLayer,
): Entry[] {
  const entries: Entry[] = [];
  const most = (listRoom - 2) * valuesOfWord;
  for (let group = 0; group < layout.firstWords.length; group++)
    for (let column = 0; column < layout.columns; column++)
      if (random.uniform() < density && entries.length < most)
        entries.push({ position: (group << layout.groupLog) | column, code: kind.values.emap(random) });
  return random.below(12) === 0 ? [] : entries;
}

/** What a trace makes of a list: its time, and what it adds to its sums, in the hardware's order. */
function jobOf(
  p: SwgParameters,
  chunk: Chunk,
  layout: Layout,
  entries: readonly Entry[],
  mask: number,
  into: Float64Array,
): Job {
  if (mask === 0 || entries.length === 0) return noJob;
  const all = tilesOf(entries);
  const tiles: Tile[] = [];
  let visits = 0;
  for (const [i, entriesOfTile] of all.entries()) {
    let pairs = 0;
    for (let slot = 0; slot < slotCount; slot++) {
      if (((mask >> slot) & 1) === 0) continue;
      const products = entriesOfTile
        .map((entry) => productOf(chunk, layout, entry, slot))
        .filter((x) => x !== undefined);
      pairs += products.length;
      if (products.length > 0) visits++;
      for (const product of products) into[slot] = add(into[slot], product);
    }
    tiles.push({ pairs, cycles: tileCycles(pairs, i === all.length - 1, tileLooks(p)) });
  }
  const total = (of: (tile: Tile) => number) => tiles.reduce((sum, tile) => sum + of(tile), 0);
  return {
    cycles: total(({ cycles }) => cycles),
    rest: restAfter(tiles[tiles.length - 1].cycles, valuesOfWord),
    pairs: total(({ pairs }) => pairs),
    looks: entries.length,
    visits,
    tiles,
  };
}

/** undefined where there is no fmap value. */
function productOf(
  chunk: Chunk,
  layout: Layout,
  { position, code }: Entry,
  slot: number,
): number | undefined {
  const group = position >> layout.groupLog;
  const column = position & ((1 << layout.groupLog) - 1);
  const word = layout.firstWords[group] + Math.floor(slot / laneBits);
  const at = column * layout.columnStep + (slot % laneBits);
  const bits = chunk.bits[word];
  if (((bits >> at) & 1) === 0) return undefined;
  let number = chunk.bases[word];
  for (let i = 0; i < at; i++) number += (bits >> i) & 1;
  return multiply(code, chunk.values.get(number)!);
}
