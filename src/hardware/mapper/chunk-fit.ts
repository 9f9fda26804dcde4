import type { Layer } from "../../workload/layer.ts";
import { listRoom } from "../buffer/list-memory.ts";
import {
  chunkExtent,
  commonDivisor,
  type Group,
  groupsOf,
  heldSets,
  liesBelow,
  positionsOf,
  rowLayout,
} from "../dataflow/geometry.ts";
import type { ChunkShape, LayerCounts } from "../dataflow/layer-statistics.ts";
import { type Mapping, type Pass, passesOf } from "../dataflow/mapping.ts";
import { onceFor, onceInARow, onceUnder } from "../once.ts";
import {
  listWordsOf,
  mostChunkValues,
  mostColumns,
  packedRowWords,
  type SwgParameters,
  valueBytes,
  wordBytes,
} from "../parameters.ts";
import { dealtChannels } from "../schedule/dealt-channels.ts";

/** How much the largest chunk of a shape takes in a trace. */
export interface ChunkSize {
  /** row words, and words of 64 bits that they and their bases are stored in */
  readonly rowWords: number;
  readonly bitWords: number;
  readonly positions: number;
  /** fmap pixels, of one channel: those in two row words twice */
  readonly pixels: number;
}

const sizesBefore = onceFor((_: Layer) => new Map<string, ChunkSize>());

/** The largest chunk of a shape; undefined where its windows do not fit the lanes or the row words. */
export function chunkSize(layer: Layer, shape: ChunkShape, p: SwgParameters): ChunkSize | undefined {
  const { channelsPerTrace, passRows, passColumns, chunkGroups } = shape;
  return sizeOf(layer, channelsPerTrace, passRows, passColumns, chunkGroups, p);
}

const sizeOf = onceInARow(findSize);

function findSize(
  layer: Layer,
  channelsPerTrace: number,
  passRows: number,
  passColumns: number,
  chunkGroups: number,
  p: SwgParameters,
): ChunkSize | undefined {
  const shape = { channelsPerTrace, passRows, passColumns, chunkGroups };
  const layout = rowLayout(layer, shape, p);
  if (!layout) return undefined;
  const key = [channelsPerTrace, passRows, passColumns, chunkGroups, p.laneBits, p.rowBits, p.rowWords].join(
    " ",
  );
  return onceUnder(sizesBefore(layer), key, () => {
    const groups = groupsOf(layer, shape, p);
    // the first pass has the most rows and columns
    const [pass]: Pass[] = passesOf(layer, shape);
    const size = { rowWords: 0, positions: 0, pixels: 0 };
    for (const chunk of unlikeChunks(layer, groups, layout.rowStep, chunkGroups)) {
      const { words, pixels } = chunkExtent(layer, chunk, pass, layout);
      size.rowWords = Math.max(size.rowWords, words);
      size.positions = Math.max(size.positions, positionsOf(chunk));
      size.pixels = Math.max(size.pixels, pixels);
    }
    return { ...size, bitWords: Math.ceil(size.rowWords / packedRowWords(p)) };
  });
}

/**
 * One of all chunks that are cut alike: where a strip ends in them, and how wide their groups are. Pictures are cut alike: after
 * the chunks up to where one begins with a picture again, only the last one of all may differ, which may be shorter.
 */
function unlikeChunks(
  { N }: Layer,
  groups: readonly Group[],
  rowStep: number,
  chunkGroups: number,
): readonly (readonly Group[])[] {
  return onceUnder(unlikeBefore(groups), `${chunkGroups}`, () => {
    const unlike = new Map<number, readonly Group[]>();
    const ofPicture = groups.length / N;
    const period = (ofPicture / commonDivisor(ofPicture, chunkGroups)) * chunkGroups;
    const last = groups.length - (((groups.length - 1) % chunkGroups) + 1);
    for (const from of [...multiplesBelow(Math.min(period, last), chunkGroups), last]) {
      const cut = cutOf(groups, from, chunkGroups, rowStep);
      if (!unlike.has(cut)) unlike.set(cut, groups.slice(from, from + chunkGroups));
    }
    return [...unlike.values()];
  });
}

/** A number that chunks share which are cut alike: a digit for each of their groups, at most `mostGroups`, which says how wide it is and whether a strip goes on. */
function cutOf(groups: readonly Group[], from: number, chunkGroups: number, rowStep: number): number {
  const end = Math.min(groups.length, from + chunkGroups);
  let cut = 0;
  for (let i = from; i < end; i++) {
    const goesOn = i > from && liesBelow(groups[i], groups[i - 1], rowStep);
    cut = cut * 2 * (mostColumns + 1) + 2 * groups[i].columns + Number(goesOn);
  }
  return cut;
}

const unlikeBefore = onceFor((_: readonly Group[]) => new Map<string, readonly (readonly Group[])[]>());

const multiplesBelow = (end: number, of: number): number[] =>
  Array.from({ length: Math.ceil(end / of) }, (_, i) => i * of);

/** Values that a chunk of a shape has room for in a trace's fmap memory; undefined where not even its row words have. */
export function roomForValues(layer: Layer, shape: ChunkShape, p: SwgParameters): number | undefined {
  const size = chunkSize(layer, shape, p);
  if (!size || size.rowWords > p.rowWords || size.bitWords > p.chunkWords) return undefined;
  return Math.min(mostChunkValues, Math.floor(((p.chunkWords - size.bitWords) * wordBytes) / valueBytes(p)));
}

/** Chunks that are looked at to see whether a mapping is worth an estimate, spread evenly over the layer; and at a time when all are. */
const chunksInSample = 64;
const chunksAtOnce = 4096;

/** The values of some chunks in a pass, one row for each: [C] of a row, and of its fullest channel. */
interface ChunkFill {
  readonly values: Uint16Array;
  readonly fullest: Uint16Array;
}

function fillOf(
  counts: LayerCounts,
  shape: ChunkShape,
  p: SwgParameters,
  chunks: readonly number[],
): ChunkFill {
  const { C } = counts.layer;
  const values = counts.chunkValues(shape, p, chunks);
  const fullest = new Uint16Array(values.length / C);
  for (let row = 0, at = 0; row < fullest.length; row++)
    for (const end = at + C; at < end; at++) if (values[at] > fullest[row]) fullest[row] = values[at];
  return { values, fullest };
}

/** What the values of a shape's chunks depend on. */
function fillKey({ layer }: LayerCounts, shape: ChunkShape, p: SwgParameters): string {
  const { passRows, passColumns, chunkGroups } = shape;
  return [rowLayout(layer, shape, p)!.outputs, passRows, passColumns, chunkGroups].join(" ");
}

const chunksOf = (counts: LayerCounts, shape: ChunkShape, p: SwgParameters): number =>
  Math.ceil(groupsOf(counts.layer, shape, p).length / shape.chunkGroups);

const samplesBefore = onceFor((_: LayerCounts) => new Map<string, ChunkFill>());

/** A sample of the layer's chunks. */
const sampleOf = (counts: LayerCounts, shape: ChunkShape, p: SwgParameters): ChunkFill =>
  onceUnder(samplesBefore(counts), fillKey(counts, shape, p), () => {
    const chunks = chunksOf(counts, shape, p);
    const looked = Math.min(chunks, chunksInSample);
    const sample = Array.from({ length: looked }, (_, i) => Math.floor((i * chunks) / looked));
    return fillOf(counts, shape, p, sample);
  });

const fullestBefore = onceFor((_: LayerCounts) => new Map<string, Uint16Array>());

/** [chunk] the values of the fullest channel in any pass, of all of the layer's chunks. */
const fullestOf = (counts: LayerCounts, shape: ChunkShape, p: SwgParameters): Uint16Array =>
  onceUnder(fullestBefore(counts), fillKey(counts, shape, p), () => {
    const all = new Uint16Array(chunksOf(counts, shape, p));
    const passes = passesOf(counts.layer, shape).length;
    for (let from = 0; from < all.length; from += chunksAtOnce) {
      const some = Array.from({ length: Math.min(chunksAtOnce, all.length - from) }, (_, i) => from + i);
      const { fullest } = fillOf(counts, shape, p, some);
      for (let row = 0; row < fullest.length; row++) {
        const chunk = from + Math.floor(row / passes);
        if (fullest[row] > all[chunk]) all[chunk] = fullest[row];
      }
    }
    return all;
  });

/** The channels of each trace in each channel block, and how many a trace has at most. */
interface TraceChannels {
  readonly traces: readonly (readonly number[])[];
  readonly most: number;
}

const traceChannels = onceFor((dealt: ReturnType<typeof dealtChannels>): TraceChannels => {
  const traces = dealt.flat(2);
  return { traces, most: traces.reduce((most, { length }) => Math.max(most, length), 0) };
});

type Sliced = ChunkShape & Pick<Mapping, "channelSlices">;

function traceChannelsOf(counts: LayerCounts, mapping: Sliced, p: SwgParameters): TraceChannels {
  const { C, groups } = counts.layer;
  const { channelSlices, channelsPerTrace } = mapping;
  const blocks = Math.ceil(C / groups / (channelSlices * channelsPerTrace));
  return traceChannels(dealtChannels(counts, blocks, channelSlices, p));
}

/** Whether no trace stores more than `room` values of any of some chunks. */
function allFit(
  { values, fullest }: ChunkFill,
  { traces, most }: TraceChannels,
  C: number,
  room: number,
): boolean {
  for (let row = 0; row < fullest.length; row++) {
    // as many as the fullest channel has may all others have
    if (fullest[row] * most <= room) continue;
    for (const channels of traces) {
      let sum = 0;
      for (const c of channels) sum += values[row * C + c];
      if (sum > room) return false;
    }
  }
  return true;
}

/** Whether no chunk of a sample holds more than `room` values in a trace. */
export const sampleFits = (counts: LayerCounts, mapping: Sliced, p: SwgParameters, room: number): boolean =>
  allFit(sampleOf(counts, mapping, p), traceChannelsOf(counts, mapping, p), counts.layer.C, room);

/** Whether no chunk does. */
function allChunksFit(counts: LayerCounts, mapping: Sliced, p: SwgParameters, room: number): boolean {
  const channels = traceChannelsOf(counts, mapping, p);
  const crowded: number[] = [];
  for (const [chunk, values] of fullestOf(counts, mapping, p).entries())
    if (values * channels.most > room) crowded.push(chunk);
  for (let from = 0; from < crowded.length; from += chunksAtOnce) {
    const fill = fillOf(counts, mapping, p, crowded.slice(from, from + chunksAtOnce));
    if (!allFit(fill, channels, counts.layer.C, room)) return false;
  }
  return true;
}

/** Whether a slice's share of the list memories has room for a list with a header, and with every position of the largest chunk. */
export const listsFit = (
  { positions }: ChunkSize,
  slices: Pick<Mapping, "channelSlices" | "positionSlices">,
  p: SwgParameters,
): boolean => listWordsOf(positions, true, p) <= listRoom(slices, p);

/** Whether every chunk of a layer fits under a mapping, and the lists and sums that belong to it. */
export function mappingFits(counts: LayerCounts, mapping: Mapping, p: SwgParameters): boolean {
  const size = chunkSize(counts.layer, mapping, p);
  const most = roomForValues(counts.layer, mapping, p);
  return (
    size !== undefined &&
    most !== undefined &&
    heldSets(counts.layer, mapping, p) > 0 &&
    listsFit(size, mapping, p) &&
    allChunksFit(counts, mapping, p, most)
  );
}
