import type { Layer } from "../../workload/layer.ts";
import { chunkLayout, type Group, groupsOf, positionsOf, rowLayout } from "../dataflow/geometry.ts";
import type { ChunkShape, LayerCounts } from "../dataflow/layer-statistics.ts";
import { type Mapping, type Pass, passesOf } from "../dataflow/mapping.ts";
import { onceFor, onceUnder } from "../once.ts";
import {
  listEntries,
  mostChunkValues,
  mostDistance,
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
  const layout = rowLayout(layer, shape, p);
  if (!layout) return undefined;
  const { channelsPerTrace, passRows, passColumns, chunkGroups } = shape;
  const key = [channelsPerTrace, passRows, passColumns, chunkGroups, p.laneBits, p.rowBits, p.rowWords].join(
    " ",
  );
  return onceUnder(sizesBefore(layer), key, () => {
    const groups = groupsOf(layer, shape, p);
    // the first pass has the most rows and columns
    const [pass]: Pass[] = passesOf(layer, shape);
    const size = { rowWords: 0, positions: 0, pixels: 0 };
    for (const chunk of unlikeChunks(layer, groups, chunkGroups)) {
      const { words } = chunkLayout(layer, chunk, pass, layout);
      const ofLane = words.filter(({ lane }) => lane === 0);
      size.rowWords = Math.max(size.rowWords, words.length);
      size.positions = Math.max(size.positions, positionsOf(chunk));
      size.pixels = Math.max(
        size.pixels,
        ofLane.reduce((sum, { xs }) => sum + xs.length, 0),
      );
    }
    return { ...size, bitWords: Math.ceil(size.rowWords / packedRowWords(p)) };
  });
}

/** One of all chunks that are cut alike: where a strip ends in them, and how wide their groups are. */
function* unlikeChunks(
  { P }: Layer,
  groups: readonly Group[],
  chunkGroups: number,
): Generator<readonly Group[]> {
  const seen = new Set<string>();
  for (let from = 0; from < groups.length; from += chunkGroups) {
    const chunk = groups.slice(from, from + chunkGroups);
    const rowsLeft = Math.min(P - (from % P), chunkGroups);
    const key = `${rowsLeft} ${chunk.map(({ columns }) => columns).join()}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield chunk;
  }
}

/** Values that a chunk of a shape has room for in a trace's fmap memory; undefined where not even its row words have. */
export function roomForValues(layer: Layer, shape: ChunkShape, p: SwgParameters): number | undefined {
  const size = chunkSize(layer, shape, p);
  if (!size || size.rowWords > p.rowWords || size.bitWords > p.chunkWords) return undefined;
  return Math.min(mostChunkValues, Math.floor(((p.chunkWords - size.bitWords) * wordBytes) / valueBytes(p)));
}

/** Chunks that are looked at to see whether a mapping is worth an estimate, spread evenly over the layer; and at a time when all are. */
const chunksInSample = 64;
const chunksAtOnce = 4096;

const samplesBefore = onceFor((_: LayerCounts) => new Map<string, Uint16Array>());

/** `LayerCounts.chunkValues` of a sample of the layer's chunks. */
function sampleOf(counts: LayerCounts, shape: ChunkShape, p: SwgParameters): Uint16Array {
  const { passRows, passColumns, chunkGroups } = shape;
  const { outputs } = rowLayout(counts.layer, shape, p)!;
  return onceUnder(samplesBefore(counts), [outputs, passRows, passColumns, chunkGroups].join(" "), () => {
    const chunks = Math.ceil(groupsOf(counts.layer, shape, p).length / chunkGroups);
    const looked = Math.min(chunks, chunksInSample);
    const sample = Array.from({ length: looked }, (_, i) => Math.floor((i * chunks) / looked));
    return counts.chunkValues(shape, p, sample);
  });
}

/** Whether each slice's channels, as they are dealt, store no more than `most` values in each of some chunks. */
function valuesFit(values: Uint16Array, slices: readonly (readonly number[])[], C: number, most: number) {
  for (let at = 0; at < values.length; at += C)
    for (const slice of slices) {
      let sum = 0;
      for (const c of slice) sum += values[at + c];
      if (sum > most) return false;
    }
  return true;
}

type Sliced = ChunkShape & Pick<Mapping, "channelSlices">;

/** The channels of each trace in each channel block. */
const tracesChannels = (counts: LayerCounts, mapping: Sliced, p: SwgParameters) => {
  const { C, groups } = counts.layer;
  const { channelSlices, channelsPerTrace } = mapping;
  const blocks = Math.ceil(C / groups / (channelSlices * channelsPerTrace));
  return dealtChannels(counts, blocks, channelSlices, p).flat(2);
};

/** Whether no chunk of a sample holds more than `most` values in a trace. */
export const sampleFits = (counts: LayerCounts, mapping: Sliced, p: SwgParameters, most: number): boolean =>
  valuesFit(sampleOf(counts, mapping, p), tracesChannels(counts, mapping, p), counts.layer.C, most);

/** Whether no chunk does. */
function allChunksFit(counts: LayerCounts, mapping: Sliced, p: SwgParameters, most: number): boolean {
  const slices = tracesChannels(counts, mapping, p);
  const chunks = Math.ceil(groupsOf(counts.layer, mapping, p).length / mapping.chunkGroups);
  for (let from = 0; from < chunks; from += chunksAtOnce) {
    const some = Array.from({ length: Math.min(chunksAtOnce, chunks - from) }, (_, i) => from + i);
    if (!valuesFit(counts.chunkValues(mapping, p, some), slices, counts.layer.C, most)) return false;
  }
  return true;
}

/** Lists of a k that a PE's list memory has room for, when every position of the largest chunk is in them. */
export function roomForLists({ positions }: ChunkSize, p: SwgParameters): number {
  // entries without a value, which only lead to one that is far away
  const empty = Math.floor((8 * p.rowWords) / mostDistance);
  return Math.floor(p.listWords / (1 + Math.ceil((positions + empty) / listEntries(p))));
}

type Slices = Pick<Mapping, "channelSlices" | "positionSlices">;

/** [PE] position slices of its traces, and so lists of a k; PEs without traces in use are not in it. */
function listsOfPes({ channelSlices, positionSlices }: Slices, { traces }: SwgParameters): number[] {
  const used = channelSlices * positionSlices;
  return Array.from({ length: Math.ceil(used / traces) }, (_, pe) => {
    const last = Math.min(used, (pe + 1) * traces) - 1;
    return Math.floor(last / channelSlices) - Math.floor((pe * traces) / channelSlices) + 1;
  });
}

/** Lists of a k in the PE that has most of them. */
export const mostListsOfPe = (slices: Slices, p: SwgParameters): number => Math.max(...listsOfPes(slices, p));

/** Lists of a k in all PEs of a column together. */
export const listsOfColumn = (slices: Slices, p: SwgParameters): number =>
  listsOfPes(slices, p).reduce((sum, lists) => sum + lists, 0);

/** The sets of sums that a trace holds, one for each k that is worked on. */
export const heldSets = (
  { channelsPerTrace, passRows, passColumns }: ChunkShape,
  { sums }: SwgParameters,
): number => Math.floor(sums / (channelsPerTrace * passRows * passColumns));

/** Whether every chunk of a layer fits under a mapping, and the lists and sums that belong to it. */
export function mappingFits(counts: LayerCounts, mapping: Mapping, p: SwgParameters): boolean {
  const size = chunkSize(counts.layer, mapping, p);
  const most = roomForValues(counts.layer, mapping, p);
  return (
    size !== undefined &&
    most !== undefined &&
    heldSets(mapping, p) > 0 &&
    mostListsOfPe(mapping, p) <= roomForLists(size, p) &&
    allChunksFit(counts, mapping, p, most)
  );
}
