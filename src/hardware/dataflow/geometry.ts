import type { Layer } from "../../workload/layer.ts";
import { onceFor, onceInARow, onceUnder } from "../once.ts";
import { lanes, mostColumns, mostGroups, type SwgParameters } from "../parameters.ts";
import type { Mapping, Pass } from "./mapping.ts";

/**
 * How positions and fmap bits lie in a trace (assumed, D11, D75).
 *
 * A row word holds a run of fmap columns of one row, channel last. The outputs whose windows lie in one word are a group. A chunk is
 * a run of groups: strip by strip, in a strip row by row, so that a chunk is a tile of the picture.
 */

/** Positions of one output row whose windows lie in the same row word: columns q0, q0 + step, ... */
export interface Group {
  readonly n: number;
  readonly p: number;
  readonly q0: number;
  readonly columns: number;
  readonly step: number;
}

/** How the windows of a group lie in its row words. */
export interface RowLayout {
  /** lanes that hold channels, not kernel rows; more than one only in passes of one kernel row */
  readonly channelLanes: number;
  readonly laneChannels: number;
  /** columns of a word between two outputs: where windows do not overlap, only what they reach is stored */
  readonly pitch: number;
  /** outputs of a word at most */
  readonly outputs: number;
  /** output columns between neighbours of a group: with dilation, those whose taps are neighbours in the word */
  readonly step: number;
  /** output rows between groups one below the other: with dilation, those whose kernel rows are neighbouring words */
  readonly rowStep: number;
}

export const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/** What a row layout depends on. */
type Unrolled = Pick<Mapping, "channelsPerTrace" | "passRows" | "passColumns">;

/**
 * The row layout of a mapping; undefined where the channels of a trace do not fit its lanes, or a window its word. Channels go into
 * as many lanes as give a chunk most positions, the fewest of these.
 */
export const rowLayout = (
  layer: Layer,
  { channelsPerTrace, passRows, passColumns }: Unrolled,
  p: SwgParameters,
): RowLayout | undefined => layoutOf(layer, channelsPerTrace, passRows, passColumns, p);

const layoutOf = onceInARow(findLayout);

function findLayout(
  { stride, dilation }: Layer,
  channelsPerTrace: number,
  passRows: number,
  passColumns: number,
  p: SwgParameters,
): RowLayout | undefined {
  if (passRows > lanes) return undefined;
  const divisor = commonDivisor(stride[1], dilation[1]);
  const pitch = Math.min(stride[1] / divisor, passColumns);
  let best: RowLayout | undefined;
  let most = 0;
  for (let channelLanes = 1; channelLanes <= (passRows === 1 ? lanes : 1); channelLanes++) {
    const laneChannels = Math.ceil(channelsPerTrace / channelLanes);
    const columns = Math.floor(p.rowBits / laneChannels);
    if (laneChannels * passColumns > p.laneBits || columns < passColumns) continue;
    const behind = Math.min(columns - passColumns, Math.floor(lastOffset(p) / laneChannels));
    const outputs = Math.min(mostColumns, Math.floor(behind / pitch) + 1);
    const positions = outputs * Math.min(mostGroups, Math.floor(p.rowWords / channelLanes));
    if (best && positions <= most) continue;
    most = positions;
    const step = dilation[1] / divisor;
    const rowStep = dilation[0] / commonDivisor(stride[0], dilation[0]);
    best = { channelLanes, laneChannels, pitch, outputs, step, rowStep };
  }
  return best;
}

/** Place of a tap of channel c among the slots of a trace with these channels: a bit of its windows, and a sum of each set. */
export function slotPlace(
  { c, r, s }: { readonly c: number; readonly r: number; readonly s: number },
  channels: readonly number[],
  { r0, s0 }: Pass,
  { channelLanes, laneChannels }: RowLayout,
  { laneBits }: SwgParameters,
): number {
  const at = channels.indexOf(c);
  const lane = channelLanes > 1 ? Math.floor(at / laneChannels) : r - r0;
  return lane * laneBits + (s - s0) * laneChannels + (at % laneChannels);
}

/**
 * Sets of sums that a trace holds, one for each k that is worked on; 0 where the windows do not fit. A slot has the same place in
 * each set. Sets lie 16 sums apart where no slot from the 16th on is used, else 18: by powers of two no place is multiplied out.
 */
export function heldSets(layer: Layer, mapping: Unrolled, p: SwgParameters): number {
  const layout = rowLayout(layer, mapping, p);
  if (!layout) return 0;
  const { passRows, passColumns } = mapping;
  const lanesUsed = Math.max(passRows, layout.channelLanes);
  const places = (lanesUsed - 1) * p.laneBits + layout.laneChannels * passColumns;
  const slots = lanes * p.laneBits;
  const aligned = 2 ** Math.floor(Math.log2(Math.min(slots, p.sums)));
  return Math.floor(p.sums / (places <= aligned ? aligned : slots));
}

/** The last bit of a row word that a window can begin at: where one of all slots can end with the word, or as far as that number's bits count. */
const lastOffset = ({ rowBits, laneBits }: SwgParameters): number =>
  2 ** (32 - Math.clz32(Math.max(0, rowBits - laneBits))) - 1;

/** Groups of a layer by how many outputs a word has: all else that they depend on is the layer's. */
const groupsBefore = onceFor((_: Layer) => new Map<string, readonly Group[]>());

/** All groups of a layer, in the order in which chunks are cut from them: image, strip, row; with dilation row after row of a phase. */
export function groupsOf(layer: Layer, mapping: Unrolled, p: SwgParameters): readonly Group[] {
  const layout = rowLayout(layer, mapping, p);
  if (!layout) throw new Error("the mapping's windows do not fit the row words");
  return onceUnder(groupsBefore(layer), `${layout.outputs}`, () => cutGroups(layer, layout));
}

function cutGroups(layer: Layer, layout: RowLayout): Group[] {
  const strips = stripsOf(layer, layout);
  const groups: Group[] = [];
  for (let n = 0; n < layer.N; n++)
    for (const strip of strips)
      for (let phase = 0; phase < Math.min(layout.rowStep, layer.P); phase++)
        for (let p = phase; p < layer.P; p += layout.rowStep) groups.push({ n, p, ...strip });
  return groups;
}

/** A strip of output columns, as wide as the others of its phase or one less. */
function stripsOf({ Q }: Layer, { outputs, step }: RowLayout): Omit<Group, "n" | "p">[] {
  const strips: Omit<Group, "n" | "p">[] = [];
  for (let phase = 0; phase < Math.min(step, Q); phase++) {
    const columns = Math.ceil((Q - phase) / step);
    const count = Math.ceil(columns / outputs);
    for (let i = 0; i < count; i++) {
      const first = Math.floor((i * columns) / count);
      const end = Math.floor(((i + 1) * columns) / count);
      strips.push({ q0: phase + first * step, columns: end - first, step });
    }
  }
  return strips;
}

/** One row word of a chunk: fmap row y, columns x0, x0 + dilation, ... of it, of the channels of one lane. */
export interface RowWord {
  readonly n: number;
  readonly y: number;
  /** columns of the fmap, in the word's order */
  readonly xs: readonly number[];
  /** which of the trace's channels: all those of lane `lane`, where lanes hold channels */
  readonly lane: number;
}

/** A chunk's row words, and the word of each group's first lane: those of the other lanes follow it. */
export interface ChunkLayout {
  readonly words: readonly RowWord[];
  /** [group] */
  readonly firstWord: readonly number[];
}

/**
 * Row words of a chunk in a pass. Groups one below the other share the rows that their windows overlap in. Where windows do not
 * overlap each group has words of its own.
 */
export function chunkLayout(
  layer: Layer,
  chunk: readonly Group[],
  pass: Pass,
  { channelLanes, pitch, rowStep }: RowLayout,
): ChunkLayout {
  const { stride, dilation, padding } = layer;
  const rows = pass.r1 - pass.r0;
  const rowPitch = rowPitchOf(layer);
  const shared = rows > rowPitch;
  const words: RowWord[] = [];
  const firstWord: number[] = [];
  for (const segment of segmentsOf(chunk, rowStep)) {
    const { n, p } = segment[0];
    const top = p * stride[0] - padding[0] + pass.r0 * dilation[0];
    const xs = columnsOf(layer, segment[0], pass, pitch);
    const first = words.length;
    const perGroup = shared ? rowPitch : rows * channelLanes;
    for (let i = 0; i < segment.length; i++) firstWord.push(first + i * perGroup);
    const height = (segment.length - 1) * rowPitch + rows;
    const ownWord = (i: number): RowWord => {
      const row = Math.floor(i / channelLanes) % rows;
      const y = top + (Math.floor(i / perGroup) * rowPitch + row) * dilation[0];
      return { n, y, xs, lane: i % channelLanes };
    };
    const sharedWord = (i: number): RowWord => ({ n, y: top + i * dilation[0], xs, lane: 0 });
    const count = shared ? height : segment.length * perGroup;
    words.push(...Array.from({ length: count }, (_, i) => (shared ? sharedWord(i) : ownWord(i))));
  }
  return { words, firstWord };
}

/** Row words of a chunk, and the fmap columns in those of one lane. */
export interface ChunkExtent {
  readonly words: number;
  readonly pixels: number;
}

/** What `chunkLayout` has of a chunk in a pass, counted without laying it out. */
export function chunkExtent(
  layer: Layer,
  chunk: readonly Group[],
  { r0, r1, s0, s1 }: Pass,
  { channelLanes, pitch, rowStep }: RowLayout,
): ChunkExtent {
  const rowPitch = Math.min(r1 - r0, rowPitchOf(layer));
  let rows = 0;
  let pixels = 0;
  for (let i = 0; i < chunk.length; i++) {
    const isBelow = i > 0 && liesBelow(chunk[i], chunk[i - 1], rowStep);
    const own = isBelow ? rowPitch : r1 - r0;
    rows += own;
    pixels += own * ((chunk[i].columns - 1) * pitch + s1 - s0);
  }
  return { words: rows * channelLanes, pixels };
}

/** Fmap rows between groups one below the other, in those that a kernel column sees. */
const rowPitchOf = ({ stride, dilation }: Layer): number => stride[0] / commonDivisor(stride[0], dilation[0]);

/** Fmap columns of a group's row words, in their order. */
function columnsOf(
  { stride, padding, dilation }: Layer,
  { q0, columns, step }: Group,
  { s0, s1 }: Pass,
  pitch: number,
): number[] {
  const left = q0 * stride[1] - padding[1] + s0 * dilation[1];
  const width = s1 - s0;
  return Array.from({ length: (columns - 1) * pitch + width }, (_, i) => {
    const output = pitch < width ? 0 : Math.floor(i / pitch);
    return left + output * step * stride[1] + (i - output * pitch) * dilation[1];
  });
}

/** Runs of a chunk's groups that lie one below the other. */
function segmentsOf(chunk: readonly Group[], rowStep: number): Group[][] {
  const segments: Group[][] = [];
  for (const group of chunk) {
    const last = segments.at(-1)?.at(-1);
    if (last && liesBelow(group, last, rowStep)) segments[segments.length - 1].push(group);
    else segments.push([group]);
  }
  return segments;
}

/** Whether a group lies right below the one before it. */
export const liesBelow = (group: Group, before: Group, rowStep: number): boolean =>
  before.n === group.n && before.q0 === group.q0 && before.p + rowStep === group.p;

/** Positions of a chunk. */
export const positionsOf = (chunk: readonly Group[]): number =>
  chunk.reduce((sum, { columns }) => sum + columns, 0);
